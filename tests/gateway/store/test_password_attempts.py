import time

import pytest

from gateway.store.keys import tagged
from gateway.store.password_attempts import Admission, Attempt, Limits, PasswordAttempts
from tests.gateway.threads import at_once

LIMITS = Limits(tries=2, first_delay=10, longest_delay=40, per_person=3, per_network=4, per_used_network=6, networks=3)
FREE, COUNTED = Admission(0, counted=False), Admission(0, counted=True)


@pytest.fixture
def attempts(store):
    return PasswordAttempts(store, LIMITS)


def attempt(person="kim", network="here"):
    return Attempt(person, network, f"{person}-{network}")


def fail(attempts, tried):
    assert attempts.admission(tried, count=True).wait == 0
    attempts.failed(tried)


def test_nobody_has_to_wait_at_first_and_asking_leaves_nothing_behind(attempts, store):
    assert attempts.admission(attempt(), count=False) == FREE
    assert store.ask("KEYS", "*") == []


def test_a_person_is_delayed_where_they_failed_and_nowhere_else(attempts):
    for _ in range(LIMITS.tries):
        fail(attempts, attempt())
    assert 9 <= attempts.admission(attempt(), count=True).wait <= 10
    assert attempts.admission(attempt(network="there"), count=False) == FREE
    assert attempts.admission(attempt("uma"), count=False) == FREE


def test_who_has_to_wait_is_not_counted(attempts, store):
    for _ in range(LIMITS.tries):
        fail(attempts, attempt())
    for _ in range(10):
        assert not attempts.admission(attempt(), count=True).counted
    assert store.ask("GET", tagged("attempts:password:person:kim")) == b"2"
    assert store.ask("GET", tagged("attempts:password:network:here")) == b"2"


def test_of_many_at_once_as_many_are_admitted_as_may_fail(attempts):
    admissions = at_once(20, lambda number: attempts.admission(attempt(network=f"n{number}"), count=True))
    assert sum(admission == COUNTED for admission in admissions) == LIMITS.per_person
    assert sum(admission.wait > 0 for admission in admissions) == 20 - LIMITS.per_person


def test_what_was_no_failure_is_taken_back(attempts):
    for _ in range(3 * LIMITS.per_person):
        admission = attempts.admission(attempt(), count=True)
        assert admission == COUNTED
        attempts.not_made(attempt(), admission)
    attempts.not_made(attempt(), FREE)
    assert attempts.admission(attempt(), count=True) == COUNTED


def test_what_is_taken_back_after_its_window_leaves_nothing_behind(attempts, store):
    admission = attempts.admission(attempt(), count=True)
    store.ask("DEL", tagged("attempts:password:person:kim"))
    attempts.not_made(attempt(), admission)
    assert store.ask("KEYS", "*") == []


def test_a_network_that_was_used_goes_on_without_being_counted(attempts):
    attempts.succeeded(attempt(network="home"), attempts.admission(attempt(network="home"), count=True))
    for number in range(LIMITS.per_person):
        fail(attempts, attempt(network=f"n{number}"))
    assert attempts.admission(attempt(network="new"), count=True).wait > 0
    assert attempts.admission(attempt(network="home"), count=True) == FREE
    assert attempts.admission(attempt("uma", network="home"), count=True) == COUNTED


def test_so_many_networks_are_remembered_and_the_one_used_longest_ago_is_forgotten(attempts, store):
    for number, network in enumerate(["a", "b", "c", "a", "d"]):
        attempts.succeeded(attempt(network=network), FREE)
        store.ask("ZADD", tagged("password-networks:kim"), int(time.time()) - 100 + number, f"kim-{network}")
    assert store.ask("ZRANGE", tagged("password-networks:kim"), 0, -1) == [b"kim-c", b"kim-a", b"kim-d"]


def test_a_network_that_was_used_too_long_ago_is_as_new_and_goes(attempts, store):
    attempts.succeeded(attempt(network="old"), FREE)
    store.ask("ZADD", tagged("password-networks:kim"), int(time.time()) - LIMITS.known - 1, "kim-old")
    for number in range(LIMITS.per_person):
        fail(attempts, attempt(network=f"n{number}"))
    assert attempts.admission(attempt(network="old"), count=True).wait > 0
    attempts.succeeded(attempt(network="new"), FREE)
    assert store.ask("ZRANGE", tagged("password-networks:kim"), 0, -1) == [b"kim-new"]


def test_windows_begin_with_the_first_failure_and_a_persons_delay_is_remembered_from_the_last(attempts, store):
    keys = [tagged(f"attempts:password:{name}") for name in ("person:kim", "network:here", "pair:kim-here")]
    fail(attempts, attempt())
    for key in keys:
        store.ask("EXPIRE", key, 5)
    fail(attempts, attempt())
    person, network, pair = (store.ask("TTL", key) for key in keys)
    assert person <= 5
    assert network <= 5
    assert LIMITS.memory - 5 <= pair <= LIMITS.memory
