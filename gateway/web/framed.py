"""Inside another site's page: a small page whose link opens the same address in a tab of its own.

A browser keeps our cookies (``SameSite=Lax``) out of another site's page, and identity providers refuse to be shown in
one, so nobody can sign in there. The page holds nothing of anybody's, asks neither Redis nor TalentLMS, sets no cookie
and has no form; it is the only page of ours that may stand in a frame of any site. A frame that asks for anything else
of ours gets what everybody gets, which no browser shows there.
"""

from flask import Flask, Response, request

from gateway.web.addresses import (
    BUY_CATEGORY,
    BUY_COURSE,
    CATALOG,
    COMPLETED,
    COMPLETED_COURSE,
    COURSE,
    DASHBOARD,
    LOGIN,
    LOGIN_AT,
    LOGIN_PASSWORD,
    LOGOUT,
    SIGNED_OUT,
    TRAINING,
    place_of,
)
from gateway.web.headers import allow_frames
from gateway.web.navigation import is_framed, is_speculative
from gateway.web.next_page import here
from gateway.web.pages import page

OFFERED = frozenset(
    {TRAINING, DASHBOARD, COURSE, BUY_COURSE, BUY_CATEGORY, COMPLETED, COMPLETED_COURSE, CATALOG}
    | {LOGIN, LOGIN_AT, LOGIN_PASSWORD, LOGOUT, SIGNED_OUT}
)
"""The addresses that the page offers again. Those with a secret in them (launches, hand-offs, codes) are not among
them, nor what only the next step of a sign-in or sign-out asks for."""


def install(app: Flask, public_url: str) -> None:
    """Show the page in frames.

    Args:
        app: the application.
        public_url: our own origin.
    """

    @app.before_request
    def offer_a_tab() -> Response | None:
        if request.method != "GET" or not is_framed(request.environ) or is_speculative(request.environ):
            return None
        place = place_of(request.path)
        if place is None or place.rule not in OFFERED:
            return None
        address = here()
        return allow_frames(page("framed.html", href=address, address=public_url + address))
