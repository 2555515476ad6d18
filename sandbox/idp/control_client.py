"""A small client of the control plane for tests and the demo; standard library only."""

import json
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from sandbox.idp.http_call import call

SECONDS = 30


class ControlError(Exception):
    """The control plane refused; the message says why."""


class Control:
    """Switches a running provider.

    Args:
        issuer: The provider's address, e.g. http://127.0.0.1:8002.
    """

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer

    def misbehave(self, name: str, *, times: int | None = None) -> None:
        """Switch a misbehaviour on for the next `times` sign-ins (logouts, fetches); None: until `behave`."""
        self._call("POST", "misbehaviours", {"name": name, "times": times})

    def behave(self) -> None:
        """Switch every misbehaviour off."""
        self._call("DELETE", "misbehaviours")

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Change settings, e.g. `auto_pick=True, signing_alg="ES256"`; returns all of them."""
        return dict(self._call("PATCH", "settings", changes))

    def client(self, **changes: Any) -> None:
        """Change the client's registration, e.g. `redirect_uris=[...]`."""
        self._call("PATCH", "client", changes)

    def add_person(self, id_: str, /, **claims: Any) -> str:
        """Add or replace a person; returns the id, which `login_hint` takes."""
        return str(self._call("POST", "people", {"id": id_, "claims": claims})["id"])

    def rotate_keys(self, kid: str = "new") -> str:
        """Replace the signing key in use.

        Args:
            kid: whether the new key gets a `kid` of its own (`new`), the old one's (`same`) or `none`.

        Returns:
            The `kid` of the key that signs now; empty where it has none.
        """
        return str(self._call("POST", "keys/rotate", {"kid": kid})["kid"] or "")

    def send_logout_token(self, variant: str = "valid", **whom: str) -> dict[str, Any]:
        """Post a logout token for the latest session, or for `sub=` and `sid=`.

        Returns:
            The relying party's answer: `variant`, `status` (0: none came), `body`, `headers`.
        """
        return dict(self._call("POST", "logout-tokens", {"variant": variant, **whom}))

    def requests(self, endpoint: str | None = None) -> list[dict[str, Any]]:
        """The requests so far, or those to one endpoint.

        Args:
            endpoint: discovery, jwks, authorize, pick, par, token, userinfo, end_session, portal; None: all.
        """
        query = f"?endpoint={quote(endpoint)}" if endpoint else ""
        return list(self._call("GET", f"requests{query}"))

    def forget_requests(self) -> None:
        """Empty the request log."""
        self._call("DELETE", "requests")

    def state(self) -> dict[str, Any]:
        """Settings, people, sessions, active misbehaviours, the client and the logout notices so far."""
        return dict(self._call("GET", "state"))

    def reset(self) -> None:
        """Back to the state after start; the registered client and the keys stay."""
        self._call("POST", "reset")

    def initiate_login_url(self, **parameters: str) -> str:
        """Where a browser is sent to start a sign-in from here (OpenID Connect Core, section 4).

        Args:
            parameters: `login_hint`, `target_link_uri`; another `iss` than the provider's own is taken too.
        """
        address = self.state()["client"]["initiate_login_uri"]
        if address is None:
            raise ControlError("the client has no initiate_login_uri")
        return f"{address}?{urlencode({'iss': self._issuer, **parameters})}"

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        sent = None if body is None else json.dumps(body).encode()
        answer = call(method, f"{self._issuer}/_control/{path}", sent, "application/json", SECONDS)
        told = json.loads(answer.body)
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise ControlError(told["error"])
        return told
