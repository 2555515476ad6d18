"""People without an identity provider sign in with their TalentLMS user name and password."""

import pytest

from tests.journeys.gateway_process import gateway_at
from tests.journeys.pages import GatewayPages, PortalPages, ProviderPages, follow
from tests.journeys.visitor import csrf_token, reference, title

FORM = "/login/password"
ERROR = "The user name or the password is not right, or the account cannot be used."


@pytest.fixture(scope="module")
def password_gateway(folder, addresses, portal, provider, redis_server):
    settings = {"GATEWAY_PASSWORD_SIGN_IN": "on"}
    gateway = gateway_at(addresses["with-password"], folder, portal, provider, redis_server.url(4), settings)
    yield gateway.start()
    gateway.end()


@pytest.fixture
def account(portal, numbers):
    """The login of somebody whose password is ``Sandbox-1``."""
    number = next(numbers)
    portal.control.add_user(f"pat{number}@example.com", login=f"pat{number}", first_name="Pat", last_name="Word")
    return f"pat{number}"


def test_a_person_chooses_the_password_types_it_and_is_in(password_gateway, portal, page, account):
    page.goto(f"{password_gateway.url}/login")
    GatewayPages(page).press("Username and password for training")
    page.fill("#username", account)
    page.fill("#password", "Sandbox-1")
    follow(page.get_by_role("button", name="Sign in"))
    assert page.url == f"{portal.url}/dashboard"
    assert PortalPages(page).learner == "Pat Word"

    PortalPages(page).log_out()

    assert page.url == f"{password_gateway.url}/signed-out"
    assert GatewayPages(page).heading == "You are signed out"


def test_the_provider_is_still_a_choice(password_gateway, page, newcomer):
    page.goto(f"{password_gateway.url}/go/course/12")
    follow(page.locator("ul.choices a").first)
    ProviderPages(page).sign_in(newcomer.login)

    assert PortalPages(page).learner == newcomer.name


def test_a_wrong_password_is_told_on_the_form_and_can_be_mended(password_gateway, page, account):
    page.goto(f"{password_gateway.url}{FORM}")
    page.fill("#username", account)
    page.fill("#password", "wrong")
    follow(page.get_by_role("button", name="Sign in"))
    assert ERROR in page.inner_text("#error")
    assert page.input_value("#username") == account
    assert page.input_value("#password") == ""

    page.fill("#password", "Sandbox-1")
    follow(page.get_by_role("button", name="Sign in"))

    assert PortalPages(page).learner == "Pat Word"


def test_nobody_learns_which_accounts_exist(password_gateway, portal, visit, account):
    portal.control.add_user(f"off.{account}@example.com", login=f"off.{account}", status="inactive")
    visitor = visit(password_gateway.url, "")
    answers = [
        _typed(visitor, login, password)
        for login, password in ((account, "wrong"), ("nobody-at-all", "Sandbox-1"), (f"off.{account}", "Sandbox-1"))
    ]

    assert {answer.status_code for answer in answers} == {401}
    assert len({_without_what_was_typed(answer) for answer in answers}) == 1


def test_after_five_failures_from_an_address_nobody_is_asked_for_that_person(password_gateway, portal, visit, account):
    visitor = visit(password_gateway.url, "")
    for _ in range(5):
        assert _typed(visitor, account, "wrong").status_code == 401
    portal.control.clear_calls()

    answer = _typed(visitor, account.upper(), "Sandbox-1")

    assert (answer.status_code, title(answer)) == (429, "Too many attempts")
    assert 0 < int(answer.headers["Retry-After"]) <= 30
    assert password_gateway.events(reference(answer))
    assert portal.operations() == []


def test_a_password_is_never_in_an_address_and_the_link_is_kept_by_nobody(password_gateway, visit, account):
    visitor = visit(password_gateway.url, "")
    answer = _typed(visitor, account, "Sandbox-1")

    assert answer.status_code == 302
    assert answer.headers["Cache-Control"] == "no-store"
    assert not any("Sandbox-1" in step.url for step in visitor.trail)


def test_a_form_without_its_token_or_from_another_browser_is_refused(password_gateway, portal, visit, account):
    visitor, other = visit(password_gateway.url, ""), visit(password_gateway.url, "")
    typed = {"username": account, "password": "Sandbox-1"}
    visitor.ask(FORM)
    for form in (typed, {**typed, "csrf_token": csrf_token(other.ask(FORM))}):
        answer = visitor.ask(FORM, form)
        assert (answer.status_code, title(answer)) == (403, "This form is no longer valid")

    assert portal.operations() == []


def test_talentlms_away_is_told_apart_from_a_wrong_password(password_gateway, portal, visit, account):
    portal.control.fault("userlogin", kind="status", status=500, times=5)

    answer = _typed(visit(password_gateway.url, ""), account, "Sandbox-1")

    assert (answer.status_code, title(answer)) == (503, "The training site is not answering")


def test_it_is_off_unless_it_is_switched_on(gateway, visit):
    visitor = visit(gateway.url, "")

    assert visitor.ask(FORM).status_code == 404
    assert visitor.ask(FORM, {"username": "a", "password": "b"}).status_code in (404, 405)


def _typed(visitor, username, password):
    form = {"csrf_token": csrf_token(visitor.ask(FORM)), "username": username, "password": password}
    return visitor.ask(FORM, form)


def _without_what_was_typed(answer):
    return "\n".join(line for line in answer.text.splitlines() if 'id="username"' not in line)
