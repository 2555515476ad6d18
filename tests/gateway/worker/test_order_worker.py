import io
import json
import threading
import time

import pytest

from gateway import context, log
from gateway.admission import Lane
from gateway.database import due_rows
from gateway.database.due_rows import LEASE_SECONDS
from gateway.errors import ShopUnavailable, Unavailable
from gateway.flows.fulfilment import Result
from gateway.worker import due_worker
from gateway.worker.leases import LeaseLost
from tests.gateway.database.clock import Clock
from tests.gateway.flows.selling import line
from tests.patience import PATIENT_SECONDS, wait_until

ORDERS = [f"o{number}" for number in range(6)]


@pytest.fixture
def logged(own_log_handlers):
    stream = io.StringIO()
    log.configure("info", stream)
    return lambda event: [
        one for one in map(json.loads, stream.getvalue().splitlines()) if one["event"] == event
    ]  # fmt: skip


@pytest.fixture
def at_once(monkeypatch):
    """Whatever is postponed is due again at once."""
    monkeypatch.setattr(due_worker, "pause", lambda _tries: 0.0)
    monkeypatch.setattr(due_worker, "LOOK_SECONDS", 0.05)


class Doing:
    """Stands where orders are fulfilled, and does something else."""

    def __init__(self, do):
        self.do, self.seen = do, []

    def fulfil(self, storefront, order_id, check):
        self.seen.append(order_id)
        self.do(order_id, check)
        return Result("done")


def test_orders_are_fulfilled_as_they_are_told_of(shop, worker, at_once):
    worker().start()
    for order in ORDERS:
        shop.tells(line(), order=order)
    wait_until(lambda: [shop.ledger(order) for order in ORDERS] == [{("l1", 12): "given"}] * 6)
    wait_until(lambda: shop.queue.next_at() is None)


def test_an_order_is_looked_at_in_the_lane_of_purchases_and_nobody_waits_for_it(shop, worker):
    works = []
    shop.tells(line())
    worker(Doing(lambda *_: works.append(context.current()))).work_off()
    (work,) = works
    assert (work.entry.lane, work.deadline, work.reference != "-") == (Lane.PURCHASE, None, True)
    assert context.current().reference == "-"


def test_a_fault_that_passes_by_is_tried_again_until_all_is_done(shop, worker, portal, at_once, logged):
    portal.control.fault(kind="status", status=500, times=9)
    for order in ORDERS:
        shop.tells(line(), order=order)
    worker().start()
    wait_until(lambda: [shop.ledger(order) for order in ORDERS] == [{("l1", 12): "given"}] * 6)
    assert {one["why"] for one in logged("order.postponed")} == {"talentlms-unavailable"}


def test_a_fault_of_ours_in_one_order_leaves_the_others_alone(shop, worker, logged, monkeypatch):
    monkeypatch.setattr(due_worker, "pause", lambda _tries: 600.0)  # none is due again before the test ends

    def faulty(order_id, _check):
        if order_id == "o0":
            raise ZeroDivisionError

    for order in ORDERS:
        shop.tells(line(), order=order)
    doing = Doing(faulty)
    order_of_looks = worker(doing).work_off()
    assert (order_of_looks, sorted(doing.seen)) == (6, ORDERS)
    (told,) = logged("order.unforeseen")
    assert (told["order"], "ZeroDivisionError" in told["traceback"]) == ("o0", True)
    assert shop.queue.next_at() is not None


def test_a_worker_that_stops_ends_what_is_under_way_and_lets_go_of_it(shop, worker):
    def slow(_order_id, check):
        while True:
            time.sleep(0.01)
            check()

    shop.tells(line())
    doing = Doing(slow)
    one = worker(doing)
    one.start()
    wait_until(lambda: doing.seen)
    one.stop(PATIENT_SECONDS)
    (claim,) = shop.queue.claim()
    assert (claim.order_id, claim.tries) == ("1001", 0)


def test_a_worker_that_stops_lets_go_of_what_it_has_claimed_and_not_begun(shop, worker, monkeypatch):
    def late(wanted):
        claims = claim(wanted)
        assert one._ended.wait(PATIENT_SECONDS)
        return claims

    def slow(_order_id, check):
        time.sleep(0.3)
        check()

    shop.tells(line())
    claim, one = shop.queue.claim, worker(Doing(slow))
    with monkeypatch.context() as patched:
        patched.setattr(shop.queue, "claim", late)
        one.start()
        wait_until(lambda: shop.queue.next_at() is None)
        one.stop(PATIENT_SECONDS)
    (claimed,) = shop.queue.claim()
    assert (claimed.order_id, claimed.tries) == ("1001", 0)


def test_an_order_whose_lease_was_lost_is_not_touched_any_more(shop, worker, monkeypatch):
    clock = Clock(monkeypatch, due_rows)

    def long(_order_id, check):
        clock.now += LEASE_SECONDS
        (other,) = shop.queue.claim()
        one._leases.renew()
        with pytest.raises(LeaseLost):
            check()
        shop.queue.finish(other, "dead", "as the other says")
        raise LeaseLost

    shop.tells(line())
    one = worker(Doing(long))
    one.work_off()
    assert shop.queue.claim() == []


def test_talentlms_is_away_for_an_hour_and_all_that_waits_runs_once_it_is_back(
    shop, worker, portal, monkeypatch, logged
):
    clock = Clock(monkeypatch, due_rows)
    monkeypatch.setattr("gateway.talentlms.breaker.FAILURES", 10**9)
    for order in ORDERS:
        shop.tells(line(), order=order)
    one = worker()
    portal.control.fault(kind="status", status=503, times=10**6)
    for _ in range(180):
        one.work_off()
        clock.now += 20
    pauses = {
        order: [told["seconds"] for told in logged("order.postponed") if told["order"] == order] for order in ORDERS
    }
    assert all(row[0] <= 5 and max(row) <= 600 and 8 <= len(row) < 60 for row in pauses.values())
    portal.control.clear_faults()
    while not one.work_off():
        clock.now += 10
    assert [shop.ledger(order) for order in ORDERS] == [{("l1", 12): "given"}] * 6
    assert shop.queue.next_at() is None


@pytest.mark.parametrize(("apart", "begun"), [(0.0, 3), (3600.0, 1), (0.01, 3)])
def test_orders_begin_a_while_apart(shop, worker, apart, begun):
    for order in ("1001", "1002", "1003"):
        shop.tells(line(), order=order)
    doing = Doing(lambda *_: None)
    one = worker(doing, apart=apart)
    one.start()
    wait_until(lambda: len(doing.seen) == begun)
    one.stop(PATIENT_SECONDS)
    assert len(shop.queue.claim(9)) == 3 - begun


class Failing:
    """Raises what nobody expects, so many times; then does what it stands for."""

    def __init__(self, does, times):
        self.does, self.left = does, times

    def __call__(self, *args, **named):
        self.left -= 1
        if self.left >= 0:
            raise ZeroDivisionError
        return self.does(*args, **named)


@pytest.mark.parametrize("part", ["next_at", "claim", "finish"])
def test_a_fault_of_ours_in_the_worker_itself_does_not_end_it(shop, worker, at_once, logged, monkeypatch, part):
    monkeypatch.setattr(due_rows, "LEASE_SECONDS", 1)
    monkeypatch.setattr(shop.queue, part, Failing(getattr(shop.queue, part), 2))
    shop.tells(line())
    worker().start()
    wait_until(lambda: shop.ledger() == {("l1", 12): "given"})
    wait_until(lambda: len(logged("orders.unforeseen")) == 2)
    assert all("ZeroDivisionError" in told["traceback"] for told in logged("orders.unforeseen"))
    wait_until(lambda: shop.listing.listed(state="done"))


def test_a_fault_of_ours_in_renewing_leases_does_not_end_that(shop, worker, monkeypatch, logged):
    monkeypatch.setattr(due_worker, "LEASE_SECONDS", 0.1)
    one = worker()
    monkeypatch.setattr(one._leases, "renew", Failing(one._leases.renew, 2))
    one.start()
    wait_until(lambda: one._leases.renew.left < -1)
    assert len(logged("orders.unforeseen")) == 2


def test_an_order_for_which_there_is_no_thread_is_let_go(shop, worker, monkeypatch):
    monkeypatch.setattr(threading.Thread, "start", Failing(None, 10**9))
    shop.tells(line())
    one = worker()
    with pytest.raises(ZeroDivisionError):
        one._look()
    assert len(one._leases) == 0


def test_what_keeps_failing_of_one_order_is_no_outage(shop, worker, portal, monkeypatch, logged):
    monkeypatch.setattr(due_worker, "pause", lambda _tries: 600.0)
    shop.tells(line(1), line(2, "SKU-LAW"), order="o0")
    portal.control.fault("addusertocourse", kind="html", times=1)
    one = worker()
    one.work_off()
    assert not one._is_outage
    assert shop.ledger("o0") == {("l1", 12): "wanted", ("l2", 34): "given"}
    (told,) = logged("order.postponed")
    assert (told["order"], told["why"], told["tries"]) == ("o0", "talentlms-misunderstood", 1)
    (waiting,) = shop.listing.listed(state="waiting")
    assert (waiting.error, waiting.tries) == ("talentlms-misunderstood", 1)


@pytest.fixture
def bad(shop):
    """Fulfil orders, but for one that TalentLMS does not answer."""

    def do(order_id, check):
        if order_id == "bad":
            raise Unavailable
        shop.fulfils(order_id, check)

    return Doing(do)


def test_an_order_that_talentlms_does_not_answer_while_it_answers_others_is_no_outage_and_waits_by_itself(
    shop, worker, bad, monkeypatch
):
    monkeypatch.setattr(due_worker, "pause", lambda _tries: 600.0)
    one = worker(bad)
    for order in ("bad", *ORDERS):
        shop.tells(line(), order=order)
        one.work_off()
    assert bad.seen == ["bad", "o0", "bad", *ORDERS[1:]]
    assert not one._is_outage
    (waiting,) = shop.listing.listed(state="waiting")
    assert (waiting.id, waiting.error, waiting.tries) == ("bad", "talentlms-unavailable", 2)


def test_others_go_on_several_at_a_time_while_one_is_not_answered_over_and_over(shop, worker, bad, at_once):
    shop.tells(line(), order="bad")
    shop.tells(line(), order="o0")
    one, all_at_once = worker(bad), threading.Barrier(3)
    fulfil = bad.do

    def do(order_id, check):
        if order_id in ("o1", "o2", "o3"):
            all_at_once.wait(PATIENT_SECONDS)
        fulfil(order_id, check)

    one.start()
    wait_until(lambda: bad.seen.count("bad") >= 3 and "o0" in bad.seen)
    bad.do = do
    for order in ("o1", "o2", "o3"):
        shop.tells(line(), order=order)
    wait_until(lambda: [shop.ledger(order) for order in ("o1", "o2", "o3")] == [{("l1", 12): "given"}] * 3)


def test_what_is_the_rows_own_fault_is_told_from_an_outage_that_begins_later(shop, worker, bad, monkeypatch):
    monkeypatch.setattr(due_worker, "pause", lambda _tries: 600.0)
    one = worker(bad)
    for order in ("bad", "o0", "o1"):
        shop.tells(line(), order=order)
        one.work_off()
    fulfil, bad.do = bad.do, lambda *_: (_ for _ in ()).throw(Unavailable())
    shop.tells(line(), order="o2")
    one.work_off()
    assert one._is_outage
    bad.do = fulfil
    shop.tells(line(), order="o3")
    one.work_off()
    assert not one._is_outage
    assert shop.ledger("o2") == {("l1", 12): "given"}


def test_what_keeps_failing_of_one_order_is_tried_again_later_and_not_at_once(shop, worker, portal, monkeypatch):
    monkeypatch.setattr(due_worker, "pause", lambda _tries: 600.0)
    one = worker()
    shop.tells(line(1), line(2, "SKU-LAW"), order="o0")
    for tries in (1, 2, 3):
        portal.control.fault("addusertocourse", kind="html", times=1)
        assert one.work_off() == 1
        (waiting,) = shop.listing.listed(state="waiting")
        assert waiting.tries == tries
        shop.queue.wake([waiting.error])


def test_an_answer_of_talentlms_ends_an_outage_and_nothing_else_does(shop, worker, portal, monkeypatch):
    monkeypatch.setattr(due_worker, "pause", lambda _tries: 600.0)
    shop.tells(line(), order="o0")
    portal.control.fault(kind="status", status=503, times=10**6)
    one = worker()
    one.work_off()
    assert one._is_outage
    shop.tells(line(), order="o1", status="unpaid")  # needs no call
    shop.tells(line(1, "T-SHIRT"), order="o2")
    one.work_off()
    assert one._is_outage
    (waiting,) = shop.listing.listed(state="waiting")
    assert (waiting.error, waiting.tries) == ("talentlms-unavailable", 1)
    portal.control.clear_faults()
    shop.tells(line(), order="o3")
    one.work_off()
    assert not one._is_outage
    assert shop.ledger("o0") == {("l1", 12): "given"}


def test_a_fault_before_any_call_does_not_end_an_outage(shop, worker, portal, monkeypatch):
    monkeypatch.setattr(due_worker, "pause", lambda _tries: 600.0)
    shop.tells(line(), order="o0")
    portal.control.fault(kind="status", status=503, times=10**6)
    one = worker()
    one.work_off()

    def away(*_):
        raise ShopUnavailable

    one._fulfilment = Doing(away)
    shop.tells(line(), order="o1")
    one.work_off()
    assert one._is_outage
