"""The page for anybody who has to wait for a call of TalentLMS longer than a moment.

It asks again by itself, by the ``Refresh`` header, and keeps the place. The place belongs to the person and the path.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, request

from gateway.errors import PersonQueued, Queued, Throttled
from gateway.web import error_handlers
from gateway.web.addresses import CATALOG
from gateway.web.error_pages import page_for
from gateway.web.languages import Languages
from gateway.web.message_catalog import text
from gateway.web.next_page import here
from gateway.web.pages import page

IN_MINUTES = 90
"""From so many seconds on, a page tells a time in minutes."""
PAGES = 512
"""How many pages are kept: a rush shows the same few over and over."""

_Key: TypeAlias = tuple[str, str, int, bool, str]
"""Path, query, seconds as the page tells them, whether one person asks for much, language."""
_IN_A_MOMENT = frozenset({"retry-after", "refresh"})


@dataclass(frozen=True, slots=True)
class _Page:
    """What Flask answered to a click that has to wait, but for when to come back."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes


class WaitingPages:
    """Answers clicks that have to wait, with pages that were made before where there is one.

    Args:
        app: Flask's, which makes them.
        languages: in which they are.

    Attributes:
        app: as above.
    """

    def __init__(self, app: WSGIApplication, languages: Languages) -> None:
        self.app = app
        self._languages = languages
        self._pages: dict[_Key, _Page] = {}

    def answer(self, error: Queued, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a click.

        Args:
            error: how long it has to wait, and for what.
            environ: the request; Flask finds the error there.
            start_response: as WSGI has it.
        """
        address = (environ["PATH_INFO"], environ.get("QUERY_STRING", ""))
        language = self._languages.best(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        key = (*address, about(error.wait), isinstance(error, PersonQueued), language)
        page = self._pages.get(key)
        if page is None or "text/html" not in environ.get("HTTP_ACCEPT", ""):
            return self._made(key, environ, start_response)
        seconds = str(error.retry_after)
        start_response(page.status, [*page.headers, ("Retry-After", seconds), ("Refresh", seconds)])
        return [page.body]

    def _made(self, key: _Key, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Let Flask answer, and keep the answer if it is the page for those who wait."""
        said: list[Any] = []

        def note(*status_and_headers: Any) -> Callable[[bytes], object]:
            said[:] = status_and_headers
            return start_response(*status_and_headers)

        body = _whole(self.app(environ, note))
        headers = {name.lower(): (name, value) for name, value in said[1]}
        if "refresh" in headers and "set-cookie" not in headers:
            if len(self._pages) >= PAGES:
                self._pages.clear()
            kept = [header for name, header in headers.items() if name not in _IN_A_MOMENT]
            self._pages[key] = _Page(said[0], kept, body)
        return [body]


def _whole(pieces: Iterable[bytes]) -> bytes:
    """Return all of an answer, and close what it came from, as a WSGI server does (PEP 3333)."""
    try:
        return b"".join(pieces)
    finally:
        close: Callable[[], object] | None = getattr(pieces, "close", None)
        if close is not None:
            close()


def install(app: Flask) -> None:
    """Show those that have to wait a page that asks again by itself."""

    @app.errorhandler(Queued)
    def wait(error: Queued) -> Response:
        if not (request.method == "GET" and error_handlers.for_a_person()):
            return error_handlers.shown(error)
        shown_as = page_for(error)
        waiting = page(
            "waiting.html",
            status=shown_as.status,
            title=shown_as.title,
            happened=shown_as.happened if isinstance(error, PersonQueued) else text("waiting.happened"),
            seconds=about(error.wait),
            subject=_subject(),
            href=here(),
        )
        return _going_on(waiting, error)

    @app.errorhandler(Throttled)
    def busy(error: Throttled) -> Response:
        return _going_on(error_handlers.answer(error), error)


def _going_on(response: Response, error: Throttled) -> Response:
    """Let the page ask again by itself; a form is never sent again by itself."""
    seconds = str(error.retry_after or 1)
    response.headers["Retry-After"] = seconds
    if request.method == "GET":
        response.headers["Refresh"] = seconds
    return response


def _subject() -> str:
    if request.path == CATALOG:
        return text("waiting.catalog")
    return text("waiting.payment-page") if request.path.startswith("/buy/") else text("waiting.training")


def about(seconds: float) -> int:
    """Return a time to tell a person: steps of five seconds, then minutes."""
    step = 5 if seconds < IN_MINUTES else 60
    return int(-(-seconds // step) * step)
