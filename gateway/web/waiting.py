"""A click that needs a call of TalentLMS: recognised and given its turn in one question to the store; or it waits.

Whoever has to wait longer than a moment gets a page that asks again by itself, by the ``Refresh`` header, and keeps
the place. The place belongs to the person and the path.
"""

import hashlib
from wsgiref.types import WSGIEnvironment

from flask import Flask, Response, g, request

from gateway import admission
from gateway.admission import Lane, QueueEntry
from gateway.errors import PersonQueued, Queued, Throttled
from gateway.store.sessions import Sessions
from gateway.talentlms.budget import Budget
from gateway.web import problems
from gateway.web.catalogue import Catalogue
from gateway.web.cookies import Cookies
from gateway.web.messages import text
from gateway.web.next_page import address, own_path
from gateway.web.pages import page
from gateway.web.problem_pages import page_for
from gateway.web.visitor import SESSION_COOKIE, Visitor
from schemas.session import Session

PATIENCE_SECONDS = 4.0
"""How long a click is held rather than sent to the waiting page: of the 15 seconds that a browser waits at most, a call
of TalentLMS may take 10."""
ENTERED = "gateway.entered"
"""Where in the environment what the gate found out of a click stands: its session, ``None`` for none, or an error."""
IN_MINUTES = 90
"""From so many seconds on, a page tells a time in minutes."""


class Clicks(Visitor):
    """The visitor of addresses that lead to TalentLMS.

    Args:
        sessions: the sessions in force.
        cookies: how the id travels.
        budget: where a click's first call comes from.
        catalogue: what an address asks for.
    """

    def __init__(self, sessions: Sessions, cookies: Cookies, budget: Budget, catalogue: Catalogue) -> None:
        super().__init__(sessions, cookies)
        self._budget = budget
        self._catalogue = catalogue
        self._session_cookie = cookies.pattern(SESSION_COOKIE)

    def session(self) -> Session | None:
        """Return the session of this request and claim its call, in one round trip.

        Raises:
            Queued: the call's time is later.
            StoreUnavailable: then nobody is trusted.
        """
        if "session" not in g:
            g.session = self._entered()
        return super().session()

    def session_id(self, environ: WSGIEnvironment) -> str | None:
        """Return the one session id that a request carries; ``None`` for none, and for several."""
        session_ids = self._session_cookie.findall(environ.get("HTTP_COOKIE", ""))
        return session_ids[0] if len(session_ids) == 1 else None

    def enter(self, session_id: str, environ: WSGIEnvironment) -> Session | None:
        """Return the session of an id and claim its call, and say how everything else of this click queues.

        Raises:
            Queued: the call's time is later.
            CourseNotFound, CategoryNotFound: TalentLMS said less than a minute ago that there is no such thing.
            StoreUnavailable: then nobody is trusted.
        """
        lookup = self._sessions.lookup(session_id)
        path: str = environ["PATH_INFO"]
        item = self._catalogue.item(path)
        entry = QueueEntry(Lane.CLICK, lookup.person, _digest(path), item.name if item else "", PATIENCE_SECONDS)
        admission.begin(entry)
        if not self._budget.is_shared:
            return self._sessions.find(session_id)
        record, is_unknown = self._budget.enter(lookup)
        session = self._sessions.in_force(session_id, record)
        if session is not None and item is not None and is_unknown:
            raise item.missing(f"TalentLMS said less than a minute ago that there is no {item.name}")
        return session

    def leave(self) -> None:
        """Give back the call that was claimed for the request at hand, if it was not used."""
        self._budget.unused(admission.taken())

    def _entered(self) -> Session | None:
        if ENTERED not in request.environ:
            session_id = self._cookies.get(request, SESSION_COOKIE)
            return self.enter(session_id, request.environ) if session_id else None
        entered: Session | Exception | None = request.environ[ENTERED]
        if isinstance(entered, Exception):
            raise entered
        return entered


def install(app: Flask) -> None:
    """Show those that have to wait a page that asks again by itself."""

    @app.errorhandler(Queued)
    def wait(error: Queued) -> Response:
        if not (request.method == "GET" and problems.for_a_person()):
            return problems.shown(error)
        shown_as = page_for(error)
        waiting = page(
            "waiting.html",
            status=shown_as.status,
            title=shown_as.title,
            happened=shown_as.happened if isinstance(error, PersonQueued) else text("waiting.happened"),
            seconds=about(error.wait),
            subject=_subject(),
            href=_here(),
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


def _digest(path: str) -> str:
    """Return a path as the queue knows it: short, whatever the browser sent."""
    return hashlib.sha256(path.encode(errors="surrogateescape")).hexdigest()[:16]


def _here() -> str:
    return own_path(address(request.path, request.query_string))


def _subject() -> str:
    return text("waiting.payment-page") if request.path.startswith("/buy/") else text("waiting.training")


def about(seconds: float) -> int:
    """Return a time to tell a person: steps of five seconds, then minutes."""
    step = 5 if seconds < IN_MINUTES else 60
    return int(-(-seconds // step) * step)
