"""In front of Flask: every request begins here as a piece of work, and a plain click is answered here.

A plain click is a navigation of somebody who is signed in, to an address that leads to TalentLMS; nearly every one is.
It asks the store once, for its session and its call, and where it goes well it is answered with its link; or, if it has
to wait and the page that says so was shown before, with that page. Both at a fraction of what a request through Flask
costs: that is what keeps a rush of thousands cheap (``docs/budget.md`` has the figures). Everything else goes on to
Flask, with what was found out so far: whoever is not signed in, every error, every page.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from gateway import admission, deadline, log
from gateway.errors import PersonQueued, Queued
from gateway.web.client import ForwardingNotice, Proxies, client_address
from gateway.web.headers import redirect
from gateway.web.launch import Launches
from gateway.web.waiting import ENTERED, Clicks, about

PAGES = 512
"""How many pages are kept: a rush shows the same few over and over."""

_WITH_A_SLASH = re.compile(r"(/(?:go|buy|completed|login|logout|signed-out)(?:/[^/]+){0,2})/")
"""What people open, with the slash that some type, or a portal appends; machines' addresses are taken as they are."""
_ADDRESS = re.compile(r"/|/go|/go/course/[!-.0-~]+|/buy/[a-z]+/[!-.0-~]+")
_UNUSUAL = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")
_IN_A_MOMENT = frozenset({"retry-after", "refresh"})


@dataclass(frozen=True)
class _Page:
    """What Flask answered to a click that has to wait, but for when to come back."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes


class Gate:
    """A WSGI application around Flask's.

    Args:
        app: Flask's.
        clicks: whose click it is, and its call.
        launches: where a click's link comes from.
        proxies: those in front of the gateway, whose word on the browser's address is believed.
        secure: whether browsers reach the gateway over https.
    """

    def __init__(
        self, app: WSGIApplication, clicks: Clicks, launches: Launches, proxies: Proxies, *, secure: bool
    ) -> None:
        self._app = app
        self._clicks = clicks
        self._launches = launches
        self._proxies = proxies
        self._notice = ForwardingNotice(proxies)
        self._secure = secure
        self._pages: dict[tuple[str, str, int, bool], _Page] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, and give back what it claimed and did not use."""
        deadline.start()
        admission.begin()
        log.begin(client_address(environ, self._proxies), environ.get("HTTP_USER_AGENT", ""))
        _forgive_a_slash(environ)
        try:
            self._notice.look(environ)
            session_id = self._clicks.session_id(environ) if _is_plain_click(environ) else None
            if session_id is None:
                return self._app(environ, start_response)
            return self._clicked(session_id, environ, start_response)
        finally:
            self._clicks.leave()
            log.end()

    def _clicked(self, session_id: str, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            session = environ[ENTERED] = self._clicks.enter(session_id, environ)
            link = self._launches.link(session, environ) if session is not None else None
        except Queued as error:
            environ[ENTERED] = error
            return self._waiting(error, environ, start_response)
        except Exception as error:  # noqa: BLE001 - whatever it is, Flask writes it down and shows it
            environ[ENTERED] = error
            return self._app(environ, start_response)
        if link is None:
            return self._app(environ, start_response)
        start_response("302 FOUND", redirect(link, secure=self._secure))
        return []

    def _waiting(self, error: Queued, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        key = (
            environ["PATH_INFO"],
            environ.get("QUERY_STRING", ""),
            about(error.wait),
            isinstance(error, PersonQueued),
        )
        page = self._pages.get(key)
        if page is None or "text/html" not in environ.get("HTTP_ACCEPT", ""):
            return self._noted(key, environ, start_response)
        seconds = str(error.retry_after)
        start_response(page.status, [*page.headers, ("Retry-After", seconds), ("Refresh", seconds)])
        return [page.body]

    def _noted(
        self, key: tuple[str, str, int, bool], environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Let Flask answer, and keep the answer if it is the page for those who wait."""
        said: list[Any] = []

        def note(*status_and_headers: Any) -> Callable[[bytes], object]:
            said[:] = status_and_headers
            return start_response(*status_and_headers)

        body = b"".join(self._app(environ, note))
        headers = {name.lower(): (name, value) for name, value in said[1]}
        if "refresh" in headers and "set-cookie" not in headers:
            if len(self._pages) >= PAGES:
                self._pages.clear()
            kept = [header for name, header in headers.items() if name not in _IN_A_MOMENT]
            self._pages[key] = _Page(said[0], kept, body)
        return [body]


def _forgive_a_slash(environ: WSGIEnvironment) -> None:
    """Read the address that a person opens without a slash at its end, so that everything behind knows one spelling."""
    with_a_slash = _WITH_A_SLASH.fullmatch(environ["PATH_INFO"])
    if with_a_slash and environ["REQUEST_METHOD"] in ("GET", "HEAD"):
        environ["PATH_INFO"] = with_a_slash[1]


def _is_plain_click(environ: WSGIEnvironment) -> bool:
    """Return whether a person's browser goes to an address that leads to TalentLMS, with nothing odd about it."""
    return bool(
        environ["REQUEST_METHOD"] == "GET"
        and _ADDRESS.fullmatch(environ["PATH_INFO"])
        and environ.get("HTTP_SEC_FETCH_MODE", "navigate") == "navigate"
        and not any(name in environ for name in _UNUSUAL)
    )
