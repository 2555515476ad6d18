"""The provider's logout token (Back-Channel Logout 1.0, 2.4 to 2.8): who is signed out by it, and who is not."""

import re
import secrets
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from gateway.errors import StoreUnavailable
from gateway.oidc.published import REFRESHES_AT_ONCE
from gateway.store.keys import tagged
from gateway.store.sessions import Sessions
from sandbox.idp.jose import b64
from sandbox.idp.registry import LOGOUT_VARIANTS
from tests.gateway.oidc.deployment import PUBLIC_URL, identity_provider, leads_to
from tests.gateway.oidc.served import KIM, caught, served
from tests.gateway.oidc.tokens_made import ALGORITHMS
from tests.gateway.threads import at_once

PATH = "/backchannel-logout/default"
FLOOD = 60

REASONS = {
    "alg-none": r"alg 'none'",
    "wrong-alg": r"alg 'ES256' is not among \['RS256'\]",
    "hs256-client-secret": r"alg 'HS256'",
    "es256": r"alg 'ES256'",
    "bad-signature": r"no key of the provider",
    "no-event": r"events",
    "wrong-event": r"events",
    "event-not-an-object": r"events",
    "events-list": r"events",
    "with-nonce": r"nonce",
    "wrong-aud": r"\baud\b",
    "no-aud": r"\baud\b",
    "aud-two": r"\baud\b",
    "aud-two-without-azp": r"\baud\b",
    "wrong-iss": r"\biss\b",
    "no-iss": r"\biss\b",
    "no-sub-no-sid": r"\bsub\b.*\bsid\b",
    "sid-number": r"\bsid\b",
    "no-iat": r"\biat\b",
    "old-iat": r"\biat\b",
    "future-iat": r"\biat\b",
    "iat-nan": r"\biat\b|not a signed JWT",
    "expired": r"\bexp\b",
    "no-exp-old-iat": r"no exp.*\biat\b",
    "no-exp-no-iat": r"\biat\b",
    "no-exp-future-iat": r"\biat\b",
    "null-exp": r"\bexp\b",
    "no-jti": r"\bjti\b",
    "wrong-typ": r"\btyp\b",
    "crit": r"critical",
    "replay": r"used before",
    "duplicate-parameter": r"twice",
    "no-parameter": r"missing",
    "not-a-jwt": r"not a signed JWT",
}
OTHERS = {"huge", "sub-only", "unknown-sid"}
ONE = {"valid", "further-event", "aud-list", "sid-only", "typ-jwt", "no-typ", "no-exp", "no-exp-five-minutes"}
"""What ends the one session at the provider, and with it those that began there."""


def variants(names):
    return [_marked(one) for one in LOGOUT_VARIANTS if one.name in names]


def _marked(one):
    numbers = [int(source.split()[1]) for source in one.sources if source.startswith("statement")]
    ids = [source for source in one.sources if not source.startswith("statement")]
    marks = [pytest.mark.statement(*(numbers or [56])), pytest.mark.conformance(*ids)]
    return pytest.param(one.name, id=" ".join((one.name, *ids)), marks=marks)


class Listening:
    """A gateway that the provider's logout tokens reach, and browsers that are signed in at it."""

    def __init__(self, deployment, app, address):
        self.deployment = deployment
        self.app = app
        self.address = address
        self.control = deployment.provider.control
        deployment.provider.control.client(backchannel_logout_uri=f"{address}{PATH}")

    def signed_in(self, person="kim.lee", provider="default"):
        """Return a browser with a session of its own at the provider, and with that session's ``sid``."""
        browser = self.deployment.browser(self.app)
        browser.provider.params = {"login_hint": person}
        browser.sign_in(provider=provider)
        browser.sid = self.control.state()["sessions"][-1]["sid"]
        assert browser.is_signed_in
        return browser

    def told(self, variant="valid", sid="", sub=KIM):
        return self.control.send_logout_token(variant, sub=sub, sid=sid)


@pytest.fixture
def listening(deployment, shared):
    with served(shared.app()) as address:
        yield Listening(deployment, shared.app(), address)


@pytest.fixture
def kim(listening):
    return listening.signed_in()


# --- every check -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", variants(REASONS))
def test_a_wrong_logout_token_is_refused_for_its_own_reason_and_ends_nothing(listening, kim, name):
    bystander = listening.signed_in() if name == "replay" else kim
    answer = listening.told(name, kim.sid)
    assert (answer["status"], answer["headers"]["Cache-Control"]) == (400, "no-store")
    assert '"error"' in answer["body"]
    assert bystander.is_signed_in
    refused = [audit for audit in listening.deployment.trail.audits("provider_logout") if audit.outcome == "refused"]
    assert len(refused) == 1
    assert re.search(REASONS[name], refused[0].note)


@pytest.mark.parametrize("name", variants({*ONE, "sub-only", "unknown-sid"}))
def test_a_right_or_merely_odd_logout_token_is_accepted(listening, kim, name):
    elsewhere, robin = listening.signed_in(), listening.signed_in("robin")
    answer = listening.told(name, kim.sid)
    assert (answer["status"], answer["headers"]["Cache-Control"]) == (200, "no-store")
    left = [name == "unknown-sid", name != "sub-only", True]
    assert [browser.is_signed_in for browser in (kim, elsewhere, robin)] == left
    (audit,) = listening.deployment.trail.audits("provider_logout")
    assert audit.outcome == "success"
    assert audit.sessions >= 2 if name == "sub-only" else audit.sessions == (name != "unknown-sid")


def test_every_variant_is_here():
    assert {one.name for one in LOGOUT_VARIANTS} == {*REASONS, *ONE, *OTHERS}
    assert not {one.name for one in LOGOUT_VARIANTS if one.expected == "accept"} & set(REASONS)
    assert not {one.name for one in LOGOUT_VARIANTS if one.expected == "refuse"} & ONE


@pytest.mark.statement(56)
def test_a_token_that_is_too_long_is_not_even_looked_at(listening, kim):
    assert listening.told("huge", kim.sid)["status"] == 413
    assert kim.post(PATH, {"logout_token": "a" * 20_000}).status_code == 400
    (audit,) = listening.deployment.trail.audits("provider_logout")
    assert "longer than 16384 bytes" in audit.note
    assert kim.is_signed_in


OFFICIAL = [one for one in LOGOUT_VARIANTS if any(source.startswith("oidcc-") for source in one.sources)]


@pytest.mark.statement(54)
@pytest.mark.parametrize("name", [_marked(one) for one in OFFICIAL])
def test_whichever_logout_token_follows_our_own_sign_out_the_browser_gets_to_its_end(listening, kim, name):
    if name != "valid":
        listening.control.misbehave(f"logout-token-{name}")
    token = re.search(r'name="csrf_token" value="([^"]+)"', kim.get("/logout").text)[1]
    left = kim.post("/logout", {"csrf_token": token})
    there = kim.get(leads_to(left)).headers["Location"]
    back = kim.at_provider(there)
    assert urlsplit(back)._replace(query="").geturl() == f"{PUBLIC_URL}/signed-out"
    assert "You are signed out" in kim.get(back).text
    (notice,) = listening.control.state()["notices"]
    assert (notice["variant"], notice["status"]) == (name, 200 if name == "valid" else 400)
    assert not kim.is_signed_in


# --- by which algorithm ----------------------------------------------------------------------------------------


@pytest.fixture
def fresh(deployment):
    """Return gateways that have seen no sign-in, each with these changes to the provider's entry."""
    with ExitStack() as stack:

        def made(**changes):
            app = deployment.gateway(deployment.entry(**changes))
            return Listening(deployment, app, stack.enter_context(served(app)))

        yield made


@pytest.mark.statement(56)
@pytest.mark.conformance(
    "oidcc-client-test-rp-backchannel-rpinitlogout-wrong-alg", "rp-backchannel-rpinitlogout-lt-wrong-alg"
)
@pytest.mark.parametrize("alg", ALGORITHMS)
def test_whatever_signs_id_tokens_another_published_key_of_the_provider_signs_nobody_out(deployment, fresh, alg):
    deployment.provider.control.settings(signing_alg=alg)
    listening = fresh()
    kim = listening.signed_in()
    assert listening.told("wrong-alg", kim.sid)["status"] == 400
    other = "ES256" if alg == "RS256" else "RS256"
    (refused,) = deployment.trail.audits("provider_logout")
    assert refused.note == f"logout token: alg '{other}' is not among ['{alg}']"
    assert kim.is_signed_in
    assert listening.told("valid", kim.sid)["status"] == 200
    assert not kim.is_signed_in


@pytest.mark.statement(56)
def test_when_the_provider_changes_its_algorithm_the_sessions_of_before_can_be_ended_by_the_new_one(deployment, fresh):
    listening = fresh()
    before = [listening.signed_in() for _ in range(2)]
    deployment.provider.control.settings(signing_alg="ES256")
    assert listening.told("valid", before[0].sid)["status"] == 400
    listening.signed_in("robin")
    assert listening.told("valid", before[0].sid)["status"] == 200
    deployment.provider.control.settings(signing_alg="RS256")
    assert listening.told("valid", before[1].sid)["status"] == 200
    deployment.provider.control.settings(signing_alg="PS256")
    assert listening.told("valid", before[1].sid)["status"] == 400
    assert not any(browser.is_signed_in for browser in before)


@pytest.mark.statement(56)
def test_a_sign_in_that_fails_says_nothing_of_the_algorithm(deployment, fresh):
    listening = fresh()
    kim = listening.signed_in()
    deployment.provider.control.settings(signing_alg="ES256")
    deployment.provider.control.misbehave("invalid-aud")
    assert deployment.browser(listening.app).sign_in().status_code == 502
    assert listening.told("es256", kim.sid)["status"] == 400
    assert kim.is_signed_in


@pytest.mark.statement(56)
def test_the_settings_come_before_what_sign_ins_have_shown(deployment, store, stored):
    app = stored(deployment.entry(algorithms=("RS256",)))
    with served(app) as address:
        Listening(deployment, app, address).signed_in()
    later = stored(deployment.entry(algorithms=("ES256", "EdDSA")))
    with served(later) as address:
        listening = Listening(deployment, later, address)
        assert listening.told("valid", "any")["status"] == 400
        assert listening.told("es256", "any")["status"] == 200


@pytest.mark.statement(56)
def test_where_no_sign_in_is_remembered_every_algorithm_of_the_settings_counts(deployment, store, stored):
    app = stored()
    with served(app) as address:
        listening = Listening(deployment, app, address)
        kim = listening.signed_in()
        for key in store.ask("KEYS", tagged("provider-algorithm:*")):
            store.ask("DEL", key)
        assert listening.told("es256", kim.sid)["status"] == 200
        assert not kim.is_signed_in


# --- for how long ----------------------------------------------------------------------------------------------


@pytest.mark.statement(56)
@pytest.mark.parametrize(("variant", "seconds"), [("valid", 720), ("no-exp", 600)])
def test_a_tokens_id_is_remembered_for_longer_than_it_could_be_replayed(deployment, store, stored, variant, seconds):
    app = stored()
    with served(app) as address:
        listening = Listening(deployment, app, address)
        kim = listening.signed_in()
        assert listening.told(variant, kim.sid)["status"] == 200
    (key,) = store.ask("KEYS", tagged("used-token:*"))
    assert seconds - 20 < store.ask("TTL", key) <= seconds


@pytest.mark.statement(56)
def test_a_token_without_exp_is_good_once(deployment, kim):
    token = caught(deployment, kim.sid, variant="no-exp")
    assert [kim.another().post(PATH, {"logout_token": token}).status_code for _ in range(2)] == [200, 400]


# --- whose sessions --------------------------------------------------------------------------------------------


@pytest.mark.statement(45, 56)
def test_a_token_with_a_sub_alone_ends_every_session_of_the_person_however_they_came_and_went(listening):
    first, second, third = (listening.signed_in() for _ in range(3))
    listening.told("sid-only", second.sid)
    third.sign_in()
    listening.told("sub-only")
    assert not any(browser.is_signed_in for browser in (first, second, third))
    assert listening.signed_in().is_signed_in


@pytest.mark.statement(56)
def test_a_token_with_a_sid_alone_ends_all_that_began_in_that_session_at_the_provider(listening, kim):
    beside = kim.twin()
    beside.gateway._cookies.clear()
    beside.sign_in()
    elsewhere = listening.signed_in()
    listening.told("sid-only", kim.sid)
    assert [browser.is_signed_in for browser in (kim, beside, elsewhere)] == [False, False, True]


@pytest.mark.statement(56)
@pytest.mark.parametrize(("variant", "ended"), [("valid", True), ("sid-only", False)])
def test_a_session_whose_sid_was_never_told_ends_with_any_of_the_persons_and_nobody_elses(listening, variant, ended):
    first, second = listening.signed_in(), listening.signed_in()
    listening.control.misbehave("no-sid")
    unknown, robins = listening.signed_in(), listening.signed_in("robin")
    listening.control.behave()
    assert listening.told(variant, first.sid)["status"] == 200
    left = [browser.is_signed_in for browser in (first, second, unknown, robins)]
    assert left == [False, True, not ended, True]


@pytest.mark.statement(56)
def test_a_session_that_has_ended_already_is_no_fault(listening, kim):
    assert [listening.told(sid=kim.sid)["status"] for _ in range(2)] == [200, 200]


@pytest.mark.statement(42, 56)
def test_the_same_subject_at_another_provider_stays(deployment, second_provider):
    app = deployment.gateway(deployment.entry(), identity_provider(second_provider, "other"))
    with served(app) as address:
        listening = Listening(deployment, app, address)
        here = listening.signed_in()
        there = deployment.browser(app)
        there.sign_in(provider="other")
        assert listening.told("sub-only")["status"] == 200
        assert [here.is_signed_in, there.is_signed_in] == [False, True]


@pytest.mark.statement(56)
def test_a_token_of_one_provider_is_nothing_to_the_address_of_another(deployment, second_provider):
    app = deployment.gateway(deployment.entry(), identity_provider(second_provider, "other"))
    with served(app) as address:
        listening = Listening(deployment, app, address)
        deployment.provider.control.client(backchannel_logout_uri=f"{address}/backchannel-logout/other")
        kim = listening.signed_in()
        assert listening.told(sid=kim.sid)["status"] == 400
        assert kim.is_signed_in


@pytest.mark.statement(56)
def test_of_the_same_token_sent_ten_times_at_once_one_is_carried_out(deployment, kim):
    token = caught(deployment, kim.sid)
    statuses = at_once(10, lambda _: kim.another().post(PATH, {"logout_token": token}).status_code)
    assert sorted(statuses) == [200] + [400] * 9
    assert not kim.is_signed_in


@pytest.mark.statement(56)
def test_a_token_that_comes_again_while_it_is_being_carried_out_is_refused(deployment, kim, monkeypatch):
    token, end, inner = caught(deployment, kim.sid), Sessions.end_of_provider_session, []

    def ending(*asked):
        inner.append(kim.another().post(PATH, {"logout_token": token}).status_code)
        return end(*asked)

    monkeypatch.setattr(Sessions, "end_of_provider_session", ending)
    assert kim.another().post(PATH, {"logout_token": token}).status_code == 200
    assert inner == [400]
    assert not kim.is_signed_in


@pytest.mark.statement(56)
def test_a_token_that_could_not_be_carried_out_may_come_again(deployment, kim, monkeypatch):
    token = caught(deployment, kim.sid)

    def away(*_):
        raise StoreUnavailable

    with monkeypatch.context() as patched:
        patched.setattr(Sessions, "end_of_provider_session", away)
        assert kim.another().post(PATH, {"logout_token": token}).status_code == 503
    assert kim.is_signed_in
    assert kim.another().post(PATH, {"logout_token": token}).status_code == 200
    assert not kim.is_signed_in


# --- what it costs ---------------------------------------------------------------------------------------------


@pytest.mark.statement(36, 56)
def test_a_flood_of_tokens_with_random_kids_takes_nothing_from_a_rotation(deployment, browser):
    browser.sign_in()
    before = len(deployment.asked("jwks"))
    attacker = browser.another()
    for _ in range(FLOOD):
        header = b64(f'{{"alg":"RS256","kid":"{secrets.token_hex(8)}","typ":"logout+jwt"}}'.encode())
        assert attacker.post(PATH, {"logout_token": f"{header}.e30.AAAA"}).status_code == 400
    assert len(deployment.asked("jwks")) == before + REFRESHES_AT_ONCE
    deployment.provider.control.rotate_keys()
    assert browser.another().sign_in().status_code == 302


@pytest.mark.statement(56)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_logout_token_comes_by_post_and_in_the_form(deployment, browser, method):
    assert browser.gateway.open(PATH, method=method, base_url=PUBLIC_URL).status_code == 405
    assert browser.post(f"{PATH}?logout_token=x").status_code == 400
    assert browser.gateway.post(PATH, json={"logout_token": "x"}, base_url=PUBLIC_URL).status_code == 400
    assert browser.post("/backchannel-logout/nobody", {"logout_token": "x"}).status_code == 404


@pytest.mark.statement(63)
def test_what_was_wrong_with_a_logout_token_is_told_to_the_log_alone(listening, kim):
    answer = listening.told("wrong-aud", kim.sid)
    assert "aud" not in answer["body"]
