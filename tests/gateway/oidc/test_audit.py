"""The audit trail: one event for every outcome of a sign-in, with who, from where and why, and nobody's name in it."""

import io
import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from gateway import log
from gateway.errors import StoreUnavailable
from gateway.flows import failed_codes
from gateway.store.sessions import Sessions
from sandbox.idp.jose import b64
from schemas.identity import person_key
from tests.gateway.oidc.served import caught

USER_AGENT = 'Browser/1.0 "quoted" {"event": "sign_in", "outcome": "success"}'


@pytest.fixture
def lines(deployment, browser):
    """Return what has been written to the log since the browser came."""
    stream = io.StringIO()
    log.configure("debug", stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def audits(lines, event="sign_in"):
    return [line for line in lines() if line.get("audit") and line["event"] == event]


def sign_in(browser, **headers):
    begun = browser.get("/login?next=/go", **headers)
    return browser.get(browser.at_provider(begun.headers["Location"]), **headers)


@pytest.mark.statement(62)
def test_a_success_names_provider_issuer_and_the_hash_of_the_person(deployment, browser, lines):
    sign_in(browser, **{"User-Agent": USER_AGENT})
    (audit,) = audits(lines)
    assert (audit["outcome"], audit["provider"], audit["issuer"]) == ("success", "default", deployment.provider.issuer)
    assert audit["person"] == person_key(deployment.provider.issuer, "sandbox-kim.lee")
    assert "sandbox-kim.lee" not in str(lines())
    assert (audit["client"], audit["user_agent"]) == ("127.0.0.1", USER_AGENT.replace('"', "?"))
    written = datetime.strptime(audit["time"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - written) < timedelta(minutes=1)
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}", audit["reference"])


OUTCOMES = {
    "error-access-denied": "sign-in-denied",
    "invalid-aud": "sign-in-not-trusted",
    "token-500": "provider-unavailable",
    "discovery-500": "provider-unavailable",
    "discovery-issuer-mismatch": "sign-in-not-trusted",
    "state-wrong": "sign-in-interrupted",
    "code-duplicated": "bad-request",
}


@pytest.mark.statement(62, 63)
@pytest.mark.parametrize(("misbehaviour", "reason"), OUTCOMES.items())
def test_every_refusal_has_its_reason_and_the_reference_that_the_person_sees(
    deployment, browser, lines, misbehaviour, reason
):
    deployment.provider.control.misbehave(misbehaviour)
    answer, _ = browser.wander("/go")
    (audit,) = audits(lines)
    assert (audit["outcome"], audit["reason"], audit["provider"]) == ("refused", reason, "default")
    assert audit["client"] == "127.0.0.1"
    if reason != "sign-in-interrupted":
        assert audit["reference"] in answer.text


@pytest.mark.statement(62)
def test_a_callback_that_is_replayed_without_its_session_is_an_outcome_too(browser, lines):
    callback = browser.callback_address()
    kept = dict(browser.gateway._cookies)
    browser.get(callback)
    browser.gateway._cookies.clear()
    browser.gateway._cookies.update(kept)
    answer = browser.get(callback)
    assert answer.status_code == 400
    success, refused = audits(lines)
    assert success["outcome"] == "success"
    assert (refused["outcome"], refused["reason"], refused["note"]) == ("refused", "sign-in-interrupted", "used before")
    assert refused["reference"] in answer.text


@pytest.mark.statement(62)
def test_a_limit_is_an_outcome_too(browser, lines, monkeypatch):
    monkeypatch.setattr(failed_codes, "PER_ADDRESS", 0)
    assert browser.sign_in().status_code == 429
    (audit,) = audits(lines)
    assert (audit["outcome"], audit["reason"], audit["client"]) == ("refused", "too-many-attempts", "127.0.0.1")


@pytest.mark.statement(62)
@pytest.mark.parametrize("address", ["/login/initiate", "/login/initiate?iss=https://elsewhere.example"])
def test_a_tile_that_leads_nowhere_is_an_outcome_too(browser, lines, address):
    assert browser.get(address).status_code == 400
    (audit,) = audits(lines)
    assert (audit["outcome"], audit["reason"]) == ("refused", "bad-request")


@pytest.mark.statement(55, 62)
@pytest.mark.parametrize("query", ["", "?iss=x&sid=y", "?sid=y", "?iss=x&iss=x&sid=y"])
def test_a_front_channel_notice_that_is_refused_is_an_outcome_too(browser, lines, query):
    assert browser.get(f"/frontchannel-logout/default{query}").status_code == 400
    (audit,) = audits(lines, "provider_logout")
    assert (audit["outcome"], audit["reason"], audit["provider"]) == ("refused", "bad-request", "default")
    assert audit["note"]


@pytest.mark.statement(55, 62)
def test_a_front_channel_notice_that_ends_nothing_is_no_success(deployment, browser, lines):
    sign_in(browser)
    sids = ("made-up", deployment.provider.control.state()["sessions"][-1]["sid"])
    for sid in (*sids, sids[1]):
        query = f"iss={quote(deployment.provider.issuer)}&sid={sid}"
        assert browser.get(f"/frontchannel-logout/default?{query}").status_code == 200
    found = [(audit["outcome"], audit["sessions"], audit["level"]) for audit in audits(lines, "provider_logout")]
    assert found == [("nothing", 0, "info"), ("success", 1, "info"), ("nothing", 0, "info")]


@pytest.mark.statement(56, 62)
def test_a_back_channel_notice_whose_provider_is_away_is_an_outcome_too(deployment, browser, lines):
    deployment.provider.control.misbehave("everything-down")
    token = f"{b64(b'{}')}.{b64(b'{}')}.AAAA".replace(b64(b"{}"), b64(b'{"alg":"RS256","kid":"x"}'), 1)
    assert browser.post("/backchannel-logout/default", {"logout_token": token}).status_code == 503
    (audit,) = audits(lines, "provider_logout")
    assert (audit["outcome"], audit["reason"]) == ("refused", "provider-unavailable")


@pytest.mark.statement(56, 58, 62)
@pytest.mark.parametrize("way", ["front", "back"])
def test_a_notice_that_the_store_cannot_carry_out_is_an_outcome_too(deployment, browser, lines, monkeypatch, way):
    def away(*_):
        raise StoreUnavailable("ConnectionError")

    monkeypatch.setattr(Sessions, "end_of_provider_session", away)
    if way == "front":
        query = f"iss={quote(deployment.provider.issuer)}&sid=x"
        assert browser.get(f"/frontchannel-logout/default?{query}").status_code == 503
    else:
        sign_in(browser)
        token = caught(deployment, deployment.provider.control.state()["sessions"][-1]["sid"])
        assert browser.post("/backchannel-logout/default", {"logout_token": token}).status_code == 503
    (audit,) = audits(lines, "provider_logout")
    assert (audit["outcome"], audit["reason"], audit["note"]) == ("refused", "store-unavailable", "ConnectionError")


@pytest.mark.statement(62)
@pytest.mark.parametrize(
    "text", ["a\r\nb", 'x\n{"event": "sign_in", "outcome": "success"}', "x\u2028y", "x\x85y", "\x1b[2J"]
)
def test_no_text_from_outside_forges_a_line(deployment, browser, lines, text):
    forged = quote(text)
    browser.get(f"/callback/default?state={forged}&code={forged}&error={forged}", **{"User-Agent": "plain"})
    browser.get(f"/login/initiate?iss={forged}&target_link_uri={forged}")
    browser.get(f"/login/{forged}")
    browser.get(f"/callback/{forged}")
    state = browser.callback_address().partition("state=")[2].partition("&")[0]
    answer = f"error={forged}&error_description={forged}&iss={quote(deployment.provider.issuer)}"
    browser.get(f"/callback/default?state={state}&{answer}")
    assert all(set(line) >= {"time", "level", "event", "reference"} for line in lines())
    assert [audit["outcome"] for audit in audits(lines)].count("success") == 0
