"""``/login/password``: sign-in with a TalentLMS user name and password."""

from collections.abc import Collection

from flask import Blueprint, Response, request

from gateway import context
from gateway.errors import PasswordRefused
from gateway.flows.password_sign_in import PasswordSignIn
from gateway.web.addresses import LOGIN_PASSWORD
from gateway.web.error_pages import page_for
from gateway.web.forms import Forms
from gateway.web.headers import to_link
from gateway.web.navigation import only_for_people
from gateway.web.pages import page
from schemas.secret import Secret


def blueprint(forms: Forms, password_sign_in: PasswordSignIn, form_origins: Collection[str]) -> Blueprint:
    """Return the routes.

    Args:
        forms: that the form is ours.
        password_sign_in: where the link comes from.
        form_origins: where the form ends.
    """
    routes = Blueprint("password", __name__)
    routes.before_request(only_for_people)

    def shown(*, status: int = 200, error: str | None = None, username: str = "") -> Response:
        browser = forms.browser()
        response = page(
            "password.html",
            status=status,
            form_origins=form_origins,
            csrf_token=forms.browser_token(browser),
            error=error,
            username=username,
        )
        forms.remember(browser, response)
        return response

    @routes.get(LOGIN_PASSWORD)
    def form() -> Response:
        return shown()

    @routes.post(LOGIN_PASSWORD)
    def sign_in() -> Response:
        forms.check_browser()
        username = request.form.get("username", "")
        try:
            password = Secret(request.form.get("password", ""))
            return to_link(password_sign_in.link(username, password, context.current().client))
        except PasswordRefused as error:
            shown_as = page_for(error)
            sentence = f"{shown_as.happened} {shown_as.advice}"
            return shown(status=shown_as.status, error=sentence, username=username[:100])

    return routes
