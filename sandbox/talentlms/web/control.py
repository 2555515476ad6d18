"""The control plane: ``/_control/…``, JSON, no credentials, from the machine itself only."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from sandbox.talentlms.academy import Academy
from sandbox.talentlms.calls import BLOT
from sandbox.talentlms.errors import ApiError
from sandbox.talentlms.faults import fault_from
from sandbox.talentlms.rules import accounts, enrolments, lookup, staging
from sandbox.talentlms.web import loopback

SECRETS = {"users": ("password", "login_key"), "links": ("key",), "sessions": ("id",)}
Deed = Callable[[Any], Any]


def blueprint(academy: Academy) -> Blueprint:
    """Return the routes of the control plane."""
    routes = Blueprint("control", __name__, url_prefix="/_control")
    routes.before_request(loopback.only)
    routes.register_error_handler(HTTPException, _refused)
    for method, path, deed in _deeds(academy):
        name = f"{method} {path}".replace("/", "")
        routes.add_url_rule(path, name, _door(academy, deed), methods=[method])
    return routes


def _deeds(academy: Academy) -> list[tuple[str, str, Deed]]:
    steering, staged = _Steering(academy), _Staging(academy)
    return [
        ("POST", "/reset", steering.reset),
        ("POST", "/seed", steering.seed),
        ("GET", "/snapshot", steering.snapshot),
        ("POST", "/restore", steering.restore),
        ("GET", "/state", steering.state),
        ("GET", "/calls", steering.calls),
        ("DELETE", "/calls", steering.clear_calls),
        ("GET", "/faults", steering.faults),
        ("POST", "/faults", steering.add_fault),
        ("DELETE", "/faults", steering.clear_faults),
        ("GET", "/quirks", steering.quirks),
        ("PATCH", "/quirks", steering.set_quirks),
        ("GET", "/limits", steering.limits),
        ("PATCH", "/limits", steering.set_limits),
        ("POST", "/clock", steering.advance),
        ("POST", "/users", staged.user),
        ("POST", "/courses", staged.course),
        ("POST", "/enrolments", staged.enrolment),
        ("POST", "/progress", staged.progress),
        ("POST", "/sessions", staged.session),
        ("POST", "/coupons", staged.coupon),
        ("POST", "/custom_fields", staged.custom_field),
    ]


def _door(academy: Academy, deed: Deed) -> Callable[[], Response | tuple[Response, int]]:
    def enter() -> Response | tuple[Response, int]:
        try:
            with academy.lock:
                return jsonify(deed(request.get_json(silent=True) or {}))
        except (ApiError, ValueError, TypeError, KeyError) as fault:
            return jsonify(error=str(fault)), 400

    return enter


def _refused(fault: HTTPException) -> tuple[Response, int]:
    return jsonify(error=fault.description), fault.code or 500


class _Steering:
    """What the sandbox as a whole can be told."""

    def __init__(self, academy: Academy) -> None:
        self._academy = academy

    def reset(self, _body: Any) -> Any:
        self._academy.reset()
        return {}

    def seed(self, _body: Any) -> Any:
        self._academy.seed(full=True)
        return {}

    def snapshot(self, _body: Any) -> Any:
        return self._academy.state.snapshot()

    def restore(self, body: Any) -> Any:
        self._academy.state.restore(body)
        return {}

    def state(self, _body: Any) -> Any:
        tables = self._academy.state.snapshot()
        for name, secrets in SECRETS.items():
            tables[name] = [{**row, **dict.fromkeys(secrets, BLOT)} for row in tables[name]]
        online = sorted({session.user_id for session in self._academy.state.sessions.values()})
        return {**tables, "online": online}

    def calls(self, _body: Any) -> Any:
        return [asdict(call) for call in self._academy.calls.all(request.args.get("operation", ""))]

    def clear_calls(self, _body: Any) -> Any:
        self._academy.calls.clear()
        return {}

    def faults(self, _body: Any) -> Any:
        return [asdict(fault) for fault in self._academy.faults.waiting()]

    def add_fault(self, body: Any) -> Any:
        self._academy.faults.add(fault_from(body))
        return {}

    def clear_faults(self, _body: Any) -> Any:
        self._academy.faults.clear()
        return {}

    def quirks(self, _body: Any) -> Any:
        return asdict(self._academy.quirks)

    def set_quirks(self, body: Any) -> Any:
        self._academy.quirks = self._academy.quirks.changed(body)
        return asdict(self._academy.quirks)

    def limits(self, _body: Any) -> Any:
        limits = self._academy.limits
        used = limits.used(self._academy.clock.now())
        return {"per_hour": limits.per_hour, "per_5_seconds": limits.per_5_seconds, "used": used}

    def set_limits(self, body: Any) -> Any:
        limits = self._academy.limits
        limits.per_hour = int(body.get("per_hour", limits.per_hour))
        limits.per_5_seconds = int(body.get("per_5_seconds", limits.per_5_seconds))
        return self.limits(body)

    def advance(self, body: Any) -> Any:
        self._academy.clock.advance(float(body["advance"]))
        return {"now": self._academy.clock.now()}


class _Staging:
    """What can be put into the academy."""

    def __init__(self, academy: Academy) -> None:
        self._academy = academy

    def user(self, body: Any) -> Any:
        return {"id": staging.add_user(self._academy, body).id}

    def course(self, body: Any) -> Any:
        return {"id": staging.add_course(self._academy, body).id}

    def enrolment(self, body: Any) -> Any:
        user, course = self._pair(body)
        enrolments.enrol(self._academy, user, course, body.get("role", "learner"))
        return {}

    def progress(self, body: Any) -> Any:
        user, course = self._pair(body)
        enrolments.set_percentage(self._academy, user, course, int(body["percentage"]))
        return {}

    def session(self, body: Any) -> Any:
        staging.open_session(self._academy, accounts.user_by_id(self._academy, int(body["user_id"])))
        return {}

    def coupon(self, body: Any) -> Any:
        expired = bool(body.get("expired", False))
        staging.add_coupon(self._academy, str(body["code"]), int(body["percent"]), expired=expired)
        return {}

    def custom_field(self, body: Any) -> Any:
        return {"key": staging.add_custom_field(self._academy, body).key}

    def _pair(self, body: Any) -> Any:
        user = accounts.user_by_id(self._academy, int(body["user_id"]))
        return user, lookup.course_by_id(self._academy, int(body["course_id"]))
