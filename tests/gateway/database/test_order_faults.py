import pytest

from gateway.database import order_faults
from gateway.database.order_faults import Fault, OrderFaults, Place
from gateway.database.order_queue import OrderQueue
from tests.gateway.database.clock import Clock

WHOLE, LINE, SEAT = Place(), Place("l1"), Place("l1", 2)


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch, order_faults)


@pytest.fixture
def faults(database, clock):
    return OrderFaults(database)


def test_a_fault_is_counted_from_the_first_time_on_until_it_is_over(faults, clock):
    began = clock.now
    assert faults.met("shop", "1001", [LINE]) == {LINE: Fault(1, began)}
    clock.now += 60
    assert faults.met("shop", "1001", [LINE, SEAT]) == {LINE: Fault(2, began), SEAT: Fault(1, clock.now)}
    assert faults.met("shop", "1001", [SEAT, WHOLE]) == {SEAT: Fault(2, clock.now), WHOLE: Fault(1, clock.now)}
    assert faults.met("shop", "1001", []) == {}
    assert faults.met("shop", "1001", [LINE]) == {LINE: Fault(1, clock.now)}


def test_orders_and_storefronts_are_kept_apart(faults, clock):
    faults.met("shop", "1001", [LINE])
    for storefront, order in (("shop", "1002"), ("other", "1001")):
        assert faults.met(storefront, order, [LINE]) == {LINE: Fault(1, clock.now)}
        assert faults.met(storefront, order, []) == {}
    assert faults.met("shop", "1001", [LINE]) == {LINE: Fault(2, clock.now)}


def test_a_person_who_has_an_order_tried_again_has_it_counted_anew(faults, clock, database):
    for order in ("1001", "1002"):
        faults.met("shop", order, [LINE, SEAT])
    OrderQueue(database).retry("shop", "1001")
    assert faults.met("shop", "1001", [LINE]) == {LINE: Fault(1, clock.now)}
    assert faults.met("shop", "1002", [LINE]) == {LINE: Fault(2, clock.now)}
