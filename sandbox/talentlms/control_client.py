"""A client of the control plane, for tests: standard library only."""

import json
import ssl
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from sandbox.talentlms.calls import Call

TIMEOUT = 30


class ControlError(Exception):
    """The control plane refused; the text says why."""


class Control:
    """Steers a running sandbox.

    Args:
        url: the sandbox's own address.
        cafile: PEM file to verify its certificate with; empty for plain http.
    """

    def __init__(self, url: str, cafile: str = "") -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port
        self._context = ssl.create_default_context(cafile=cafile) if cafile else None

    def reset(self) -> None:
        """Be as at the start: state, clock, quirks, limits, faults, calls."""
        self._send("POST", "/reset")

    def seed(self) -> None:
        """Replace the state by the seeded portal; everything else stays."""
        self._send("POST", "/seed")

    def snapshot(self) -> Any:
        """Return a copy of the state, secrets included, for ``restore``."""
        return self._send("GET", "/snapshot")

    def restore(self, snapshot: Any) -> None:
        """Put a snapshot back."""
        self._send("POST", "/restore", snapshot)

    def state(self) -> Any:
        """Return the state without its secrets: a list of records for each table, and who is online."""
        return self._send("GET", "/state")

    def calls(self, operation: str | None = None) -> list[Call]:
        """Return the logged calls, oldest first; of one operation if it is named."""
        rows = self._send("GET", f"/calls?{urlencode({'operation': operation or ''})}")
        return [Call(**row) for row in rows]

    def cost(self) -> int:
        """Return what the logged calls took from the rate limit."""
        return sum(call.cost for call in self.calls())

    def clear_calls(self) -> None:
        """Forget the logged calls and count from 1 again."""
        self._send("DELETE", "/calls")

    def fault(self, operation: str = "", *, kind: str, **values: Any) -> None:
        """Queue a fault for the next calls of an operation, or of any. ``values`` are further fields of ``Fault``."""
        self._send("POST", "/faults", {"operation": operation, "kind": kind, **values})

    def faults(self) -> Any:
        """Return the faults that are still queued."""
        return self._send("GET", "/faults")

    def clear_faults(self) -> None:
        """Forget the queued faults."""
        self._send("DELETE", "/faults")

    def quirk(self, **values: Any) -> Any:
        """Set quirks; return all of them."""
        return self._send("PATCH", "/quirks", values)

    def quirks(self) -> Any:
        """Return the quirks."""
        return self._send("GET", "/quirks")

    def limits(self, **values: int) -> Any:
        """Set ``per_hour`` or ``per_5_seconds`` (0: no limit); return both and how many were ``used`` this hour."""
        return self._send("PATCH", "/limits", values)

    def advance(self, seconds: float) -> None:
        """Put the sandbox's clock forward."""
        self._send("POST", "/clock", {"advance": seconds})

    def add_user(self, email: str, **values: Any) -> int:
        """Make a user and return their id.

        Args:
            email: their address; may be empty, as for users that TalentLMS's own sign-on made.
            values: ``id``, ``login`` (default: the address), ``first_name``, ``last_name``, ``password``,
                ``user_type``, ``status``, ``archived``, ``language``, ``custom_fields``.
        """
        return int(self._send("POST", "/users", {"email": email, **values})["id"])

    def add_course(self, name: str, **values: Any) -> int:
        """Make a course and return its id.

        ``values``: ``id``, ``description``, ``price`` (cents), ``category_id``, ``units`` (names), ``time_limit`` (days
        from the enrolment on), ``certification`` (its design), ``certification_days`` (0: for ever), ``custom_fields``.
        """
        return int(self._send("POST", "/courses", {"name": name, **values})["id"])

    def enrol(self, user_id: int, course_id: int, role: str = "learner", *, expires_on: int | None = None) -> None:
        """Enrol a user in a course; access ends at ``expires_on``, epoch seconds, or as the time limit says."""
        values = {"user_id": user_id, "course_id": course_id, "role": role, "expires_on": expires_on}
        self._send("POST", "/enrolments", values)

    def set_progress(self, user_id: int, course_id: int, percentage: int) -> None:
        """Set how far a user has come in a course, 0 to 100."""
        values = {"user_id": user_id, "course_id": course_id, "percentage": percentage}
        self._send("POST", "/progress", values)

    def set_online(self, user_id: int) -> None:
        """Make a user online, as if signed in with a browser."""
        self._send("POST", "/sessions", {"user_id": user_id})

    def add_coupon(self, code: str, percent: int, *, expired: bool = False) -> None:
        """Make a coupon, which may have expired already."""
        self._send("POST", "/coupons", {"code": code, "percent": percent, "expired": expired})

    def add_custom_field(self, of: str, key: str, name: str, **values: Any) -> None:
        """Make or replace a custom field of ``user`` or ``course``.

        ``values``: ``type`` (``text``, ``dropdown``, ``checkbox``, ``date``), ``mandatory``, ``values``.
        """
        self._send("POST", "/custom_fields", {"of": of, "key": key, "name": name, **values})

    def _send(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body)
        headers = {} if body is None else {"Content-Type": "application/json"}
        with closing(self._connection()) as connection:
            connection.request(method, f"/_control{path}", data, headers)
            reply = connection.getresponse()
            answer = json.load(reply)
        if reply.status >= HTTPStatus.BAD_REQUEST:
            raise ControlError(answer["error"])
        return answer

    def _connection(self) -> HTTPConnection:
        if self._context:
            return HTTPSConnection(self._host, self._port, timeout=TIMEOUT, context=self._context)
        return HTTPConnection(self._host, self._port, timeout=TIMEOUT)
