import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.errors import ProvisioningBusy, StoreUnavailable
from gateway.store import locks as module
from gateway.store.keys import tagged
from gateway.store.locks import Locks
from tests.gateway.threads import at_once
from tests.patience import PATIENT_SECONDS, wait_until

KEY = tagged("lock:person:kim")


class Boom(Exception):
    pass


@pytest.fixture
def locks(store):
    return Locks(store)


def test_ten_who_want_a_lock_have_it_one_after_the_other(locks):
    inside, most = [], []

    def work(number):
        with locks.hold("person:kim", wait=PATIENT_SECONDS):
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


def test_so_many_may_wait_and_no_more_and_whoever_need_not_wait_goes_on(store, monkeypatch):
    monkeypatch.setattr("gateway.store.locks.WAITING_AT_ONCE", 2)
    locks = Locks(store)
    tries, take = Counter(), locks._taken

    def noted(key, token):
        tries[token] += 1
        return take(key, token)

    def work(_):
        with locks.hold("person:kim", wait=PATIENT_SECONDS):
            return "held"

    def refused():
        with pytest.raises(ProvisioningBusy) as busy, locks.hold("person:kim", wait=0):
            pytest.fail("two hold one lock")
        return busy.value.note

    with ThreadPoolExecutor(2) as pool:
        with locks.hold("person:kim", wait=0):
            assert refused() == ""
            monkeypatch.setattr(locks, "_taken", noted)
            waiting = [pool.submit(work, number) for number in range(2)]
            wait_until(lambda: [times > 1 for times in tries.copy().values()] == [True, True])
            assert refused() == "2 wait for locks already"
            with locks.hold("person:uma", wait=0):
                pass
        assert [one.result() for one in waiting] == ["held", "held"]
    with locks.hold("person:kim", wait=0):
        assert refused() == ""


def test_locks_of_different_names_do_not_wait_for_each_other(locks):
    with locks.hold("person:kim", wait=0), locks.hold("person:uma", wait=0):
        pass


def test_a_lock_is_free_after_its_block_and_after_an_error_in_it(locks, store):
    with locks.hold("person:kim", wait=0):
        pass
    with pytest.raises(Boom), locks.hold("person:kim", wait=0):
        raise Boom
    assert store.ask("KEYS", "*") == []


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(module, "LEASE_SECONDS", 1.5)


def test_a_lock_is_renewed_while_its_holder_lives(locks, store, short):
    with locks.hold("person:kim", wait=0) as lease:
        first = lease.until
        wait_until(lambda: lease.until > first + 2.0)
        assert not lease.is_lost
        lease.check()
        with pytest.raises(ProvisioningBusy), locks.hold("person:kim", wait=0):
            pytest.fail("two hold one lock")
    assert store.ask("KEYS", "*") == []


def test_whoever_died_with_a_lock_gives_it_back_after_a_while(locks, store, short, monkeypatch):
    monkeypatch.setattr(locks, "_keep", lambda *_: None)  # what a dead process does
    with locks.hold("person:kim", wait=0) as lease:
        assert 0 < store.ask("PTTL", KEY) <= 1500
        with locks.hold("person:kim", wait=10):
            assert lease.is_lost


def test_a_lock_that_somebody_else_took_is_noticed_and_not_renewed(locks, store, short):
    with locks.hold("person:kim", wait=0) as lease:
        store.ask("SET", KEY, "somebody else's")
        wait_until(lambda: lease.is_lost)
        with pytest.raises(ProvisioningBusy):
            lease.check()
    assert store.ask("GET", KEY) == b"somebody else's"


def test_a_lock_that_cannot_be_renewed_is_lost_before_anybody_else_can_take_it(locks, short, monkeypatch):
    def away(*_):
        raise StoreUnavailable("TimeoutError")

    with locks.hold("person:kim", wait=0) as lease:
        monkeypatch.setattr(locks, "_renew", away)
        wait_until(lambda: lease.is_lost)


def test_who_was_too_slow_does_not_release_the_next_ones_lock(locks, store):
    with locks.hold("person:kim", wait=0):
        store.ask("SET", KEY, "the next one's")
    assert store.ask("GET", KEY) == b"the next one's"
