import time

import pytest

from gateway.database import due_rows
from gateway.database import orders as orders_module
from gateway.database.due_rows import LEASE_SECONDS
from gateway.database.order_queue import OrderQueue
from tests.gateway.database.clock import Clock
from tests.gateway.database.orders import order, orders_of, refunded, told
from tests.gateway.threads import at_once

HOUR = 3600


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch, due_rows, orders_module)


@pytest.fixture
def orders(database, clock):
    return orders_of(database)


@pytest.fixture
def queue(database, clock):
    return OrderQueue(database)


def test_an_order_that_was_told_of_is_due_at_once(orders, queue, clock):
    assert queue.next_at() is None
    orders.receive("shop", told(order()))
    assert queue.next_at() == clock.now
    (claim,) = queue.claim()
    assert (claim.storefront, claim.order_id, claim.revision, claim.tries, claim.error) == ("shop", "1001", 1, 0, "")


def test_an_order_is_one_workers_at_a_time(orders, queue):
    orders.receive("shop", told(order()))
    assert len(queue.claim()) == 1
    assert queue.claim() == []
    assert queue.next_at() is None


def test_ten_workers_share_thirty_orders_without_one_twice(orders, queue):
    for number in range(30):
        orders.receive("shop", told(order(number=f"o{number}")))
    taken = at_once(10, lambda _: [claim.order_id for _ in range(6) for claim in queue.claim()])
    found = [one for some in taken for one in some]
    assert sorted(found) == sorted(set(found))
    found += [claim.order_id for claim in queue.claim(30)]
    assert len(found) == 30


def test_the_order_of_a_worker_that_died_comes_back(orders, queue, clock):
    orders.receive("shop", told(order()))
    (dead,) = queue.claim()
    clock.now += LEASE_SECONDS - 1
    assert queue.claim() == []
    clock.now += 1
    (again,) = queue.claim()
    assert again.lease != dead.lease
    assert list(queue.renew([dead])) == [dead]
    queue.finish(dead, "done")
    clock.now += LEASE_SECONDS
    assert len(queue.claim()) == 1


def test_a_lease_that_is_renewed_lasts(orders, queue, clock):
    orders.receive("shop", told(order()))
    (claim,) = queue.claim()
    for _ in range(5):
        clock.now += LEASE_SECONDS - 1
        assert list(queue.renew([claim])) == []
        assert queue.claim() == []


def test_what_is_done_is_not_due_any_more(orders, queue, clock):
    orders.receive("shop", told(order()))
    queue.finish(queue.claim()[0], "done")
    clock.now += 10_000
    assert queue.claim() == []
    assert queue.next_at() is None


def test_what_was_told_while_a_worker_had_the_order_makes_it_due_again(orders, queue):
    orders.receive("shop", told(order()))
    (claim,) = queue.claim()
    orders.receive("shop", refunded())
    queue.finish(claim, "done")
    (again,) = queue.claim()
    assert again.revision == 2
    orders.receive("shop", told(order(9)))
    queue.postpone(again, 500, "talentlms-unavailable", "it is down")
    (third,) = queue.claim()
    assert (third.revision, third.tries, third.error) == (3, 0, "")


def test_a_try_that_led_to_nothing_is_counted_and_waits(orders, queue, clock):
    orders.receive("shop", told(order()))
    queue.postpone(queue.claim()[0], 5, "talentlms-unavailable", "it is down")
    assert queue.next_at() == clock.now + 5
    assert queue.claim() == []
    clock.now += 5
    (again,) = queue.claim()
    assert (again.tries, again.error) == (1, "talentlms-unavailable")
    queue.postpone(again, 0, "queued", "the budget is spent", counts=False)
    assert queue.claim()[0].tries == 1


def test_whoever_waits_for_the_same_reason_is_woken_at_once(orders, queue):
    for number in range(5):
        orders.receive("shop", told(order(number=f"o{number}")))
    for number, claim in enumerate(queue.claim(5)):
        queue.postpone(claim, 600, "talentlms-unavailable" if number else "shop-unavailable", "")
    assert queue.wake(["talentlms-unavailable", "talentlms-throttled"]) == 4
    assert len(queue.claim(5)) == 4


def test_an_order_can_be_made_due_by_a_person(orders, queue):
    orders.receive("shop", told(order()))
    queue.finish(queue.claim()[0], "dead", "unknown-sku", "no such product")
    assert queue.claim() == []
    assert queue.retry("shop", "1001")
    assert not queue.retry("shop", "1002")
    assert len(queue.claim()) == 1


def test_whoever_waits_longest_goes_first(orders, queue, clock):
    for number in range(4):
        orders.receive("shop", told(order(number=f"o{number}")))
        clock.now += 1
    assert [queue.claim()[0].order_id for _ in range(4)] == ["o0", "o1", "o2", "o3"]


def test_one_order_is_claimed_for_a_person_who_waits_before_its_time_and_before_all_others(orders, queue, clock):
    for number in range(3):
        orders.receive("shop", told(order(number=f"o{number}")))
        clock.now += 1
    (first,) = queue.claim()
    queue.postpone(first, 600, "talentlms-unavailable", "500")
    assert queue.claim_one("shop", "o2").order_id == "o2"
    assert queue.claim_one("shop", first.order_id).tries == 1
    assert [queue.claim_one("shop", one) for one in ("o2", first.order_id, "o4")] == [None] * 3
    assert queue.claim_one("other", "o1") is None


def test_an_order_to_which_nothing_is_left_to_do_is_claimed_by_nobody(orders, queue):
    orders.receive("shop", told(order()))
    queue.finish(queue.claim_one("shop", "1001"), "done")
    assert queue.claim_one("shop", "1001") is None


def test_of_ten_who_claim_one_order_exactly_one_has_it(orders, queue):
    orders.receive("shop", told(order()))
    assert sum(claim is not None for claim in at_once(10, lambda _: queue.claim_one("shop", "1001"))) == 1


# --- clocks that differ, or jump -------------------------------------------------------------------------------


@pytest.fixture
def host(monkeypatch):
    """Move this host's clock; another host's is where the database server's is."""
    real = time.time

    def moved(seconds):
        monkeypatch.setattr(time, "time", lambda: real() + seconds)

    return moved


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
@pytest.mark.parametrize("seconds", [HOUR, -HOUR])
def test_hosts_whose_clocks_differ_leave_each_others_orders_alone(database, host, seconds):
    orders, queue = orders_of(database), OrderQueue(database)
    for number in range(2):
        orders.receive("shop", told(order(number=f"o{number}")))
    (mine,) = queue.claim()
    host(seconds)
    (other,) = queue.claim()
    assert queue.claim() == []
    assert list(queue.renew([other])) == []
    host(0)
    assert queue.claim() == []
    assert list(queue.renew([mine, other])) == []


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
@pytest.mark.parametrize("seconds", [HOUR, -HOUR])
def test_what_a_host_makes_due_is_due_for_the_others(database, host, seconds):
    orders, queue = orders_of(database), OrderQueue(database)
    host(seconds)
    orders.receive("shop", told(order()))
    host(0)
    assert queue.next_at() <= time.time()
    (claim,) = queue.claim()
    host(seconds)
    assert queue.next_at() is None
    queue.postpone(claim, 0, "x", "")
    assert queue.next_at() <= time.time()
    host(0)
    (claim,) = queue.claim()
    host(seconds)
    queue.postpone(claim, 600, "x", "")
    assert 590 < queue.next_at() - time.time() <= 600
    host(0)
    assert 590 < queue.next_at() - time.time() <= 600
    assert queue.claim() == []
    host(seconds)
    assert queue.wake({"x"}) == 1
    host(0)
    assert len(queue.claim()) == 1


@pytest.mark.parametrize("name", ["lease_until", "due_at"])
def test_a_time_that_no_clock_can_have_meant_holds_up_nothing(orders, queue, clock, name):
    orders.receive("shop", told(order()))
    (claim,) = queue.claim()
    queue.postpone(claim, 10 * 24 * HOUR, "x", "")
    assert queue.next_at() == clock.now + HOUR
    clock.now += HOUR
    (claim,) = queue.claim()
    clock.now -= 10 * 24 * HOUR  # the clock was wrong until now
    if name == "due_at":
        queue.postpone(claim, 0, "x", "")
        clock.now -= 10 * 24 * HOUR
    assert queue.next_at() == clock.now
    assert [one.order_id for one in queue.claim()] == ["1001"]
    assert (queue.next_at(), queue.claim()) == (None, [])
