"""A provider replaces its key, or is slow to say what it is: people sign in all the same, and nobody waits for long."""

import secrets
import threading

import pytest

from gateway.oidc import shared_fetch
from sandbox.idp.jose import b64
from tests.gateway.oidc.served import caught
from tests.gateway.threads import at_once
from tests.patience import PATIENT_SECONDS, wait_until

PATH = "/backchannel-logout/default"
MANY = 200
"""So that a busy machine does not make the provider look slow."""


def made_up_token():
    header = b64(f'{{"alg":"RS256","kid":"{secrets.token_hex(8)}","typ":"logout+jwt"}}'.encode())
    return {"logout_token": f"{header}.e30.AAAA"}


@pytest.fixture
def naming(deployment):
    """Give the provider's key a name of its own again after the test."""
    yield
    deployment.provider.control.rotate_keys()


@pytest.fixture
def slow(deployment, monkeypatch):
    """Let the provider's metadata or keys take longer than anybody waits for another's fetch."""
    monkeypatch.setattr(shared_fetch, "WAIT_SECONDS", 0.3)

    def made(endpoint):
        deployment.provider.control.settings(slow_seconds=4.0)
        deployment.provider.control.misbehave(f"{endpoint}-slow")

    return made


@pytest.mark.statement(36)
@pytest.mark.parametrize("kid", ["new", "same", "none"])
@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_whatever_name_a_new_key_has_the_next_sign_in_finds_it_by_one_further_fetch(
    deployment, browser, naming, kid, alg
):
    deployment.provider.control.settings(signing_alg=alg)
    assert browser.sign_in().status_code == 302
    deployment.provider.control.rotate_keys(kid)
    for _ in range(3):
        assert browser.another().sign_in().status_code == 302
    assert len(deployment.asked("jwks")) == 2


@pytest.mark.statement(36)
@pytest.mark.parametrize(
    "steps", [("same", "same", "same"), ("none", "none"), ("none", "same", "new"), ("new", "none")]
)
def test_a_key_may_be_replaced_again_and_again(deployment, browser, naming, steps):
    for kid in ("new", *steps):
        deployment.provider.control.rotate_keys(kid)
        assert browser.another().sign_in().status_code == 302


@pytest.mark.statement(36, 56)
@pytest.mark.parametrize("kid", ["new", "same", "none"])
def test_a_logout_token_is_verified_by_a_new_key_too(deployment, browser, naming, kid):
    browser.sign_in()
    sid = deployment.provider.control.state()["sessions"][-1]["sid"]
    deployment.provider.control.rotate_keys(kid)
    token = caught(deployment, sid)
    assert browser.another().post(PATH, {"logout_token": token}).status_code == 200
    assert not browser.is_signed_in


@pytest.mark.statement(36)
@pytest.mark.parametrize("misbehaviour", ["rotate-under-the-same-kid", "rotate-without-kid", "jwks-without-kids"])
def test_a_provider_that_replaces_its_key_with_each_sign_in_is_followed_for_as_long_as_the_allowance_lasts(
    deployment, browser, naming, misbehaviour
):
    deployment.provider.control.misbehave(misbehaviour)
    for _ in range(3):
        assert browser.another().sign_in().status_code == 302


@pytest.mark.statement(36)
def test_two_hundred_people_who_begin_at_once_when_nothing_is_known_all_get_to_the_provider(
    deployment, stored, monkeypatch
):
    monkeypatch.setattr(shared_fetch, "WAIT_SECONDS", PATIENT_SECONDS)
    deployment.provider.control.settings(slow_seconds=0.3)
    deployment.provider.control.misbehave("discovery-slow")
    workers = [stored() for _ in range(2)]
    browsers = [deployment.browser(workers[number % 2]) for number in range(MANY)]
    begun = at_once(MANY, lambda number: browsers[number].begin())
    assert [answer.status_code for answer in begun] == [302] * MANY
    assert len(deployment.asked("discovery")) == 1


@pytest.mark.statement(37)
def test_while_the_first_fetch_hangs_one_waits_and_the_others_are_told_when_to_come_back(deployment, browser, slow):
    slow("discovery")
    first = []
    at_work = threading.Thread(target=lambda: first.append(browser.another().begin()))
    at_work.start()
    wait_until(lambda: deployment.asked("discovery"))
    told = [browser.another().begin() for _ in range(5)]
    assert at_work.is_alive()
    assert [answer.status_code for answer in told] == [503] * 5
    assert all("The sign-in service is not answering" in answer.text for answer in told)
    assert [int(answer.headers["Retry-After"]) > 0 for answer in told] == [True] * 5
    at_work.join()
    assert [answer.status_code for answer in (*first, browser.begin())] == [302, 302]
    assert len(deployment.asked("discovery")) == 1


@pytest.mark.statement(37, 56)
def test_while_made_up_logout_tokens_have_slow_keys_fetched_one_waits_and_people_sign_in_and_out(
    deployment, browser, slow
):
    browser.sign_in()
    sid = deployment.provider.control.state()["sessions"][-1]["sid"]
    right = caught(deployment, sid)
    slow("jwks")
    first, stranger = [], browser.another()
    at_work = threading.Thread(target=lambda: first.append(browser.another().post(PATH, made_up_token())))
    at_work.start()
    wait_until(lambda: len(deployment.asked("jwks")) == 2)
    made_up = [stranger.post(PATH, made_up_token()) for _ in range(5)]
    assert browser.another().sign_in().status_code == 302
    assert stranger.post(PATH, {"logout_token": right}).status_code == 200
    assert at_work.is_alive()
    assert not browser.is_signed_in
    assert [answer.status_code for answer in made_up] == [503] * 5
    assert [int(answer.headers["Retry-After"]) > 0 for answer in made_up] == [True] * 5
    at_work.join()
    assert [answer.status_code for answer in first] == [400]
    assert len(deployment.asked("jwks")) == 2


@pytest.mark.statement(37, 56)
def test_a_logout_token_that_needs_a_key_which_cannot_be_fetched_now_may_come_again(deployment, browser):
    browser.sign_in()
    sid = deployment.provider.control.state()["sessions"][-1]["sid"]
    deployment.provider.control.rotate_keys()
    token = caught(deployment, sid)
    deployment.provider.control.misbehave("jwks-503", times=1)
    answers = [browser.another().post(PATH, {"logout_token": token}).status_code for _ in range(2)]
    assert answers == [503, 200]
    assert not browser.is_signed_in
