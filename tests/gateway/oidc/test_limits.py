"""Limits on sign-ins: codes and tokens that fail count, nothing else does; beginning costs nothing."""

import time

import pytest

from gateway.flows import failed_codes
from gateway.store.sessions import Sessions
from tests.gateway.oidc.deployment import SESSION
from tests.gateway.store.key_names import kind_of
from tests.gateway.threads import at_once

MANY = 4


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Let a handful be as many as may fail."""
    monkeypatch.setattr(failed_codes, "PER_ADDRESS", MANY)


def too_many(answer):
    return answer.status_code == 429 and "Retry-After" in answer.headers


@pytest.mark.statement(66)
def test_completed_sign_ins_never_count(deployment, browser):
    people = [browser.another() for _ in range(3 * MANY)]
    assert {answer.status_code for answer in at_once(3 * MANY, lambda number: people[number].sign_in())} == {302}
    assert browser.sign_in().status_code == 302


@pytest.mark.statement(66)
def test_to_begin_a_sign_in_writes_nothing_and_takes_nothing_from_anybody(deployment, stored, store):
    browser = deployment.browser(stored())
    browser.begin()
    written = sorted(store.ask("KEYS", "*"))
    for _ in range(50 * MANY):
        assert browser.another().begin().status_code == 302
    assert sorted(store.ask("KEYS", "*")) == written
    assert {kind_of(key) for key in written} <= {"provider-document"}
    assert browser.sign_in().status_code == 302


@pytest.mark.statement(66)
@pytest.mark.parametrize("misbehaviour", ["invalid-aud", "sig-none", "code-unknown", "token-invalid-grant"])
def test_codes_and_tokens_that_fail_count(deployment, browser, misbehaviour):
    deployment.provider.control.misbehave(misbehaviour)
    for _ in range(MANY):
        assert browser.sign_in().status_code in (400, 502)
    deployment.provider.control.behave()
    deployment.provider.control.forget_requests()
    assert browser.begin().status_code == 302
    assert too_many(browser.sign_in())
    assert deployment.asked("token") == []
    assert SESSION not in browser.cookies()


@pytest.mark.statement(66)
@pytest.mark.parametrize(
    "misbehaviour", ["error-access-denied", "error-invalid-scope", "token-500", "token-invalid-client", "state-wrong"]
)
def test_a_no_and_faults_of_the_provider_or_the_operator_lock_nobody_out(deployment, browser, misbehaviour):
    deployment.provider.control.misbehave(misbehaviour)
    for _ in range(MANY + 1):
        assert browser.sign_in().status_code >= 400
    deployment.provider.control.behave()
    assert browser.sign_in().status_code == 302


@pytest.mark.statement(66)
def test_whoever_is_signed_in_notices_nothing_of_the_limit(deployment, browser):
    browser.sign_in()
    deployment.provider.control.misbehave("invalid-aud", times=MANY)
    for _ in range(MANY):
        browser.another().sign_in()
    assert too_many(browser.another().sign_in())
    assert browser.is_signed_in
    time.sleep(1.1)  # a session that began in the second of the next sign-in would excuse its failure, too
    deployment.provider.control.forget_requests()
    assert browser.sign_in("/go/course/12").headers["Location"] == "/go/course/12"
    assert len(deployment.asked("token")) == 1


@pytest.mark.statement(66)
def test_codes_of_somebody_who_is_signed_in_count_for_them_and_for_nobody_else(deployment, browser, monkeypatch):
    monkeypatch.setattr(Sessions, "began_at", lambda *_: 0)  # long before the sign-ins that fail
    browser.sign_in()
    deployment.provider.control.misbehave("invalid-aud", times=MANY)
    for _ in range(MANY):
        assert browser.sign_in().status_code == 502
    assert too_many(browser.sign_in())
    assert too_many(browser.twin().sign_in())
    assert browser.another().sign_in().status_code == 302


@pytest.mark.statement(59, 66)
def test_a_made_up_address_neither_escapes_the_limit_nor_uses_up_anothers(deployment, browser):
    deployment.provider.control.misbehave("invalid-aud", times=MANY)
    for number in range(MANY):
        browser.get(browser.callback_address(), **{"X-Forwarded-For": f"203.0.113.{number}"})
    assert too_many(browser.get(browser.callback_address(), **{"X-Forwarded-For": "198.51.100.9"}))
    assert {audit.client for audit in deployment.trail.audits()} == {"127.0.0.1"}


@pytest.mark.statement(66)
def test_limits_can_be_switched_off(deployment):
    browser = deployment.browser(deployment.gateway(rate_limits=False))
    deployment.provider.control.misbehave("invalid-aud")
    assert {browser.another().sign_in().status_code for _ in range(2 * MANY)} == {502}
