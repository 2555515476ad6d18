"""A click that needs a call of TalentLMS: recognised and given its turn in one question to the store; or it waits.

Whoever has to wait longer than a moment gets a page that asks again by itself, by the ``Refresh`` header, and keeps
the place. The place belongs to the session and the address.
"""

import hashlib
from wsgiref.types import WSGIEnvironment

from flask import Flask, Response, g, request

from gateway import turn
from gateway.errors import GatewayError, Queued, Throttled
from gateway.store.sessions import Sessions
from gateway.talentlms.budget import Budget
from gateway.turn import Lane, Turn
from gateway.web import problems
from gateway.web.cookies import Cookies
from gateway.web.gate import ENTERED, Gate
from gateway.web.next_page import address, own_path
from gateway.web.pages import page
from gateway.web.visitor import SESSION_COOKIE, Visitor
from schemas.session import Session

PATIENCE_SECONDS = 1.0
"""How long a click is held in its thread rather than sent to the waiting page."""
IN_MINUTES = 90
"""From so many seconds on, a page tells a time in minutes."""


class Clicks(Visitor):
    """The visitor of addresses that lead to TalentLMS.

    Args:
        sessions: the sessions in force.
        cookies: how the id travels.
        budget: where a click's first call comes from.
    """

    def __init__(self, sessions: Sessions, cookies: Cookies, budget: Budget) -> None:
        super().__init__(sessions, cookies)
        self._budget = budget

    def session(self) -> Session | None:
        """Return the session of this request and claim its call, in one round trip.

        Raises:
            Queued: the call's time is later.
            StoreUnavailable: then nobody is trusted.
        """
        if "session" not in g and self._budget.is_shared:
            g.session = self._entered()
        return super().session()

    def enter(self, session_id: str, environ: WSGIEnvironment) -> bytes | None:
        """Ask the store for the session's record and a call, and say how everything else of this click queues.

        Raises:
            Queued: the call's time is later.
            StoreUnavailable: then nobody is trusted.
        """
        turn.begin(Turn(Lane.CLICK, _place(session_id, environ), PATIENCE_SECONDS))
        return self._budget.enter(self._sessions.voucher(session_id))

    def _entered(self) -> Session | None:
        session_id = self._cookies.get(request, SESSION_COOKIE)
        if session_id is None:
            return None
        entered = request.environ.get(ENTERED, self)
        if isinstance(entered, GatewayError):
            raise entered
        record = self.enter(session_id, request.environ) if entered is self else entered
        return self._sessions.in_force(session_id, record)


def install(app: Flask, budget: Budget, sessions: Sessions, cookies: Cookies) -> None:
    """Give every request its turn, and those that have to wait a page.

    Args:
        app: the application.
        budget: the budget of calls.
        sessions: the sessions in force.
        cookies: how the session's id travels.
    """
    enter = Clicks(sessions, cookies, budget).enter
    vars(app)["wsgi_app"] = Gate(app.wsgi_app, budget, cookies.pattern(SESSION_COOKIE), enter, _about)

    @app.errorhandler(Queued)
    def wait(error: Queued) -> Response:
        if not (request.method == "GET" and request.accept_mimetypes.accept_html):
            return problems.shown(error)
        waiting = page(
            "waiting.html", status=error.status, seconds=_about(error.wait), subject=_subject(), href=_here()
        )
        return _going_on(waiting, error)

    @app.errorhandler(Throttled)
    def busy(error: Throttled) -> Response:
        return _going_on(problems.answer(error), error)


def _going_on(response: Response, error: Throttled) -> Response:
    """Let the page ask again by itself; a form is never sent again by itself."""
    seconds = str(error.retry_after or 1)
    response.headers["Retry-After"] = seconds
    if request.method == "GET":
        response.headers["Refresh"] = seconds
    return response


def _place(session_id: str, environ: WSGIEnvironment) -> str:
    """Return what the place in the queue belongs to; from it nobody learns the session or the address."""
    address = f"{environ['PATH_INFO']}?{environ.get('QUERY_STRING', '')}"
    return hashlib.sha256(f"{session_id}\n{address}".encode()).hexdigest()[:32]


def _here() -> str:
    return own_path(address(request.path, request.query_string))


def _subject() -> str:
    return "the payment page" if request.path.startswith("/buy/") else "your training"


def _about(seconds: float) -> int:
    """Return a time to tell a person: steps of five seconds, then minutes."""
    step = 5 if seconds < IN_MINUTES else 60
    return int(-(-seconds // step) * step)
