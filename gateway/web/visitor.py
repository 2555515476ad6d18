"""The session behind the browser's cookie, and whether its browser loses the cookie each time."""

import re
import time
from urllib.parse import urlencode

from flask import Flask, Response, g, request

from gateway import context
from gateway.store.sessions import Sessions, handle_of
from gateway.web.addresses import LOGIN, LOGIN_AT, to
from gateway.web.cookies import ARRIVAL_COOKIE, SESSION_COOKIE, Cookies
from gateway.web.headers import to_address
from gateway.web.next_page import here
from schemas.secret import Secret
from schemas.session import Session

ADMITTED = "gateway.admitted"
"""Where in the environment it stands whom the middleware has found: a session, ``None`` for none, or an error."""
JUST_NOW_SECONDS = 60
SIGN_INS = 2
"""How often a browser is sent to sign in, one time right after the other, where no session ever lasts."""

_ARRIVAL = re.compile(r"([0-9]{1,12})\.([0-9]{1,3})", re.ASCII)


class SignInRequired(Exception):
    """Nobody is signed in; the browser is sent to ``/login`` and comes back."""


class Visitor:
    """The person who sent the request.

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
            GatewayError: the request leads to TalentLMS, and may not call it now, or has met another error already.
        """
        if "session" not in g:
            session = g.session = self._found()
            context.note_session(session.identity.key if session else "")
        found: Session | None = g.session
        return found

    def handle(self) -> str:
        """Return the handle of the session whose id the browser has, also of one that is over; empty for none."""
        session_id = self._cookies.get(request, SESSION_COOKIE)
        return handle_of(session_id) if session_id else ""

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
        before = 0 if self.session() else self._sign_ins()
        self._cookies.put(response, SESSION_COOKIE, session_id.reveal())
        self._cookies.put(response, ARRIVAL_COOKIE, f"{int(time.time())}.{before + 1}")

    def dismiss(self, response: Response) -> None:
        """Take the session's id back from the browser."""
        self._cookies.drop(response, SESSION_COOKIE)
        self._cookies.drop(response, ARRIVAL_COOKIE)

    def loses_every_session(self) -> bool:
        """Return whether another sign-in would only lead here again.

        Either the browser kept one of the two cookies that came in one answer and not the other, or the store has
        forgotten two sessions in a row. A session that the provider has just ended is forgotten, too, but once.
        """
        sign_ins = self._sign_ins()
        enough = SIGN_INS if self._cookies.get(request, SESSION_COOKIE) else 1
        return sign_ins >= enough and self.session() is None

    def _found(self) -> Session | None:
        if ADMITTED not in request.environ:
            session_id = self._cookies.get(request, SESSION_COOKIE)
            return self._sessions.find(session_id) if session_id else None
        admitted: Session | Exception | None = request.environ[ADMITTED]
        if isinstance(admitted, Exception):
            raise admitted
        return admitted

    def _sign_ins(self) -> int:
        """Return how many sign-ins in a row this browser completed just now without a session before."""
        arrival = _ARRIVAL.fullmatch(self._cookies.get(request, ARRIVAL_COOKIE) or "")
        if arrival is None or abs(time.time() - int(arrival[1])) > JUST_NOW_SECONDS:
            return 0
        return int(arrival[2])


def sign_in_href(target: str, provider: str = "") -> str:
    """Return the address that begins a sign-in, at a provider if one is named, and leads to the target afterwards."""
    path = to(LOGIN_AT, provider) if provider else LOGIN
    return path if target == "/" else f"{path}?" + urlencode({"next": target}, safe="/")


def install(app: Flask) -> None:
    """Send people who have to sign in first to the sign-in."""

    @app.errorhandler(SignInRequired)
    def begin(_: SignInRequired) -> Response:
        return to_address(sign_in_href(here()))
