"""Our cookies: names, attributes, nothing else.

With an https public URL every cookie is ``__Host-…; Secure``; with http on loopback the same cookies carry neither.
"""

from wsgiref.types import WSGIEnvironment

from flask import Request, Response

PREFIX = "talentlms_gateway_"

SESSION_COOKIE = "session"
ARRIVAL_COOKIE = "arrival"
"""Comes and goes with the session's cookie; says when, and how many sign-ins in a row have led to no session."""
FORM_COOKIE = "form"
"""Binds a form to the browser of somebody who is not signed in."""
DEPARTURE_COOKIE = "departure"
"""Binds a sign-out under way to its browser."""
LEFT_OPEN_COOKIE = "left_open"
"""Whether TalentLMS's session may still be open."""
TRANSACTION_COOKIE = "transaction_"
"""What the name of each sign-in's own cookie begins with."""
CHOICE_COOKIE = "sign_in_at"
"""Which way in this browser has."""
OPEN_COOKIE = "provider_open_"
"""What the name begins with of the cookie that says at which provider a session may still be open."""


class Cookies:
    """Sets and reads the gateway's cookies.

    Args:
        secure: whether browsers reach the gateway over https.

    Attributes:
        secure: likewise.
    """

    def __init__(self, *, secure: bool) -> None:
        self.secure = secure
        self._prefix = f"__Host-{PREFIX}" if secure else PREFIX

    def get(self, request: Request, name: str) -> str | None:
        """Return a cookie's value; an empty one counts as absent."""
        return self.read(request.environ, name)

    def read(self, environ: WSGIEnvironment, name: str) -> str | None:
        """Return a cookie's value as ``get`` does, from a bare request; of several of one name, the first."""
        sought = f"{self._prefix}{name}="
        for pair in _pairs(environ):
            if pair.startswith(sought):
                return pair[len(sought) :] or None
        return None

    def names(self, request: Request, beginning: str) -> list[str]:
        """Return the names of all cookies that begin so, without the prefix."""
        full = self._prefix + beginning
        found = dict.fromkeys(pair.partition("=")[0] for pair in _pairs(request.environ) if pair.startswith(full))
        return [name.removeprefix(self._prefix) for name in found]

    def size(self, name: str, value: str) -> int:
        """Return how many bytes of a ``Cookie`` header name and value take."""
        return len(self._prefix) + len(name) + len(value)

    def put(self, response: Response, name: str, value: str, seconds: int | None = None) -> None:
        """Set a cookie.

        Args:
            response: where it goes.
            name: without the prefix.
            value: letters of base64url and dots.
            seconds: how long the browser keeps it; ``None`` until it is closed.
        """
        response.set_cookie(
            self._prefix + name, value, max_age=seconds, path="/", secure=self.secure, httponly=True, samesite="Lax"
        )

    def drop(self, response: Response, name: str) -> None:
        """Take a cookie back."""
        response.delete_cookie(self._prefix + name, path="/", secure=self.secure, httponly=True, samesite="Lax")


def _pairs(environ: WSGIEnvironment) -> list[str]:
    """Return the pairs of a ``Cookie`` header (RFC 6265, 4.2.1), each ``name=value`` as it was sent."""
    return [pair.strip() for pair in environ.get("HTTP_COOKIE", "").split(";")]
