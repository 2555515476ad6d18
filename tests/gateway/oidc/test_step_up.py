"""Where a fresh or a stronger sign-in is demanded, it is asked for, and anything less is refused once and for all."""

import pytest

from tests.gateway.oidc.deployment import SESSION, parameters

AUTH_TIME = ("auth-time-missing", "auth-time-old", "auth-time-text")
ACR = ("acr-wrong", "acr-missing")


@pytest.fixture
def demanding(deployment):
    """Return a browser at a gateway that demands this of the provider."""
    return lambda **demands: deployment.browser(deployment.gateway(deployment.entry(**demands)))


@pytest.mark.statement(30)
@pytest.mark.parametrize("max_age", [0, 300])
def test_max_age_is_asked_for_and_a_fresh_sign_in_passes(demanding, max_age):
    browser = demanding(max_age=max_age)
    assert parameters(browser.begin().headers["Location"])["max_age"] == str(max_age)
    assert browser.sign_in().headers["Location"] == "/go"


@pytest.mark.statement(30)
@pytest.mark.parametrize("misbehaviour", AUTH_TIME)
def test_whoever_proved_themselves_too_long_ago_is_refused_with_a_page_and_no_loop(deployment, demanding, misbehaviour):
    browser = demanding(max_age=300)
    deployment.provider.control.misbehave(misbehaviour)
    answer, sent = browser.wander("/go/course/12")
    assert (answer.status_code, sent) == (502, 2)
    assert SESSION not in browser.cookies()
    (audit,) = deployment.trail.audits()
    assert "auth_time" in audit.note


@pytest.mark.statement(30)
def test_acr_values_are_asked_for_and_one_of_them_passes(demanding):
    browser = demanding(acr_values=("phr", "mfa"))
    assert parameters(browser.begin().headers["Location"])["acr_values"] == "phr mfa"
    assert browser.sign_in().headers["Location"] == "/go"


@pytest.mark.statement(30)
@pytest.mark.parametrize("misbehaviour", ACR)
def test_whoever_proved_themselves_too_weakly_is_refused_with_a_page_and_no_loop(deployment, demanding, misbehaviour):
    browser = demanding(acr_values=("phr",))
    deployment.provider.control.misbehave(misbehaviour)
    answer, sent = browser.wander("/go/course/12")
    assert (answer.status_code, sent) == (502, 2)
    assert SESSION not in browser.cookies()
    (audit,) = deployment.trail.audits()
    assert "acr" in audit.note


@pytest.mark.statement(30)
@pytest.mark.parametrize("misbehaviour", [*AUTH_TIME, *ACR])
def test_where_nothing_was_demanded_nothing_is_looked_at(deployment, browser, misbehaviour):
    deployment.provider.control.misbehave(misbehaviour)
    assert browser.sign_in().headers["Location"] == "/go"


@pytest.mark.statement(3, 30)
def test_nobody_can_ask_the_demand_away(demanding):
    browser = demanding(max_age=300, acr_values=("phr",))
    asked = parameters(browser.get("/login?max_age=99999999&acr_values=0&prompt=login").headers["Location"])
    assert (asked["max_age"], asked["acr_values"], asked["prompt"]) == ("300", "phr", "login")
