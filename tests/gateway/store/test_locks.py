import threading

import pytest

from gateway.errors import ProvisioningBusy
from gateway.store.locks import HOLD_SECONDS, Locks
from tests.gateway.threads import at_once

KEY = "lock:person:kim"


class Boom(Exception):
    pass


@pytest.fixture
def locks(store):
    return Locks(store)


def test_ten_who_want_a_lock_have_it_one_after_the_other(locks):
    inside, most = [], []

    def work(number):
        with locks.hold("person:kim", wait=20):
            inside.append(number)
            most.append(len(inside))
            threading.Event().wait(0.005)
            inside.remove(number)

    assert at_once(10, work) == [None] * 10
    assert most == [1] * 10


def test_who_does_not_get_a_lock_in_time_is_told_to_come_back(locks):
    with locks.hold("person:kim", wait=0), pytest.raises(ProvisioningBusy) as busy, locks.hold("person:kim", wait=0):
        pytest.fail("two hold one lock")
    assert busy.value.retry_after == 2


def test_locks_of_different_names_do_not_wait_for_each_other(locks):
    with locks.hold("person:kim", wait=0), locks.hold("person:uma", wait=0):
        pass


def test_a_lock_is_free_after_its_block_and_after_an_error_in_it(locks, store):
    with locks.hold("person:kim", wait=0):
        pass
    with pytest.raises(Boom), locks.hold("person:kim", wait=0):
        raise Boom
    assert store.keys("*") == []


def test_whoever_died_with_a_lock_gives_it_back_after_a_while(locks, store):
    with locks.hold("person:kim", wait=0):
        assert 0 < store.ask("PTTL", KEY) <= HOLD_SECONDS * 1000
        store.ask("PEXPIRE", KEY, 1)
        with locks.hold("person:kim", wait=2):
            pass


def test_who_was_too_slow_does_not_release_the_next_ones_lock(locks, store):
    with locks.hold("person:kim", wait=0):
        store.ask("SET", KEY, "the next one's")
    assert store.ask("GET", KEY) == b"the next one's"


def test_a_lock_is_longer_than_a_browser_waits():
    assert HOLD_SECONDS > 15
