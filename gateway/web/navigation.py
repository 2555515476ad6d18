"""Is this a person who goes somewhere? A link is minted, and a sign-in begun, for nobody else."""

from http import HTTPStatus
from wsgiref.types import WSGIEnvironment

from flask import Response, request

from gateway.errors import NotANavigation

_PURPOSE_HEADERS = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


def only_for_people() -> Response | None:
    """Answer what must mint nothing, before any handler sees it; for ``before_request``.

    Returns:
        204 for ``HEAD``; 503 without ``Retry-After`` for a browser that loads a page in case it is wanted; ``None``
        for a navigation, also of a client that sends no ``Sec-Fetch-*`` headers.

    Raises:
        NotANavigation: a script asks.
    """
    if request.method == "HEAD":
        return Response(status=HTTPStatus.NO_CONTENT)
    purposes = " ".join(request.headers.get(name, "") for name in _PURPOSE_HEADERS).lower()
    if any(speculation in purposes for speculation in ("prefetch", "prerender", "preview")):
        return Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
    if request.headers.get("Sec-Fetch-Mode", "navigate") not in ("navigate", "nested-navigate"):
        raise NotANavigation
    return None


def is_top_level(environ: WSGIEnvironment) -> bool:
    """Return whether a request opens its address as a page of its own, not inside a frame or another page."""
    return bool(environ.get("HTTP_SEC_FETCH_DEST", "document") == "document")
