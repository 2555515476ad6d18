"""In front of Flask: a click is recognised and given its turn before anything expensive is done for it.

A plain click, which is nearly every one, asks the store here, once, for its session and its call. If it has to wait
and the page that says so was shown before, it is answered here, at a fraction of what a request through Flask costs:
that is what keeps a rush of thousands cheap. Everything else goes on to Flask, which decides the same by itself
(``waiting.Clicks``) for whatever is not plain.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from gateway import deadline, turn
from gateway.errors import GatewayError, Queued
from gateway.talentlms.budget import Budget

ENTERED = "gateway.entered"
"""Where in the environment what the store said of a click is found: a record, ``None``, or the error."""
PAGES = 512
"""How many pages are kept: a rush shows the same few over and over."""

_ADDRESS = re.compile(r"/|/go|/go/course/[^/]+|/buy/[a-z]+/[^/]+")
_UNUSUAL = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")
_IN_A_MOMENT = frozenset({"retry-after", "refresh"})

Enter = Callable[[str, WSGIEnvironment], bytes | None]


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
        budget: where a permit goes back to that was claimed and not used.
        session_cookie: finds the session's id in the ``Cookie`` header.
        enter: asks the store, by the session's id and the request's environment.
        about: what a page tells of a time in seconds; two that tell the same are one page.
    """

    def __init__(
        self,
        app: WSGIApplication,
        budget: Budget,
        session_cookie: re.Pattern[str],
        enter: Enter,
        about: Callable[[float], int],
    ) -> None:
        self._app = app
        self._budget = budget
        self._session_cookie = session_cookie
        self._enter = enter
        self._about = about
        self._pages: dict[tuple[str, str, int], _Page] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, and give back what it claimed and did not use."""
        deadline.start()
        turn.begin()
        try:
            session_ids = self._session_cookie.findall(environ.get("HTTP_COOKIE", ""))
            if self._budget.is_shared and len(session_ids) == 1 and _is_plain_click(environ):
                return self._clicked(session_ids[0], environ, start_response)
            return self._app(environ, start_response)
        finally:
            self._budget.unused(turn.taken())

    def _clicked(self, session_id: str, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            environ[ENTERED] = self._enter(session_id, environ)
        except Queued as error:
            environ[ENTERED] = error
            return self._waiting(error, environ, start_response)
        except GatewayError as error:
            environ[ENTERED] = error
        return self._app(environ, start_response)

    def _waiting(self, error: Queued, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        key = (environ["PATH_INFO"], environ.get("QUERY_STRING", ""), self._about(error.wait))
        page = self._pages.get(key)
        if page is None or "text/html" not in environ.get("HTTP_ACCEPT", ""):
            return self._noted(key, environ, start_response)
        seconds = str(error.retry_after)
        start_response(page.status, [*page.headers, ("Retry-After", seconds), ("Refresh", seconds)])
        return [page.body]

    def _noted(
        self, key: tuple[str, str, int], environ: WSGIEnvironment, start_response: StartResponse
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


def _is_plain_click(environ: WSGIEnvironment) -> bool:
    """Return whether a person's browser goes to an address that leads to TalentLMS, with nothing odd about it."""
    return bool(
        environ["REQUEST_METHOD"] == "GET"
        and _ADDRESS.fullmatch(environ["PATH_INFO"])
        and environ.get("HTTP_SEC_FETCH_MODE", "navigate") == "navigate"
        and not any(name in environ for name in _UNUSUAL)
    )
