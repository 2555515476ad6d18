"""Is this a person who goes somewhere? A link is minted, and a sign-in begun, for nobody else."""

from http import HTTPStatus
from wsgiref.types import WSGIEnvironment

from flask import Response, request

from gateway.errors import NotANavigation

_PURPOSE_HEADERS = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")
_FRAMES = frozenset({"iframe", "frame", "fencedframe", "embed", "object"})
_SPECULATIONS = ("prefetch", "prerender", "preview")


def is_navigation(environ: WSGIEnvironment) -> bool:
    """Return whether a browser opens an address, or a client asks that sends no ``Sec-Fetch-*`` headers."""
    return environ.get("HTTP_SEC_FETCH_MODE", "navigate") in ("navigate", "nested-navigate")


def is_speculative(environ: WSGIEnvironment) -> bool:
    """Return whether a browser loads a page in case it is wanted."""
    purposes = " ".join([environ[name] for name in _PURPOSE_HEADERS if name in environ]).lower()
    return any(speculation in purposes for speculation in _SPECULATIONS) if purposes else False


def is_top_level(environ: WSGIEnvironment) -> bool:
    """Return whether a request opens its address as a page of its own, not inside a frame or another page."""
    return bool(environ.get("HTTP_SEC_FETCH_DEST", "document") == "document")


def is_framed(environ: WSGIEnvironment) -> bool:
    """Return whether a browser opens an address inside another page; older ones do not say."""
    return environ.get("HTTP_SEC_FETCH_DEST") in _FRAMES


def is_click(environ: WSGIEnvironment) -> bool:
    """Return whether a person goes somewhere, in a page of its own: only then a link is minted."""
    is_opened = environ["REQUEST_METHOD"] == "GET" and is_navigation(environ)
    return is_opened and not is_framed(environ) and not is_speculative(environ)


def is_from_own_page() -> bool:
    """Return whether it is a page of ours that leads here, as far as the browser says."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"


def only_for_people() -> Response | None:
    """Answer what must mint nothing, before any handler sees it; for ``before_request``.

    Returns:
        204 for ``HEAD``; 503 without ``Retry-After`` for a speculative request; ``None`` for a navigation.

    Raises:
        NotANavigation: a script asks.
    """
    if request.method == "HEAD":
        return Response(status=HTTPStatus.NO_CONTENT)
    if is_speculative(request.environ):
        return Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
    if not is_navigation(request.environ):
        raise NotANavigation
    return None
