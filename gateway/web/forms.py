"""Forms: that a POST comes from a page of ours, sent by the person who sees it."""

import secrets

from flask import Response, request

from gateway.errors import FormExpired
from gateway.keyring import Keyring
from gateway.web.cookies import FORM_COOKIE, Cookies
from gateway.web.navigation import is_from_own_page
from schemas.session import Session

_PURPOSE = "form"


class Forms:
    """Tokens of forms, bound to the session or, before there is one, to a cookie of the browser.

    Args:
        keyring: what signs them.
        cookies: how the browser is told apart before it has a session.
        origin: our own, ``scheme://host[:port]``.
    """

    def __init__(self, keyring: Keyring, cookies: Cookies, origin: str) -> None:
        self._keyring = keyring
        self._cookies = cookies
        self._origin = origin

    def token(self, session: Session) -> str:
        """Return the token for a form that a signed-in person sees."""
        return self._keyring.sign(_PURPOSE, session.handle)

    def check(self, session: Session) -> None:
        """Check the form that a signed-in person sent.

        Raises:
            FormExpired: no token, another session's, or sent from another site.
        """
        self._check(session.handle)

    def was_shown_in(self, handle: str) -> bool:
        """Return whether the form was shown, and sent, in the session of a handle, which may be over."""
        try:
            self._check(handle)
        except FormExpired:
            return False
        return bool(handle)

    def browser(self) -> str:
        """Return what tells this browser from others before it has a session."""
        return self._cookies.get(request, FORM_COOKIE) or secrets.token_urlsafe(24)

    def browser_token(self, browser: str) -> str:
        """Return the token for a form that nobody has signed in for."""
        return self._keyring.sign(_PURPOSE, f"browser {browser}")

    def remember(self, browser: str, response: Response) -> None:
        """Have the browser remember which one it is."""
        self._cookies.put(response, FORM_COOKIE, browser)

    def check_browser(self, *, says_origin: bool = True) -> None:
        """Check a form that nobody has signed in for. Errors as ``check``.

        Args:
            says_origin: whether the form's page lets the browser say from where it is sent. One with the policy
                ``no-referrer`` does not: its ``Origin`` is ``null``, and the token alone has to do.
        """
        self._check(f"browser {self._cookies.get(request, FORM_COOKIE) or ''}", *(() if says_origin else ("null",)))

    def _check(self, owner: str, *origins: str) -> None:
        if not self._keyring.verifies(_PURPOSE, owner, request.form.get("csrf_token", "")):
            raise FormExpired("csrf_token is missing or not this browser's")
        if not is_from_own_page():
            raise FormExpired("the form was sent from another site")
        if request.headers.get("Origin", self._origin) not in (self._origin, *origins):
            raise FormExpired("the form was sent from another origin")
