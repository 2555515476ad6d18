"""``/logout`` and ``/signed-out``: out again, in all three places.

The browser goes to TalentLMS, from there to ``/logout/continue``, from there to the provider, and ends on
``/signed-out``. Where TalentLMS's session or the provider's could not be ended, a cookie says so to ``/signed-out``,
whichever way the browser gets there.

The form is answered with a page that leads on by itself, not with a redirect: a policy's ``form-action`` holds for the
whole chain of redirects that a form sets off, and nobody knows the hosts that a provider's logout leads through.
"""

from typing import Any

from flask import Blueprint, Response, request

from gateway.flows.sign_out import SignedOut, SignOut
from gateway.store.transactions import DEPARTURE_SECONDS
from gateway.web.addresses import LOGOUT, LOGOUT_CONTINUE, SIGNED_OUT
from gateway.web.cookies import DEPARTURE_COOKIE, FORM_COOKIE, LEFT_OPEN_COOKIE, TRANSACTION_COOKIE, Cookies
from gateway.web.forms import Forms
from gateway.web.headers import leading_on, to_address
from gateway.web.navigation import only_for_people
from gateway.web.pages import page
from gateway.web.provider_session import ProviderSessions
from gateway.web.visitor import Visitor
from schemas.session import Session


def blueprint(visitor: Visitor, forms: Forms, sign_out: SignOut, cookies: Cookies, talentlms_url: str) -> Blueprint:
    """Return the routes.

    Args:
        visitor: who leaves.
        forms: that the form is ours.
        sign_out: the way out.
        cookies: what binds a sign-out to its browser.
        talentlms_url: where somebody signs out at TalentLMS by hand.
    """
    routes = Blueprint("sign_out", __name__)
    routes.before_request(only_for_people)
    provider_sessions = ProviderSessions(cookies)

    @routes.get(LOGOUT)
    def ask() -> Response:
        return page("sign_out.html", **_form(forms, visitor.session()))

    @routes.post(LOGOUT)
    def leave() -> Response:
        session = visitor.session()
        if session is None:
            response = to_address(SIGNED_OUT)
            if forms.was_shown_in(visitor.handle()):
                visitor.dismiss(response)
                provider = request.form.get("provider", "")
                _nobody_was_told(cookies, response, provider if provider in sign_out.providers else "")
            return response
        forms.check(session)
        response = _led_on(cookies, sign_out.begin(session))
        visitor.dismiss(response)
        return response

    @routes.get(LOGOUT_CONTINUE)
    def proceed() -> Response:
        step = sign_out.proceed(cookies.get(request, DEPARTURE_COOKIE))
        response = to_address(step.url or SIGNED_OUT)
        cookies.drop(response, DEPARTURE_COOKIE)
        if step.left_open:
            provider_sessions.left_open(response, step.left_open)
        return response

    @routes.get(SIGNED_OUT)
    def signed_out() -> Response:
        session = visitor.session()
        response = page(
            "signed_out.html",
            still_signed_in=session is not None,
            left_open=_left_open(cookies),
            provider_left_open=provider_sessions.any_open(),
            talentlms_href=talentlms_url,
            **_form(forms, session),
        )
        if session is None:
            _told(cookies, response)
        return response

    return routes


def _form(forms: Forms, session: Session | None) -> dict[str, Any]:
    """Return what a page needs that offers to sign out the person who is signed in."""
    if session is None:
        return {"form_origins": None, "csrf_token": "", "person": None, "provider": ""}
    return {
        "form_origins": (),
        "csrf_token": forms.token(session),
        "person": session.identity.display_name,
        "provider": session.identity.provider,
    }


def _led_on(cookies: Cookies, done: SignedOut) -> Response:
    """Return the page that sends the browser on, to TalentLMS or past it."""
    url = done.link.reveal() if done.link else LOGOUT_CONTINUE
    response = leading_on(page("signing_out.html", continue_href=url), url)
    _forget_browser(cookies, response)
    cookies.put(response, DEPARTURE_COOKIE, done.browser, DEPARTURE_SECONDS)
    if done.left_open:
        cookies.put(response, LEFT_OPEN_COOKIE, "1", DEPARTURE_SECONDS)
    else:
        _told(cookies, response)
    return response


def _nobody_was_told(cookies: Cookies, response: Response, provider: str) -> None:
    """Remember what may be open where a session is over already in which somebody presses the button.

    It has expired, or a sign-out has ended it whose answer got lost: neither TalentLMS nor the provider, whose name the
    form carries, may ever have been told.
    """
    _forget_browser(cookies, response)
    cookies.put(response, LEFT_OPEN_COOKIE, "1", DEPARTURE_SECONDS)
    if provider:
        ProviderSessions(cookies).left_open(response, provider)


def _forget_browser(cookies: Cookies, response: Response) -> None:
    """Drop what holds for whoever has sat here so far: sign-ins under way, and presses that may be repeated."""
    for name in cookies.names(request, TRANSACTION_COOKIE):
        cookies.drop(response, name)
    if cookies.get(request, FORM_COOKIE):
        cookies.drop(response, FORM_COOKIE)


def _left_open(cookies: Cookies) -> bool:
    return cookies.get(request, LEFT_OPEN_COOKIE) is not None


def _told(cookies: Cookies, response: Response) -> None:
    """Forget that TalentLMS's session may still be open: the person knows, or it does not hold any more."""
    if _left_open(cookies):
        cookies.drop(response, LEFT_OPEN_COOKIE)
