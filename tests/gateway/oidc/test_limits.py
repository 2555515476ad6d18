"""Limits on sign-ins: what fails or is abandoned counts, what is completed never does."""

import pytest

from gateway.flows import sign_in_limits
from tests.gateway.oidc.house import SESSION
from tests.gateway.threads import at_once

MANY = 4


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Let a handful be as many as may fail."""
    monkeypatch.setattr(sign_in_limits, "PER_ADDRESS", MANY)


def too_many(answer):
    return answer.status_code == 429 and "Retry-After" in answer.headers


@pytest.mark.statement(66)
def test_completed_sign_ins_never_count(house, browser):
    for _ in range(3 * MANY):
        assert browser.another().sign_in().status_code == 302


@pytest.mark.statement(66)
def test_as_many_people_as_there_may_be_can_be_under_way_at_once(house, browser):
    people = [browser.another() for _ in range(MANY)]
    callbacks = at_once(MANY, lambda number: people[number].callback_address())
    assert too_many(browser.begin())
    answers = at_once(MANY, lambda number: people[number].get(callbacks[number]))
    assert [answer.status_code for answer in answers] == [302] * MANY
    assert browser.begin().status_code == 302


@pytest.mark.statement(66)
def test_abandoned_sign_ins_count_and_the_next_has_to_wait(house, browser):
    for _ in range(MANY):
        assert browser.another().begin().status_code == 302
    answer = browser.begin()
    assert too_many(answer)
    assert browser.cookies() == {}
    (audit,) = house.trail.audits()
    assert (audit.outcome, audit.reason) == ("refused", "too-many-attempts")


@pytest.mark.statement(66)
@pytest.mark.parametrize("knob", ["error-access-denied", "invalid-aud", "token-500"])
def test_failed_sign_ins_count(house, browser, knob):
    house.provider.control.misbehave(knob)
    for _ in range(MANY):
        assert browser.sign_in().status_code >= 400
    house.provider.control.behave()
    assert too_many(browser.begin())
    assert SESSION not in browser.cookies()


@pytest.mark.statement(66)
def test_whoever_is_signed_in_notices_nothing_of_the_limit(browser):
    browser.sign_in()
    for _ in range(MANY + 1):
        browser.another().begin()
    assert browser.is_signed_in


@pytest.mark.statement(59, 66)
def test_a_made_up_address_neither_escapes_the_limit_nor_uses_up_anothers(house, browser):
    for number in range(MANY):
        browser.get("/login", **{"X-Forwarded-For": f"203.0.113.{number}"})
    assert too_many(browser.get("/login", **{"X-Forwarded-For": "198.51.100.9"}))
    (audit,) = house.trail.audits()
    assert audit.client == "127.0.0.1"


@pytest.mark.statement(66)
def test_limits_can_be_switched_off(house):
    browser = house.browser(house.gateway(rate_limits=False))
    assert {browser.another().begin().status_code for _ in range(2 * MANY)} == {302}
