import pytest

from gateway.errors import TooManyAttempts
from gateway.flows.sign_in_limits import PER_ADDRESS, WINDOW_SECONDS, SignInLimits
from gateway.store.attempts import Attempts
from tests.gateway.threads import at_once

HERE, THERE = "203.0.113.7", "198.51.100.9"


@pytest.fixture
def attempts(store):
    return Attempts(store, WINDOW_SECONDS)


@pytest.fixture
def limits(attempts):
    return SignInLimits(attempts)


@pytest.fixture
def full(limits, store):
    """As many sign-ins are under way from here as there may be."""
    limits.begun(HERE)
    (key,) = store.keys("*")
    store.ask("SET", key, PER_ADDRESS, "KEEPTTL")
    return limits


@pytest.mark.statement(66)
def test_two_thousand_people_behind_one_address_sign_in_and_never_count(limits, store):
    for _ in range(2000):
        limits.begun(HERE)
    for _ in range(2000):
        limits.completed(HERE)
    (key,) = store.keys("*")
    assert store.ask("GET", key) == b"0"


@pytest.mark.statement(66)
def test_more_than_the_limit_that_are_abandoned_have_to_wait_and_others_do_not(full):
    with pytest.raises(TooManyAttempts) as refused:
        full.begun(HERE)
    assert refused.value.retry_after == WINDOW_SECONDS
    full.begun(THERE)


def test_whoever_completes_makes_room_for_one(full):
    full.completed(HERE)
    full.begun(HERE)
    with pytest.raises(TooManyAttempts):
        full.begun(HERE)


def test_completing_more_than_were_begun_gives_no_credit(limits, store):
    for _ in range(10):
        limits.completed(HERE)
    limits.begun(HERE)
    (key,) = store.keys("*")
    assert store.ask("GET", key) == b"1"


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("203.0.113.7", "203.0.113.8", False),
        ("203.0.113.7", "::ffff:203.0.113.7", True),
        ("::ffff:203.0.113.7", "::ffff:203.0.113.8", False),
        ("", "unix:", True),
    ],
)
def test_an_ipv6_browser_counts_by_its_network_and_an_ipv4_one_by_its_address(limits, store, first, second, same):
    limits.begun(first)
    limits.begun(second)
    assert len(store.keys("*")) == (1 if same else 2)


def test_limits_can_be_switched_off():
    limits = SignInLimits(None)
    for _ in range(PER_ADDRESS + 1):
        limits.begun(HERE)
    limits.completed(HERE)


def test_many_at_once_are_all_counted(limits, store):
    at_once(20, lambda _: limits.begun(HERE))
    (key,) = store.keys("*")
    assert store.ask("GET", key) == b"20"
