import pytest

from gateway.errors import TooManyAttempts
from gateway.flows.failed_codes import PER_ADDRESS, WINDOW_SECONDS, FailedCodes
from gateway.store.attempts import Attempts
from tests.gateway.threads import at_once

HERE, THERE = "203.0.113.7", "198.51.100.9"


@pytest.fixture
def failed_codes(store):
    return FailedCodes(Attempts(store, WINDOW_SECONDS))


@pytest.mark.statement(66)
def test_as_many_as_there_may_be_fail_and_then_that_address_has_to_wait_and_no_other(failed_codes, store):
    failed_codes.count(HERE)
    (key,) = store.ask("KEYS", "*")
    store.ask("SET", key, PER_ADDRESS - 1, "KEEPTTL")
    failed_codes.check(HERE)
    failed_codes.count(HERE)
    with pytest.raises(TooManyAttempts) as refused:
        failed_codes.check(HERE)
    assert refused.value.retry_after == WINDOW_SECONDS
    failed_codes.check(THERE)


@pytest.mark.statement(66)
def test_codes_of_somebody_who_is_signed_in_count_for_them_alone(failed_codes, store):
    failed_codes.count(HERE, "kim")
    (key,) = store.ask("KEYS", "*")
    store.ask("SET", key, PER_ADDRESS, "KEEPTTL")
    with pytest.raises(TooManyAttempts):
        failed_codes.check(THERE, "kim")
    failed_codes.check(HERE)
    failed_codes.check(HERE, "robin")


@pytest.mark.statement(66)
def test_what_does_not_fail_leaves_nothing_in_the_store(failed_codes, store):
    for _ in range(2000):
        failed_codes.check(HERE)
    assert store.ask("KEYS", "*") == []


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
def test_an_ipv6_browser_counts_by_its_network_and_an_ipv4_one_by_its_address(failed_codes, store, first, second, same):
    failed_codes.count(first)
    failed_codes.count(second)
    assert len(store.ask("KEYS", "*")) == (1 if same else 2)


def test_the_limit_can_be_switched_off():
    failed_codes = FailedCodes(None)
    for _ in range(PER_ADDRESS + 1):
        failed_codes.count(HERE)
    failed_codes.check(HERE)


def test_many_at_once_are_all_counted(failed_codes, store):
    at_once(20, lambda _: failed_codes.count(HERE))
    (key,) = store.ask("KEYS", "*")
    assert store.ask("GET", key) == b"20"
