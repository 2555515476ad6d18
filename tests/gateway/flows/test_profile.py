import hashlib
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.flows.profile import NO_NAME, logins_for, profile_of
from schemas.identity import Identity
from schemas.mapped import Detail, Mapped
from schemas.user import User
from tests.gateway.flows.scene import KIM

BARE = Identity("https://id.acme.example", "kim-1", "acme")


def user(**changes):
    details = {"first_name": "Kim", "last_name": "Lee", "email": "kim@acme.example", **changes}
    return User(user_id=7, login="kim.lee", user_type="Learner", status="active", **details)


@pytest.mark.parametrize(
    ("claims", "first", "last"),
    [
        ({"given_name": "Kim", "family_name": "Lee"}, "Kim", "Lee"),
        ({"given_name": "Jürgen", "family_name": "Müller-Öztürk"}, "Jürgen", "Müller-Öztürk"),
        ({"given_name": "María del Carmen", "family_name": "Ruiz y Picasso"}, "María del Carmen", "Ruiz y Picasso"),
        ({"given_name": "山田", "family_name": "太郎"}, "山田", "太郎"),
        ({"given_name": "Cher"}, "Cher", ""),
        ({"family_name": "Lee", "username": "kl"}, "", "Lee"),
        ({"username": "kim.lee", "email": "kim@acme.example"}, "", ""),
    ],
)
def test_names_are_told_as_they_are_and_nothing_is_made_up(claims, first, last):
    profile = profile_of(replace(BARE, **claims))
    assert (profile.first_name, profile.last_name) == (first, last)


@pytest.mark.parametrize(
    ("claims", "names"),
    [
        ({"given_name": "Kim", "family_name": "Lee"}, ("Kim", "Lee")),
        ({"given_name": "Cher"}, ("Cher", NO_NAME)),
        ({"family_name": "Lee", "email": "kim@acme.example"}, ("kim", "Lee")),
        ({"email": "kim@acme.example"}, ("kim", NO_NAME)),
        ({}, (NO_NAME, NO_NAME)),
    ],
)
def test_a_new_account_has_names_that_are_never_empty(claims, names):
    assert profile_of(replace(BARE, **claims)).names_for_sign_up == names


@pytest.mark.parametrize(("verified", "told"), [(True, "kim@acme.example"), (None, "kim@acme.example"), (False, "")])
def test_an_address_that_is_called_unverified_is_not_told(verified, told):
    assert profile_of(replace(KIM, email_verified=verified)).email == told


@pytest.mark.parametrize(("tag", "told"), [("de", "de"), ("de-AT", "de"), ("PT-br", "pt"), ("nb-NO", "no"), ("", "")])
def test_the_language_is_the_primary_one(tag, told):
    assert profile_of(replace(KIM, language=tag)).language == told


def test_the_digest_changes_with_every_detail_that_is_told_later_and_with_nothing_else():
    digest = profile_of(KIM).digest
    for changes in ({"subject": "x", "provider": "y", "email_verified": None}, {"language": "fr"}):
        assert profile_of(replace(KIM, **changes)).digest == digest
    for changes in ({"given_name": "K"}, {"family_name": "L"}, {"email": "k@acme.example"}):
        assert profile_of(replace(KIM, **changes)).digest != digest
    swapped = replace(KIM, given_name=KIM.family_name, family_name=KIM.given_name)
    assert profile_of(swapped).digest != digest


def test_the_digest_without_a_mapping_is_the_one_of_before_there_was_one():
    assert profile_of(KIM).digest == hashlib.sha256(b"Kim\nLee\nkim@acme.example").hexdigest()[:16]


def test_the_digest_changes_with_what_is_told_at_a_login_and_not_with_what_is_told_once():
    once, always = Detail("bio", "Birds", at_login=False), Detail("custom_field_1", "R&D", at_login=True)
    digest = profile_of(KIM).digest
    assert profile_of(replace(KIM, mapped=Mapped((once,), (), "Learner"))).digest == digest
    assert profile_of(replace(KIM, mapped=Mapped((once, always)))).digest != digest
    more = Detail("custom_field_2", "x", at_login=True)
    one, other = (profile_of(replace(KIM, mapped=Mapped(each))).digest for each in ((always, more), (more, always)))
    assert one == other
    assert profile_of(replace(KIM, mapped=Mapped(kept=("first_name",)))).digest != digest


def test_only_what_is_different_is_told():
    profile = profile_of(KIM)
    assert profile.unlike(user()) == {}
    assert profile.unlike(user(first_name="Kimberly")) == {"first_name": "Kim"}
    assert profile.unlike(user(email="old@acme.example")) == {"email": "kim@acme.example"}
    assert profile.unlike(user(email="KIM@acme.example")) == {}


def test_to_somebody_who_is_not_known_here_everything_is_told():
    told = {"first_name": "Kim", "last_name": "Lee", "email": "kim@acme.example"}
    assert profile_of(KIM).unlike(None) == told


@pytest.mark.parametrize("known", [None, user(first_name="Kimberly", last_name="Li", email="old@acme.example")])
def test_nothing_unknown_is_written_over_something(known):
    assert profile_of(replace(KIM, given_name="", family_name="", email="")).unlike(known) == {}


@pytest.mark.parametrize(
    ("claims", "logins"),
    [
        ({"username": "kim.lee", "email": "kim@acme.example"}, ["kim.lee", "kim@acme.example", "kim-"]),
        ({"username": "Kim Lee", "email": "kim@acme.example"}, ["kim-lee", "kim@acme.example", "kim-"]),
        ({"username": "ACME\\kim", "email": ""}, ["acme-kim", "learner-"]),
        ({"username": "Jürgen.Müller", "email": "juergen@acme.example"}, ["jurgen.muller", "juergen@acme.example", "juergen-"]),
        ({"username": "kim+test", "email": "kim+test@acme.example"}, ["kim-test", "kim-test@acme.example", "kim-test-"]),
        ({"username": "山田", "email": "yamada@acme.example"}, ["yamada@acme.example", "yamada-"]),
        ({"username": "kim@acme.example", "email": "kim@acme.example"}, ["kim@acme.example", "kim-"]),
        ({"username": "---", "email": ""}, ["learner-"]),
    ],
)  # fmt: skip
def test_logins_are_the_nicest_first_and_at_last_one_that_is_nobody_elses(claims, logins):
    identity = replace(BARE, **claims)
    expected = [*logins[:-1], logins[-1] + identity.key[:8]]
    assert list(logins_for(identity)) == expected


@given(username=st.text(max_size=40), email=st.text(max_size=40))
def test_every_login_is_safe_wherever_talentlms_takes_it(username, email):
    logins = logins_for(replace(BARE, username=username, email=email))
    assert logins
    assert all(re.fullmatch(r"[a-z0-9@._-]+", login) for login in logins)
    assert logins[-1].endswith(BARE.key[:8])
    assert len(set(logins)) == len(logins)


def test_people_with_one_name_never_share_the_last_login():
    assert logins_for(KIM)[-1] != logins_for(replace(KIM, subject="kim-2"))[-1]
