"""Our cookies: names, attributes, nothing else.

With an https public URL every cookie is ``__Host-…; Secure``; with http on loopback the same cookies carry neither.
"""

import re

from flask import Request, Response

PREFIX = "talentlms_gateway_"
TRANSACTION_COOKIE = "transaction_"
"""What the name of each sign-in's own cookie begins with."""


class Cookies:
    """Sets and reads the gateway's cookies.

    Args:
        secure: whether browsers reach the gateway over https.
    """

    def __init__(self, *, secure: bool) -> None:
        self._secure = secure
        self._prefix = f"__Host-{PREFIX}" if secure else PREFIX

    def get(self, request: Request, name: str) -> str | None:
        """Return a cookie's value; an empty one counts as absent."""
        return request.cookies.get(self._prefix + name) or None

    def pattern(self, name: str) -> re.Pattern[str]:
        """Return what finds a cookie's value in a ``Cookie`` header, if it is one that ``put`` allows."""
        return re.compile(rf"(?:^|; ?){re.escape(self._prefix + name)}=([A-Za-z0-9._-]+)(?=;|$)")

    def names(self, request: Request, beginning: str) -> list[str]:
        """Return the names of all cookies that begin so, without the prefix."""
        full = self._prefix + beginning
        return [name.removeprefix(self._prefix) for name in request.cookies if name.startswith(full)]

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
            self._prefix + name, value, max_age=seconds, path="/", secure=self._secure, httponly=True, samesite="Lax"
        )

    def drop(self, response: Response, name: str) -> None:
        """Take a cookie back."""
        response.delete_cookie(self._prefix + name, path="/", secure=self._secure, httponly=True, samesite="Lax")
