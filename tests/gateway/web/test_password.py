"""``/login/password``, where it is switched on."""

import pytest
import requests

from gateway.store.password_attempts import Limits
from tests.gateway.web.browser import HERE, LINK_HEADERS, csrf_token
from tests.patience import PATIENT_SECONDS

FORM = "/login/password"


@pytest.fixture
def visitor(gateway, browser_at):
    return browser_at(gateway(GATEWAY_PASSWORD_SIGN_IN="on"))


def sent(browser, username="robin", password="Sandbox-1", **headers):
    token = csrf_token(browser.get(FORM))
    return browser.post(FORM, {"csrf_token": token, "username": username, "password": password}, **headers)


def test_it_is_off_unless_it_is_switched_on(browser):
    assert browser.get(FORM).status_code == 404
    assert browser.post(FORM, {}).status_code in (404, 405)


def test_the_right_password_leads_to_the_link(visitor):
    answer = sent(visitor)
    assert answer.status_code == 302
    assert LINK_HEADERS.items() <= dict(answer.headers).items()
    assert "Robin Park" in requests.get(answer.headers["Location"], timeout=PATIENT_SECONDS).text


@pytest.mark.parametrize(
    ("username", "password"),
    [("robin", "wrong"), ("nobody", "Sandbox-1"), ("felix", "Sandbox-1"), ("", ""), ("gone", "x")],
)
def test_every_refusal_looks_the_same(visitor, username, password):
    answer = sent(visitor, username, password)
    assert answer.status_code == 401
    assert "The user name or the password is not right" in answer.text
    assert "Location" not in answer.headers
    assert 'role="alert"' in answer.text


def test_a_refusal_gives_the_name_back_and_never_the_password(visitor, logged):
    lines = logged()
    answer = sent(visitor, '"><script>alert(1)</script>', "my-wrong-password")
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert "my-wrong-password" not in answer.text + str(lines())


def test_after_too_many_failures_there_is_a_pause(visitor, asked):
    for _ in range(Limits().tries):
        sent(visitor, password="wrong")
    asked()
    answer = sent(visitor)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= Limits().first_delay
    assert asked() == []
    other = visitor.client.get(FORM, environ_overrides={"REMOTE_ADDR": "203.0.113.7"})
    form = {"csrf_token": csrf_token(other), "username": "robin", "password": "Sandbox-1"}
    elsewhere = visitor.client.post(FORM, data=form, environ_overrides={"REMOTE_ADDR": "203.0.113.7"})
    assert elsewhere.status_code == 302


@pytest.mark.parametrize("form", [{}, {"csrf_token": ""}, {"csrf_token": "A" * 43}])
def test_a_form_without_its_token_asks_nobody(visitor, asked, form):
    visitor.get(FORM)
    assert visitor.post(FORM, {"username": "robin", "password": "Sandbox-1", **form}).status_code == 403
    assert asked() == []


def test_a_token_of_another_browser_asks_nobody(gateway, browser_at, asked):
    app = gateway(GATEWAY_PASSWORD_SIGN_IN="on")
    mine, other = browser_at(app), browser_at(app)
    mine.get(FORM)
    token = csrf_token(other.get(FORM))
    answer = mine.post(FORM, {"csrf_token": token, "username": "robin", "password": "Sandbox-1"})
    assert answer.status_code == 403
    assert asked() == []


def test_a_token_without_the_browsers_cookie_asks_nobody(visitor, asked):
    token = csrf_token(visitor.get(FORM))
    visitor.client.delete_cookie("talentlms_gateway_form")
    assert visitor.post(FORM, {"csrf_token": token, "username": "robin", "password": "Sandbox-1"}).status_code == 403
    assert asked() == []


@pytest.mark.parametrize(
    "headers", [{"Sec_Fetch_Site": "cross-site"}, {"Origin": "null"}, {"Origin": "https://x.example"}]
)
def test_a_form_from_elsewhere_asks_nobody(visitor, asked, headers):
    assert sent(visitor, **headers).status_code == 403
    assert asked() == []


def test_two_tabs_with_the_form_both_work(visitor):
    first, _second = csrf_token(visitor.get(FORM)), csrf_token(visitor.get(FORM))
    answer = visitor.post(FORM, {"csrf_token": first, "username": "robin", "password": "Sandbox-1"}, Origin=HERE)
    assert answer.status_code == 302


def test_a_body_that_is_too_long_is_refused(visitor, asked):
    answer = visitor.post(FORM, {"csrf_token": "x", "username": "x" * 70_000})
    assert answer.status_code == 413
    assert asked() == []


def test_right_passwords_are_counted_by_name_and_address_together(gateway, browser_at, asked):
    app = gateway(
        GATEWAY_PASSWORD_SIGN_IN="on", GATEWAY_TRUSTED_PROXIES="127.0.0.0/8", TALENTLMS_CALLS_PER_PERSON="2,0.001,5%"
    )
    somewhere, elsewhere = browser_at(app), browser_at(app)
    here, there = {"X-Forwarded-For": "203.0.113.7"}, {"X-Forwarded-For": "198.51.100.7"}

    assert [sent(somewhere, **here).status_code for _ in range(3)] == [302, 302, 503]
    assert sent(somewhere, "ROBIN", **here).status_code == 503
    assert sent(somewhere, "kim", **here).status_code != 503
    assert sent(elsewhere, **there).status_code == 302
    assert asked() == ["userlogin"] * 4
