"""Sign-in with a TalentLMS password: one answer for every refusal, and a limit on guessing."""

import hashlib

import pytest
import requests

from gateway import context
from gateway.errors import ForeignLink, Misunderstood, PasswordRefused, Throttled, TooManyAttempts, Unavailable
from gateway.flows.password_sign_in import PasswordSignIn
from gateway.keyring import Keyring
from gateway.store.keys import tagged
from gateway.store.locks import WAITING_AT_ONCE, Locks
from gateway.store.password_attempts import Limits, PasswordAttempts
from schemas.link import Link
from schemas.secret import Secret
from tests.gateway.flows.scene import NEW_KEY, SIGNED_OUT
from tests.gateway.store.key_names import untagged
from tests.gateway.threads import at_once
from tests.patience import PATIENT_SECONDS

RIGHT, WRONG = Secret("Sandbox-1"), Secret("Sandbox-2")
HERE, THERE, ELSEWHERE = "203.0.113.7", "198.51.100.9", "192.0.2.77"
LIMITS = Limits()
ROBIN = hashlib.sha256(b"robin").hexdigest()[:32]


@pytest.fixture
def limited(lms, destinations, store):
    """Make a sign-in with limits."""

    def made(**limits):
        attempts = PasswordAttempts(store, Limits(**limits))
        return PasswordSignIn(lms, destinations, Locks(store), attempts, Keyring([NEW_KEY]), SIGNED_OUT)

    return made


@pytest.fixture
def sign_in(limited):
    return limited()


@pytest.fixture
def robins_attempt(store):
    """An attempt of Robin's from here that has not ended, for the length of a ``with`` block."""
    pair = Keyring([NEW_KEY]).sign("password sign-in", f"{ROBIN}\naddress:{HERE}")
    return Locks(store).hold(f"password:{pair}", wait=0)


def from_many(count):
    """Return so many addresses that nobody has used."""
    return [f"192.0.2.{number}" for number in range(1, count + 1)]


def pass_by(store, seconds):
    """Let a delay be over, as if so many seconds had passed."""
    for key in store.ask("KEYS", tagged("attempts:password:pair:*")):
        until = store.ask("HGET", key, "until")
        if until is not None:
            store.ask("HSET", key, "until", int(until) - seconds)


def refuse(sign_in, username="robin", password=WRONG, address=HERE):
    with pytest.raises(PasswordRefused) as refused:
        sign_in.link(username, password, address)
    return refused.value


@pytest.mark.parametrize("username", ["robin", " robin ", "ROBIN", "Robin"])
def test_the_right_password_signs_in_with_one_call(sign_in, asked, username):
    link = sign_in.link(username, RIGHT, HERE)
    assert asked() == ["userlogin"]
    assert "Robin Park" in requests.get(link.reveal(), timeout=PATIENT_SECONDS).text


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
    assert type(error) is PasswordRefused


@pytest.mark.statement(66)
def test_after_five_failures_of_a_person_from_an_address_talentlms_is_not_asked_from_there(sign_in, asked):
    for _ in range(LIMITS.tries):
        refuse(sign_in)
    asked()
    with pytest.raises(TooManyAttempts) as refused:
        sign_in.link("robin", RIGHT, HERE)
    assert 0 < refused.value.retry_after <= LIMITS.first_delay
    assert asked() == []
    sign_in.link("dana", RIGHT, HERE)


@pytest.mark.statement(66)
def test_a_strangers_wrong_guesses_lock_nobody_out_from_elsewhere(sign_in, asked):
    for _ in range(LIMITS.tries):
        refuse(sign_in, address=ELSEWHERE)
    sign_in.link("robin", RIGHT, HERE)
    sign_in.link("robin", RIGHT, THERE)
    with pytest.raises(TooManyAttempts):
        sign_in.link("robin", RIGHT, ELSEWHERE)


def test_each_further_failure_doubles_the_delay_up_to_the_longest(sign_in, store):
    delays = []
    for _ in range(LIMITS.tries - 1):
        refuse(sign_in)
    for _ in range(8):
        refuse(sign_in)
        with pytest.raises(TooManyAttempts) as refused:
            sign_in.link("robin", RIGHT, HERE)
        delays.append(refused.value.retry_after)
        pass_by(store, LIMITS.longest_delay)
    wanted = [30, 60, 120, 240, 480, 900, 900, 900]
    assert [-1 <= delay - due <= 0 for delay, due in zip(delays, wanted, strict=True)] == [True] * 8
    sign_in.link("robin", RIGHT, HERE)


@pytest.mark.parametrize("spelling", ["ROBIN", " robin", "Robin ", "r\u00f3bin", "ro\u0301bin", "\uff52obin"])
def test_another_spelling_of_the_name_does_not_begin_anew(sign_in, spelling):
    for _ in range(LIMITS.tries):
        refuse(sign_in)
    with pytest.raises(TooManyAttempts):
        sign_in.link(spelling, RIGHT, HERE)


@pytest.mark.parametrize(
    ("one", "other"), [("2001:db8::1", "2001:db8::2:2"), ("203.0.113.7", "::ffff:203.0.113.7"), ("", "nonsense")]
)
def test_another_address_of_the_same_network_does_not_begin_anew(sign_in, one, other):
    for _ in range(LIMITS.tries):
        refuse(sign_in, address=one)
    with pytest.raises(TooManyAttempts):
        sign_in.link("robin", RIGHT, other)


@pytest.mark.statement(66)
def test_after_a_hundred_failures_from_addresses_that_a_person_never_used_those_go_on_that_they_have_used(
    sign_in, store, asked
):
    sign_in.link("robin", RIGHT, HERE)
    sign_in.link("robin", RIGHT, THERE)
    for address in from_many(LIMITS.per_person):
        refuse(sign_in, address=address)
    asked()

    for password in (WRONG, RIGHT):
        with pytest.raises(TooManyAttempts) as refused:
            sign_in.link("robin", password, ELSEWHERE)
        assert LIMITS.person_window - 60 < refused.value.retry_after <= LIMITS.person_window
    assert asked() == []
    sign_in.link("robin", RIGHT, HERE)
    sign_in.link("robin", RIGHT, THERE)
    sign_in.link("dana", RIGHT, ELSEWHERE)

    store.ask("DEL", tagged(f"attempts:password:person:{ROBIN}"))  # as the hour does
    sign_in.link("robin", RIGHT, ELSEWHERE)


def test_failures_from_an_address_that_a_person_has_used_do_not_use_up_the_hundred(limited):
    sign_in = limited(per_person=3)
    sign_in.link("robin", RIGHT, HERE)
    for _ in range(4):
        refuse(sign_in, address=HERE)
    sign_in.link("robin", RIGHT, THERE)


def test_a_sign_in_from_a_new_address_uses_none_of_the_hundred_up(limited):
    sign_in = limited(per_person=1)
    for address in from_many(5):
        sign_in.link("robin", RIGHT, address)
    refuse(sign_in, address=HERE)
    with pytest.raises(TooManyAttempts):
        sign_in.link("robin", RIGHT, HERE)


def test_of_twenty_addresses_at_once_no_more_guess_than_may_fail(limited, portal, asked):
    sign_in = limited(per_person=7)
    portal.control.fault("userlogin", kind="slow", seconds=0.3, times=20)
    outcomes = at_once(20, lambda number: sign_in.link("robin", WRONG, from_many(20)[number]))
    assert sorted(map(type, outcomes), key=str) == sorted([PasswordRefused] * 7 + [TooManyAttempts] * 13, key=str)
    assert asked().count("userlogin") == 7


@pytest.mark.statement(66)
def test_after_too_many_failures_from_an_address_it_has_to_wait_whoever_is_tried(sign_in, store, asked):
    refuse(sign_in, "nobody-1")
    (key,) = store.ask("KEYS", tagged("attempts:password:network:*"))
    store.ask("SET", key, LIMITS.per_network, "KEEPTTL")
    asked()
    with pytest.raises(TooManyAttempts) as refused:
        sign_in.link("robin", RIGHT, HERE)
    assert LIMITS.network_window - 60 < refused.value.retry_after <= LIMITS.network_window
    assert asked() == []
    sign_in.link("robin", RIGHT, THERE)


def test_strangers_at_an_address_do_not_lock_out_those_who_have_used_it_but_those_do_not_guess_for_ever(sign_in, store):
    sign_in.link("robin", RIGHT, HERE)
    refuse(sign_in, "nobody-1")
    (key,) = store.ask("KEYS", tagged("attempts:password:network:*"))
    store.ask("SET", key, LIMITS.per_network, "KEEPTTL")
    sign_in.link("robin", RIGHT, HERE)
    with pytest.raises(TooManyAttempts):
        sign_in.link("dana", RIGHT, HERE)
    store.ask("SET", key, LIMITS.per_used_network, "KEEPTTL")
    with pytest.raises(TooManyAttempts):
        sign_in.link("robin", RIGHT, HERE)


def test_whoever_is_over_the_limit_does_not_wait_for_an_earlier_attempt(sign_in, robins_attempt):
    for _ in range(LIMITS.tries):
        refuse(sign_in)
    with robins_attempt, pytest.raises(TooManyAttempts) as refused:
        sign_in.link("robin", RIGHT, HERE)
    assert refused.value.retry_after > 2


def test_an_attempt_that_an_earlier_one_holds_up_says_nothing_of_accounts(
    sign_in, robins_attempt, store, asked, audited
):
    context.begin(seconds=0.1)
    with robins_attempt, pytest.raises(TooManyAttempts) as refused:
        sign_in.link("robin", RIGHT, HERE)
    assert refused.value.retry_after == 2
    assert asked() == []
    (line,) = audited("password_sign_in")
    assert (line["outcome"], line["reason"], line["person"]) == ("refused", "too-many-attempts", ROBIN)
    assert store.ask("KEYS", tagged("attempts:*")) == []


def test_a_stranger_who_floods_attempts_for_a_person_keeps_nobody_waiting_elsewhere(sign_in, portal, robins_attempt):
    flood = 2 * WAITING_AT_ONCE

    def one(number):
        context.begin(seconds=1)
        return sign_in.link("robin", WRONG if number else RIGHT, HERE if number else THERE)

    with robins_attempt:
        first, *others = at_once(flood, one)
    assert type(first) is Link
    assert set(map(type, others)) == {TooManyAttempts}


def test_completed_sign_ins_never_count(sign_in):
    for _ in range(LIMITS.tries * 2):
        sign_in.link("robin", RIGHT, HERE)
    refuse(sign_in)


def test_a_success_in_between_does_not_open_the_way_to_guess_others(sign_in, store):
    for number in range(3):
        refuse(sign_in, f"nobody-{number}")
        sign_in.link("robin", RIGHT, HERE)
    (key,) = store.ask("KEYS", tagged("attempts:password:network:*"))
    assert store.ask("GET", key) == b"3"


def test_a_success_in_between_does_not_open_the_way_to_guess_the_same_person_on(sign_in):
    for _ in range(LIMITS.tries - 1):
        refuse(sign_in)
        sign_in.link("robin", RIGHT, HERE)
    refuse(sign_in)
    with pytest.raises(TooManyAttempts):
        sign_in.link("robin", RIGHT, HERE)


def test_twenty_guesses_at_once_are_no_more_than_the_limit(sign_in, asked):
    at_once(20, lambda _: sign_in.link("robin", WRONG, HERE))
    assert asked().count("userlogin") == LIMITS.tries


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "status", "status": 500}, Unavailable),
        ({"kind": "throttled"}, Throttled),
        ({"kind": "html"}, Misunderstood),
        ({"kind": "foreign_link"}, ForeignLink),
    ],
)
def test_a_fault_of_talentlms_is_told_and_is_nobodys_failed_attempt(sign_in, portal, store, fault, error):
    portal.control.fault("userlogin", times=2, **fault)
    with pytest.raises(error):
        sign_in.link("robin", RIGHT, HERE)
    assert {store.ask("GET", key) for key in store.ask("KEYS", tagged("attempts:*"))} == {b"0"}
    assert store.ask("KEYS", tagged("password-networks:*")) == []


def test_one_person_may_sign_in_with_ten_tabs_at_once(sign_in, portal):
    portal.control.fault("userlogin", kind="slow", seconds=0.2, times=10)
    links = at_once(10, lambda _: sign_in.link("robin", RIGHT, HERE))
    assert [type(link) for link in links] == [Link] * 10


def test_more_people_than_may_fail_sign_in_from_one_address_at_once(limited, portal):
    sign_in = limited(per_network=50, per_used_network=50)
    people = [portal.control.add_user(f"p{number}@acme.example") for number in range(60)]
    portal.control.fault("userlogin", kind="slow", seconds=0.5, times=len(people))
    links = at_once(len(people), lambda number: sign_in.link(f"p{number}@acme.example", RIGHT, HERE))
    assert [type(link) for link in links] == [Link] * len(people)


def test_limits_can_be_switched_off(lms, destinations, store):
    sign_in = PasswordSignIn(lms, destinations, Locks(store), None, Keyring([NEW_KEY]), SIGNED_OUT)
    for _ in range(LIMITS.tries + 1):
        refuse(sign_in)
    sign_in.link("robin", RIGHT, HERE)
    assert store.ask("KEYS", "*") == []


def test_what_is_kept_names_nobody_and_no_address_and_goes_by_itself(sign_in, store):
    refuse(sign_in, "robin")
    sign_in.link("robin", RIGHT, HERE)
    kept = {key: store.ask("TTL", key) for key in store.ask("KEYS", "*")}
    lasts = {untagged(key).rpartition(":")[0]: seconds for key, seconds in kept.items()}
    wanted = {
        "attempts:password:pair": LIMITS.memory,
        "attempts:password:person": LIMITS.person_window,
        "attempts:password:network": LIMITS.network_window,
        "password-networks": LIMITS.known,
    }
    assert lasts.keys() == wanted.keys()
    assert all(0 < lasts[name] <= seconds for name, seconds in wanted.items())
    members = store.ask("ZRANGE", tagged(f"password-networks:{ROBIN}"), 0, -1)
    everything = b" ".join([*kept, *members])
    assert not [text for text in ("robin", HERE, "Sandbox", _sha256(HERE)) if text.encode() in everything]


def _sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()[:32]
