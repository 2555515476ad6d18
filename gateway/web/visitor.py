"""Who is at the door: the session behind the browser's cookie."""

from urllib.parse import urlencode

from flask import Flask, Response, g, request

from gateway.store.sessions import Sessions
from gateway.web.cookies import Cookies
from gateway.web.headers import to_address
from gateway.web.next_page import address, own_path
from schemas.secret import Secret
from schemas.session import Session

SESSION_COOKIE = "session"


class SignInRequired(Exception):
    """Nobody is signed in; the browser is sent to ``/login`` and comes back."""


class Visitor:
    """The person at the door.

    Args:
        sessions: the sessions in force.
        cookies: how the id travels.
    """

    def __init__(self, sessions: Sessions, cookies: Cookies) -> None:
        self._sessions = sessions
        self._cookies = cookies

    def session(self) -> Session | None:
        """Return the session of this request, ``None`` where nobody is signed in.

        Raises:
            StoreUnavailable: then nobody is trusted.
        """
        if "session" not in g:
            session_id = self._cookies.get(request, SESSION_COOKIE)
            g.session = self._sessions.find(session_id) if session_id else None
        found: Session | None = g.session
        return found

    def signed_in(self) -> Session:
        """Return the session of this request.

        Raises:
            SignInRequired: nobody is signed in.
        """
        session = self.session()
        if session is None:
            raise SignInRequired
        return session

    def welcome(self, response: Response, session_id: Secret) -> None:
        """Give the browser the id of its new session."""
        self._cookies.put(response, SESSION_COOKIE, session_id.reveal())

    def dismiss(self, response: Response) -> None:
        """Take the session's id back from the browser."""
        self._cookies.drop(response, SESSION_COOKIE)


def sign_in_href(target: str) -> str:
    """Return the address that begins a sign-in and leads to the target afterwards."""
    return "/login" if target == "/" else "/login?" + urlencode({"next": target}, safe="/")


def install(app: Flask) -> None:
    """Send whoever has to sign in first to the sign-in."""

    @app.errorhandler(SignInRequired)
    def begin(_: SignInRequired) -> Response:
        return to_address(sign_in_href(own_path(address(request.path, request.query_string))))
