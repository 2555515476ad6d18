"""Every misbehaviour of the registry really misbehaves: a strict relying party refuses, or accepts what is only odd."""

import re

import pytest

from sandbox.idp.control_client import ControlError
from sandbox.idp.registry import LOGOUT_VARIANTS, MISBEHAVIOURS
from tests.patience import PATIENT_SECONDS
from tests.sandbox.idp.relying_party import SignIn, part
from tests.sandbox.idp.strict_relying_party import Fault, sign_in_strictly
from tests.sandbox.idp.trace import Trace

AT_SIGN_IN = [one for one in MISBEHAVIOURS if one.counts != "logout"]


def names(*expected):
    return [one.name for one in AT_SIGN_IN if one.expected in expected]


@pytest.fixture
def hurried_idp(quick_idp):
    """Slow means slower than these tests wait, and no more; huge means more than they read."""
    quick_idp.control.settings(slow_seconds=2.0, huge_bytes=2_000_000, pushed_requests="on")
    return quick_idp


def test_a_well_behaved_provider_is_accepted_by_a_strict_relying_party(hurried_idp):
    assert sign_in_strictly(SignIn(hurried_idp))["email"] == "kim@acme.example"


def test_two_well_behaved_sign_ins_look_alike(hurried_idp):
    assert Trace(hurried_idp).whole() == Trace(hurried_idp).whole()


@pytest.mark.parametrize("name", names("refuse"))
def test_what_is_to_be_refused_is_refused_and_then_all_is_well_again(hurried_idp, name):
    hurried_idp.control.misbehave(name)
    with pytest.raises(Fault):
        sign_in_strictly(SignIn(hurried_idp))
    hurried_idp.control.behave()
    sign_in_strictly(SignIn(hurried_idp))


@pytest.mark.parametrize("name", names("accept"))
def test_what_is_only_odd_is_accepted(hurried_idp, name):
    hurried_idp.control.misbehave(name)
    assert sign_in_strictly(SignIn(hurried_idp))


@pytest.mark.parametrize("name", names("accept", "either"))
def test_what_need_not_be_refused_still_looks_different(hurried_idp, name):
    usual = "RS256" if name == "sig-es256" else "ES256"
    signed = "ES256" if name == "userinfo-unsigned" else None
    hurried_idp.control.settings(signing_alg=usual, userinfo_signing_alg=signed)
    ordinary = Trace(hurried_idp).whole()
    hurried_idp.control.misbehave(name)
    assert Trace(hurried_idp).whole() != ordinary


def test_times_are_counted_in_sign_ins(quick_idp):
    quick_idp.control.misbehave("nonce-missing", times=2)
    nonces = ["nonce" in part(SignIn(quick_idp).tokens()["id_token"], 1) for _ in range(3)]
    assert nonces == [False, False, True]


def test_a_sign_in_keeps_the_misbehaviours_that_it_began_with(quick_idp):
    quick_idp.control.misbehave("invalid-iss", times=1)
    falsified, good = SignIn(quick_idp), SignIn(quick_idp)
    falsified_code, good_code = falsified.callback()["code"][0], good.callback()["code"][0]
    assert part(good.redeem(good_code).json()["id_token"], 1)["iss"] == quick_idp.issuer
    assert part(falsified.redeem(falsified_code).json()["id_token"], 1)["iss"] != quick_idp.issuer


def test_several_misbehaviours_add_up(quick_idp):
    for name in ("nonce-missing", "azp-foreign"):
        quick_idp.control.misbehave(name)
    claims = part(SignIn(quick_idp).tokens()["id_token"], 1)
    assert "nonce" not in claims
    assert claims["azp"] == "another-client"


def test_a_redirect_that_is_followed_shows_in_the_request_log(quick_idp):
    quick_idp.control.misbehave("token-redirect")
    sign_in = SignIn(quick_idp)
    answer = sign_in.redeem(sign_in.callback()["code"][0])
    assert answer.status_code == 307
    assert quick_idp.control.requests("elsewhere_token") == []
    sign_in.browser.post(answer.headers["Location"], timeout=PATIENT_SECONDS)
    assert len(quick_idp.control.requests("elsewhere_token")) == 1


def test_an_unknown_name_or_number_is_refused_and_changes_nothing(quick_idp):
    with pytest.raises(ControlError, match="no-such-thing"):
        quick_idp.control.misbehave("no-such-thing")
    with pytest.raises(ControlError, match="times"):
        quick_idp.control.misbehave("invalid-aud", times=0)
    with pytest.raises(ControlError, match="signing_alg"):
        quick_idp.control.settings(signing_alg="XX1")
    assert quick_idp.control.state()["misbehaviours"] == []
    assert quick_idp.control.state()["settings"]["signing_alg"] == "RS256"


def test_names_are_unique_and_every_declaration_says_where_it_comes_from():
    for family in (MISBEHAVIOURS, LOGOUT_VARIANTS):
        known = [one.name for one in family]
        assert len(known) == len(set(known))
        for one in family:
            assert re.fullmatch(r"[a-z0-9-]+", one.name)
            assert one.meaning.endswith(".")
            assert one.sources
            assert all(re.fullmatch(r"(oidcc-|rp-).+|statement \d+", source) for source in one.sources)
