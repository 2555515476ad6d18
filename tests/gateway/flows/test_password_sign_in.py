"""Sign-in with a TalentLMS password: one answer for every refusal, and a limit on guessing."""

import hashlib

import pytest
import requests

from gateway import deadline
from gateway.errors import ForeignLink, Misunderstood, PasswordRefused, Throttled, TooManyAttempts, Unavailable
from gateway.flows.password_sign_in import PER_ADDRESS, PER_PERSON, WINDOW_SECONDS, PasswordSignIn
from gateway.store.attempts import Attempts
from gateway.store.locks import Locks
from schemas.link import Link
from schemas.secret import Secret
from tests.gateway.flows.scene import SIGNED_OUT
from tests.gateway.threads import at_once

RIGHT, WRONG = Secret("Sandbox-1"), Secret("Sandbox-2")
HERE, THERE = "203.0.113.7", "198.51.100.9"


@pytest.fixture
def sign_in(lms, destinations, store):
    return PasswordSignIn(lms, destinations, Locks(store), Attempts(store, WINDOW_SECONDS), SIGNED_OUT)


@pytest.fixture
def robins_turn(store):
    """An attempt of Robin's that has not ended, for the length of a ``with`` block."""
    return Locks(store).hold(f"password:{hashlib.sha256(b'robin').hexdigest()[:32]}", wait=0)


def refuse(sign_in, username="robin", password=WRONG, address=HERE):
    with pytest.raises(PasswordRefused) as refused:
        sign_in.link(username, password, address)
    return refused.value


@pytest.mark.parametrize("username", ["robin", " robin ", "ROBIN", "Robin"])
def test_the_right_password_signs_in_with_one_call(sign_in, asked, username):
    link = sign_in.link(username, RIGHT, HERE)
    assert asked() == ["userlogin"]
    assert "Robin Park" in requests.get(link.reveal(), timeout=10).text


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("robin", WRONG),
        ("nobody", RIGHT),
        ("felix", RIGHT),
        ("gone", RIGHT),
        ("", RIGHT),
        ("robin", Secret("")),
        ("robin", Secret("\x00")),
        ("ro\x00bin", RIGHT),
        ("robin", Secret("\ud800")),
        ("x" * 5000, RIGHT),
    ],
)
def test_every_refusal_reads_the_same(sign_in, username, password):
    error = refuse(sign_in, username, password)
    assert (error.status, error.code, error.happened) == (401, PasswordRefused.code, PasswordRefused.happened)


@pytest.mark.statement(66)
def test_after_five_failures_of_a_person_talentlms_is_not_asked_any_more(sign_in, asked):
    for _ in range(PER_PERSON):
        refuse(sign_in)
    asked()
    with pytest.raises(TooManyAttempts) as refused:
        sign_in.link("robin", RIGHT, THERE)
    assert refused.value.retry_after == WINDOW_SECONDS
    assert asked() == []
    sign_in.link("dana", RIGHT, HERE)


@pytest.mark.parametrize("spelling", ["ROBIN", " robin", "Robin "])
def test_another_spelling_of_the_name_does_not_begin_anew(sign_in, spelling):
    for _ in range(PER_PERSON):
        refuse(sign_in)
    with pytest.raises(TooManyAttempts):
        sign_in.link(spelling, RIGHT, THERE)


@pytest.mark.statement(66)
def test_after_fifty_failures_from_an_address_it_has_to_wait_whoever_is_tried(sign_in, store, asked):
    refuse(sign_in, "nobody-1")
    (key,) = store.keys("attempts:password:address:*")
    store.ask("SET", key, PER_ADDRESS, "KEEPTTL")
    with pytest.raises(TooManyAttempts):
        sign_in.link("robin", RIGHT, HERE)
    sign_in.link("robin", RIGHT, THERE)


def test_whoever_is_over_the_limit_does_not_wait_for_a_turn(sign_in, robins_turn):
    for _ in range(PER_PERSON):
        refuse(sign_in)
    with robins_turn, pytest.raises(TooManyAttempts) as refused:
        sign_in.link("robin", RIGHT, HERE)
    assert refused.value.retry_after == WINDOW_SECONDS


def test_an_attempt_that_does_not_get_its_turn_says_nothing_of_accounts(sign_in, robins_turn, store, asked, audited):
    deadline.start(0.1)
    with robins_turn, pytest.raises(TooManyAttempts) as refused:
        sign_in.link("robin", RIGHT, HERE)
    assert refused.value.retry_after == 2
    assert asked() == []
    (line,) = audited("password_sign_in")
    assert (line["outcome"], line["reason"]) == ("refused", "too-many-attempts")
    assert store.keys("attempts:*") == []


def test_completed_sign_ins_never_count(sign_in):
    for _ in range(PER_PERSON * 2):
        sign_in.link("robin", RIGHT, HERE)
    refuse(sign_in)


def test_a_success_in_between_does_not_open_the_way_to_guess_others(sign_in, store):
    for number in range(PER_PERSON):
        refuse(sign_in, f"nobody-{number}")
        sign_in.link("robin", RIGHT, HERE)
    assert Attempts(store, WINDOW_SECONDS).count(f"password:address:{HERE}") == [PER_PERSON]


def test_twenty_guesses_at_once_are_no_more_than_the_limit(sign_in, asked):
    at_once(20, lambda _: sign_in.link("robin", WRONG, HERE))
    assert asked().count("userlogin") <= PER_PERSON


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "status", "status": 500}, Unavailable),
        ({"kind": "throttled"}, Throttled),
        ({"kind": "html"}, Misunderstood),
        ({"kind": "foreign_link"}, ForeignLink),
    ],
)
def test_a_fault_of_talentlms_is_told_and_is_nobodys_failed_attempt(sign_in, academy, store, fault, error):
    academy.control.fault("userlogin", times=2, **fault)
    with pytest.raises(error):
        sign_in.link("robin", RIGHT, HERE)
    assert {store.ask("GET", key) for key in store.keys("attempts:*")} <= {b"0"}


def test_one_person_may_sign_in_with_ten_tabs_at_once(sign_in, academy):
    academy.control.fault("userlogin", kind="slow", seconds=0.2, times=10)
    links = at_once(10, lambda _: sign_in.link("robin", RIGHT, HERE))
    assert [type(link) for link in links] == [Link] * 10


def test_more_people_than_may_fail_sign_in_from_one_address_at_once(sign_in, academy):
    people = [academy.control.add_user(f"p{number}@acme.example") for number in range(PER_ADDRESS + 10)]
    academy.control.fault("userlogin", kind="slow", seconds=0.5, times=len(people))
    links = at_once(len(people), lambda number: sign_in.link(f"p{number}@acme.example", RIGHT, HERE))
    assert [type(link) for link in links] == [Link] * len(people)


def test_limits_can_be_switched_off(lms, destinations, store):
    sign_in = PasswordSignIn(lms, destinations, Locks(store), None, SIGNED_OUT)
    for _ in range(PER_PERSON + 1):
        refuse(sign_in)
    sign_in.link("robin", RIGHT, HERE)


def test_what_is_kept_of_a_failure_names_nobody_and_goes_by_itself(sign_in, store):
    refuse(sign_in, "robin")
    keys = store.keys("*")
    assert len(keys) == 2
    assert not any(b"robin" in key for key in keys)
    assert all(0 < store.ask("TTL", key) <= WINDOW_SECONDS for key in keys)
