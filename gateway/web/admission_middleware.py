"""In front of Flask: every request begins here as a piece of work, and a plain click is answered here.

A click is a navigation of somebody with a session to an address that leads to TalentLMS. It asks the store once, for
its session and its call. Where it goes well it is answered with its link; or, if it has to wait and the page that says
so was shown before, with that page. Both at a fraction of what a request through Flask costs: that is what keeps a rush
of thousands cheap (``docs/budget.md`` has the figures). Everything else goes on to Flask, with what was found out so
far: anybody who is not signed in, every error, every page. Addresses, cookies, navigations and headers are those that
the routes know: ``addresses``, ``cookies``, ``navigation``, ``headers``.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from wsgiref.types import StartResponse, WSGIEnvironment

from gateway import context
from gateway.admission import Lane, QueueEntry, SessionLookup
from gateway.context import BROWSER_SECONDS, REQUEST_LINE_BYTES, Context, Trail
from gateway.errors import NotFound, Queued
from gateway.store.sessions import Sessions
from gateway.talentlms.budget import Budget
from gateway.web.addresses import CALLS_TALENTLMS, COURSE, DASHBOARD, place_of, without_slash
from gateway.web.client_address import ForwardingNotice, Proxies, client_address
from gateway.web.cookies import SESSION_COOKIE, Cookies
from gateway.web.go import Clicks
from gateway.web.headers import of_redirects
from gateway.web.navigation import is_click
from gateway.web.observed_requests import SPAN, WORK
from gateway.web.slugs import Item, Slugs
from gateway.web.visitor import ADMITTED
from gateway.web.waiting import WaitingPages
from schemas.link import Link
from schemas.session import Session

PATIENCE_SECONDS = 4.0
"""How long a click is held rather than sent to the waiting page: of the 15 seconds that a browser waits at most, a call
of TalentLMS may take 10."""


@dataclass(frozen=True, slots=True)
class _Click:
    """A request that needs a call of TalentLMS.

    Attributes:
        rule: the address that it asks for, one of ``addresses.CALLS_TALENTLMS``.
        item: the course or category that the address names.
        session_id: what the browser's cookie says.
        lookup: where that session is.
        entry: how it queues.
    """

    rule: str
    item: Item | None
    session_id: str
    lookup: SessionLookup
    entry: QueueEntry


class AdmissionMiddleware:
    """A WSGI application around Flask's.

    Args:
        waiting: the pages for clicks that have to wait, around Flask's application.
        sessions: the sessions in force.
        cookies: how a session's id travels, and whether browsers reach the gateway over https.
        budget: where a click's call comes from.
        slugs: what names in addresses mean.
        launches: where a click's link comes from.
        proxies: those in front of the gateway, whose word on the browser's address is believed.
        trail: where what a request does is written down.
    """

    def __init__(
        self,
        waiting: WaitingPages,
        sessions: Sessions,
        cookies: Cookies,
        budget: Budget,
        slugs: Slugs,
        launches: Clicks,
        proxies: Proxies,
        trail: Trail,
    ) -> None:
        self._app = waiting.app
        self._sessions = sessions
        self._cookies = cookies
        self._budget = budget
        self._slugs = slugs
        self._launches = launches
        self._proxies = proxies
        self._trail = trail
        self._notice = ForwardingNotice(proxies)
        self._headers = of_redirects(secure=cookies.secure)
        self._waiting = waiting

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, give back what it claimed and did not use, and leave its work to whoever observes it."""
        if environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            environ["PATH_INFO"] = without_slash(environ["PATH_INFO"])  # so that all behind know one spelling
        click = self._click(environ)
        address, browser = client_address(environ, self._proxies), environ.get("HTTP_USER_AGENT", "")
        entry = click.entry if click else None
        work = context.begin(address, browser, seconds=BROWSER_SECONDS, entry=entry, trail=self._trail)
        work.left.log_bytes -= REQUEST_LINE_BYTES
        work.left.span = environ.get(SPAN)
        try:
            self._notice.look(environ)
            if click is None:
                return self._app(environ, start_response)
            return self._answer(click, work, environ, start_response)
        finally:
            if work.left.permit is not None:
                self._budget.leave(work)
            environ[WORK] = context.end()

    def _click(self, environ: WSGIEnvironment) -> _Click | None:
        """Return what a request needs a call for; ``None`` if it needs none, or is one that Flask refuses."""
        place = place_of(environ["PATH_INFO"])
        if place is None or place.rule not in CALLS_TALENTLMS or not is_click(environ):
            return None
        session_id = self._cookies.read(environ, SESSION_COOKIE)
        if session_id is None:
            return None
        try:
            item = self._slugs.item(place.kind, place.name) if place.kind else None
        except NotFound:
            return None
        lookup = self._sessions.lookup(session_id)
        path = _digest(environ["PATH_INFO"])
        entry = QueueEntry(Lane.CLICK, lookup.person, path, str(item) if item else "", PATIENCE_SECONDS)
        return _Click(place.rule, item, session_id, lookup, entry)

    def _answer(
        self, click: _Click, work: Context, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        try:
            session = environ[ADMITTED] = self._admit(click, work)
            link = self._link(session, click, environ) if session is not None else None
        except Queued as error:
            environ[ADMITTED] = error
            work.left.problem = error.code
            return self._waiting.answer(error, environ, start_response)
        except Exception as error:  # noqa: BLE001 - whatever it is, Flask writes it down and shows it
            environ[ADMITTED] = error
            return self._app(environ, start_response)
        if link is None:
            return self._app(environ, start_response)
        start_response("302 FOUND", [("Location", link.reveal()), *self._headers])
        return []

    def _admit(self, click: _Click, work: Context) -> Session | None:
        """Return whose click it is, and claim its call.

        Raises:
            Queued: the call's time is later.
            CourseNotFound, CategoryNotFound: TalentLMS said a moment ago that there is no such thing.
            StoreUnavailable: then nobody is trusted.
        """
        record, is_unknown = self._budget.enter(work, click.lookup)
        session = self._sessions.in_force(click.session_id, record)
        work.left.session_of = click.lookup.person if session is not None else ""
        if session is not None and click.item is not None and is_unknown:
            raise click.item.missing(f"TalentLMS said a moment ago that there is no {click.item}")
        return session

    def _link(self, session: Session, click: _Click, environ: WSGIEnvironment) -> Link | None:
        """Return where a click leads at once; ``None`` where a route of Flask's has more to say."""
        if click.rule == COURSE and click.item is not None:
            return self._launches.course(session, click.item, environ)
        return self._launches.dashboard(session) if click.rule == DASHBOARD else None


def _digest(path: str) -> str:
    """Return a path as the queue knows it: short, whatever the browser sent."""
    return hashlib.sha256(path.encode(errors="surrogateescape")).hexdigest()[:16]
