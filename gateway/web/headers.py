"""The headers of our answers."""

from collections.abc import Iterable

from flask import Flask, Response

from schemas.link import Link

_IN_ANY_FRAME = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
_IN_NO_FRAME = "frame-ancestors 'none'"
_POLICY = f"default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; {_IN_NO_FRAME}; form-action "
_OLDER = "X-Frame-Options"
"""The same for browsers that know no ``frame-ancestors``."""
_YEAR_SECONDS = 365 * 24 * 3600
_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": f"{_POLICY}'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    _OLDER: "DENY",
}
_OVER_HTTPS = {"Strict-Transport-Security": f"max-age={_YEAR_SECONDS}"}
_ON_REDIRECTS = {
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


def _everywhere(*, secure: bool) -> dict[str, str]:
    return _EVERYWHERE | (_OVER_HTTPS if secure else {})


def install(app: Flask, *, secure: bool) -> None:
    """Put the headers that every answer carries on every answer.

    Args:
        app: the application.
        secure: whether browsers reach the gateway over https.
    """
    everywhere = _everywhere(secure=secure)

    @app.after_request
    def protect(response: Response) -> Response:
        for name, value in everywhere.items():
            response.headers.setdefault(name, value)
        if _IN_NO_FRAME not in response.headers["Content-Security-Policy"]:
            del response.headers[_OLDER]
        return response


def allow_forms(response: Response, origins: Iterable[str] = ()) -> Response:
    """Let the forms of a page go to ourselves and on to these origins.

    ``form-action`` applies to the whole chain of redirects that a form sets off, so a page whose form is answered with
    a redirect to TalentLMS has to name it. A page that is sent with ``no-referrer`` would post ``Origin: null``, so
    pages with forms say ``same-origin``.
    """
    targets = " ".join(("'self'", *sorted(set(origins))))
    response.headers["Content-Security-Policy"] = _POLICY + targets
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def allow_frames(response: Response) -> Response:
    """Let any site show a page in a frame; for a page that holds nothing of anybody's and changes nothing.

    The policy names no ancestors at all: ``frame-ancestors *`` would keep it out of applications that show pages under
    a scheme of their own.
    """
    response.headers["Content-Security-Policy"] = _IN_ANY_FRAME
    return response


def to_link(link: Link) -> Response:
    """Answer 302 to a one-time link; nothing on the way may keep it."""
    return to_address(link.reveal())


def to_address(url: str) -> Response:
    """Answer 302; the answer is kept nowhere and the next server does not learn where the browser came from."""
    response = Response(status=302)
    response.headers["Location"] = url
    response.autocorrect_location_header = False
    response.headers.update(_ON_REDIRECTS)
    return response


def leading_on(response: Response, url: str) -> Response:
    """Let a page lead on by itself at once, as a redirect does; the page and its headers may hold a one-time link.

    Args:
        response: the page, which offers the same address as a link.
        url: where it leads; ASCII without control characters.
    """
    response.headers["Refresh"] = f"0; url={url}"
    response.headers.update(_ON_REDIRECTS)
    return response


def of_redirects(*, secure: bool) -> list[tuple[str, str]]:
    """Return what ``to_link`` and ``install`` put on a 302 besides its ``Location``, for a bare WSGI answer."""
    return [("Content-Length", "0"), *(_everywhere(secure=secure) | _ON_REDIRECTS).items()]
