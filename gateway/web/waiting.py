"""A click that needs a call of TalentLMS: recognised and given its turn in one question to the store; or it waits.

Whoever has to wait longer than a moment gets a page that asks again by itself, by the ``Refresh`` header, and keeps
the place. The place belongs to the session and the address.
"""

import hashlib
from functools import lru_cache
from http import HTTPStatus

from flask import Flask, Response, g, render_template, request

from gateway import turn
from gateway.errors import Queued, Throttled
from gateway.store.sessions import Sessions
from gateway.talentlms.budget import Budget
from gateway.turn import Lane, Turn
from gateway.web import problems
from gateway.web.cookies import Cookies
from gateway.web.next_page import own_path
from gateway.web.visitor import SESSION_COOKIE, Visitor
from schemas.session import Session

PATIENCE_SECONDS = 1.0
"""How long a click is held in its thread rather than sent to the waiting page."""
PAGES = 512
"""How many waiting pages are kept rendered: a rush shows the same few over and over."""


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

    def _entered(self) -> Session | None:
        session_id = self._cookies.get(request, SESSION_COOKIE)
        if session_id is None:
            return None
        turn.begin(Turn(Lane.CLICK, _place(session_id), PATIENCE_SECONDS))
        return self._sessions.in_force(session_id, self._budget.enter(self._sessions.voucher(session_id)))


def install(app: Flask, budget: Budget) -> None:
    """Give every request its turn, and those that have to wait a page.

    Args:
        app: the application.
        budget: where a permit goes back to that was claimed and not used.
    """

    @app.before_request
    def begin() -> None:
        turn.begin()

    @app.teardown_request
    def end(_: BaseException | None) -> None:
        budget.unused(turn.taken())

    @lru_cache(PAGES)
    def rendered(seconds: int, subject: str, href: str) -> str:
        return render_template("waiting.html", seconds=seconds, subject=subject, href=href)

    @app.errorhandler(Queued)
    def wait(error: Queued) -> Response:
        if not (request.method == "GET" and request.accept_mimetypes.accept_html):
            return problems.shown(error)
        page = Response(rendered(_about(error.wait), _subject(), _here()), HTTPStatus.SERVICE_UNAVAILABLE)
        return _going_on(page, error)

    @app.errorhandler(Throttled)
    def busy(error: Throttled) -> Response:
        return _going_on(problems.answer(error), error)


def _going_on(page: Response, error: Throttled) -> Response:
    """Let the page ask again by itself; a form is never sent again by itself."""
    seconds = str(error.retry_after or 1)
    page.headers["Retry-After"] = seconds
    if request.method == "GET":
        page.headers["Refresh"] = seconds
    return page


def _place(session_id: str) -> str:
    """Return what the place in the queue belongs to; from it nobody learns the session or the address."""
    return hashlib.sha256(f"{session_id}\n{request.full_path}".encode()).hexdigest()[:32]


def _here() -> str:
    return own_path(request.full_path if request.query_string else request.path)


def _subject() -> str:
    return "the payment page" if request.path.startswith("/buy/") else "your training"


def _about(seconds: float) -> int:
    """Return a time to tell a person: steps of five seconds, then minutes."""
    step = 5 if seconds < IN_MINUTES else 60
    return int(-(-seconds // step) * step)
