"""In front of everything, where requests are counted: what became of clicks, and of requests to the SCIM directory.

A click is a navigation to an address that leads into TalentLMS, whoever makes it.
"""

from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from gateway import log
from gateway.flows.directory import SCIM_PATH
from gateway.web.addresses import CALLS_TALENTLMS, place_of, without_slash
from gateway.web.navigation import is_navigation, is_speculative

_CLIENT_ERROR, _SERVER_ERROR = "4", "5"


class ObservedRequests:
    """A WSGI application around the gateway's.

    Args:
        app: the gateway's.
        public_url: the gateway's own address.
    """

    def __init__(self, app: WSGIApplication, public_url: str) -> None:
        self._app = app
        self._own = (f"{public_url}/", "/")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, and tell what became of it."""
        path = environ["PATH_INFO"]
        if path.startswith(SCIM_PATH):
            return self._app(environ, _noting(start_response, "scim.request", _scim_outcome))
        if _is_click(path, environ):
            return self._app(environ, _noting(start_response, "click", self._click_outcome))
        return self._app(environ, start_response)

    def _click_outcome(self, status: str, headers: list[tuple[str, str]]) -> str:
        """Return what became of a click.

        Returns:
            ``reached``: sent on into TalentLMS. ``sign_in``: sent to an identity provider, or elsewhere here first.
            ``page``: shown a page of the gateway. ``waiting``: TalentLMS grants no call now. ``refused``: by a rule,
            or TalentLMS has no such thing. ``failed``: something is out of order.
        """
        if status.startswith("3"):
            leads_here = any(name == "Location" and value.startswith(self._own) for name, value in headers)
            return "sign_in" if leads_here else "reached"
        if status.startswith("2"):
            return "page"
        if any(name == "Refresh" for name, _ in headers):
            return "waiting"
        return "refused" if status.startswith(_CLIENT_ERROR) else "failed"


def _is_click(path: str, environ: WSGIEnvironment) -> bool:
    place = place_of(path) or place_of(without_slash(path))
    if place is None or place.rule not in CALLS_TALENTLMS or environ["REQUEST_METHOD"] != "GET":
        return False
    return is_navigation(environ) and not is_speculative(environ)


def _scim_outcome(status: str, _headers: list[tuple[str, str]]) -> str:
    if status.startswith(_SERVER_ERROR):
        return "failed"
    return "refused" if status.startswith(_CLIENT_ERROR) else "success"


def _noting(
    start_response: StartResponse, name: str, outcome: Callable[[str, list[tuple[str, str]]], str]
) -> StartResponse:
    def started(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
        log.tell(name, {"outcome": outcome(status, headers)})
        return start_response(status, headers, *error)

    return started
