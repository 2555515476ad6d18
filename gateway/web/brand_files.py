"""``/brand``: the style sheet with the operator's colours, and the logo; browsers keep them, as they do ``/static``."""

from flask import Blueprint, Response, request

from gateway.errors import PageNotFound
from gateway.web.brand import COLOURS, LOGO, Brand, version_of

_ALONE = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
"""For a logo that is opened as a page: an SVG may hold scripts, and none of them runs."""


def blueprint(brand: Brand) -> Blueprint:
    """Return the routes.

    Args:
        brand: what there is; an address of what there is not leads nowhere.
    """
    routes = Blueprint("brand", __name__)
    colours = None if brand.colours is None else brand.colours.encode()

    @routes.get(COLOURS)
    def style_sheet() -> Response:
        return _kept(colours, "text/css")

    @routes.get(LOGO)
    def logo() -> Response:
        response = _kept(brand.logo, brand.logo_type)
        response.headers["Content-Security-Policy"] = _ALONE
        return response

    return routes


def _kept(content: bytes | None, media_type: str) -> Response:
    """Return a file, for a year if its version stands in the address that was asked for."""
    if content is None:
        raise PageNotFound("the table brand of the file does not set it")
    response = Response(content, mimetype=media_type)
    if request.args.get("v") == version_of(content):
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
