import itertools
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from gateway.database.order_queue import OrderQueue
from gateway.database.tables import ORDER_EVENTS, ORDER_REFUNDS
from schemas.order import Customer
from tests.gateway.database.orders import KIM, line, order, orders_of, refunded, told
from tests.gateway.threads import at_once


@pytest.fixture
def orders(database):
    return orders_of(database)


@pytest.fixture
def queue(database):
    return OrderQueue(database)


def count(database, table):
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar()


def test_an_order_comes_back_as_it_was_told(orders):
    student = Customer("mia@example.com", "", "Mia", "Roe")
    sold = order(7, "paid", line(1), line(2, "SKU-ALL", 5, 4, student), payment="pi_1", is_test=True)
    assert orders.snapshot("shop", "1001") is None
    assert orders.receive("shop", told(sold))
    assert orders.snapshot("shop", "1001").order == sold


def test_an_order_of_another_storefront_is_another_order(orders):
    orders.receive("shop", told(order()))
    assert orders.snapshot("other", "1001") is None
    assert orders.receive("other", told(order(2, "refunded")))
    assert orders.snapshot("shop", "1001").order.status == "paid"


def test_an_event_counts_once_however_often_it_is_delivered(orders, queue, database):
    assert orders.receive("shop", told(order()))
    (claim,) = queue.claim()
    queue.finish(claim, "done")
    assert [orders.receive("shop", told(order())) for _ in range(3)] == [False] * 3
    assert count(database, ORDER_EVENTS) == 1
    assert queue.claim() == []


def test_of_twenty_deliveries_at_once_exactly_one_counts(orders, database):
    won = at_once(20, lambda _: orders.receive("shop", told(order())))
    assert sorted(won) == [False] * 19 + [True]
    assert count(database, ORDER_EVENTS) == 1


def test_an_older_snapshot_changes_nothing(orders, queue):
    orders.receive("shop", told(order(5, "refunded")))
    (claim,) = queue.claim()
    queue.finish(claim, "done")
    assert orders.receive("shop", told(order(4, "paid")))
    assert orders.snapshot("shop", "1001").order.status == "refunded"
    assert queue.claim() == []


def test_whatever_the_order_of_its_events_an_order_ends_the_same(orders):
    events = [
        told(order(1, "unpaid", payment="pi")),
        told(order(2, "paid", line(1, quantity=3), line(2), payment="pi")),
        told(order(2, "unpaid", payment="pi"), "same version"),
        refunded("r1", "pi", (("l1", 1),)),
        refunded("r2", "1001", (("l1", 1),)),
    ]
    seen = set()
    for number, arranged in enumerate(itertools.permutations(events)):
        for event in arranged:
            orders.receive(f"shop-{number}", event)
        snapshot = orders.snapshot(f"shop-{number}", "1001")
        seen.add((snapshot.order, snapshot.refunds))
    ((sold, refunds),) = seen
    assert (sold.version, sold.status) == (2, "paid")
    assert [refund.id for refund in refunds] == ["r1", "r2"]


def test_what_comes_to_an_order_that_was_paid_is_not_paid_whatever_the_order_of_its_events(orders):
    events = [
        told(order(1, "unpaid", line(1), line(2, quantity=3))),
        told(order(2, "paid", line(1), line(2, quantity=3))),
        told(order(3, "partly_paid", line(1, current=0), line(2, quantity=5), line(3))),
        refunded("r1", "1001", (("l2", 1),)),
    ]
    seen = set()
    for number, arranged in enumerate(itertools.permutations(events)):
        for event in arranged:
            orders.receive(f"shop-{number}", event)
        snapshot = orders.snapshot(f"shop-{number}", "1001")
        seen.add((snapshot.order, snapshot.was_paid, tuple(map(snapshot.wanted, snapshot.order.lines))))
    ((sold, was_paid, wanted),) = seen
    assert (sold.version, sold.status, was_paid, wanted) == (3, "partly_paid", True, (0, 2, 0))
    assert not snapshot.is_given_back(sold.lines[1])
    orders.receive("shop-0", told(order(4, "paid", line(1, current=0), line(2, quantity=5), line(3))))
    snapshot = orders.snapshot("shop-0", "1001")
    assert list(map(snapshot.wanted, snapshot.order.lines)) == [0, 4, 1]


def test_of_an_order_that_was_never_wholly_paid_nothing_is(orders):
    orders.receive("shop", told(order(1, "partly_paid", line(1))))
    orders.receive("shop", told(order(2, "partly_paid", line(1), line(2))))
    snapshot = orders.snapshot("shop", "1001")
    assert [(snapshot.wanted(one), snapshot.is_given_back(one)) for one in snapshot.order.lines] == [(0, False)] * 2
    orders.receive("shop", told(order(3, "paid", line(1), line(2))))
    snapshot = orders.snapshot("shop", "1001")
    assert list(map(snapshot.wanted, snapshot.order.lines)) == [1, 1]


def test_of_two_snapshots_of_one_version_that_say_equally_much_the_one_that_came_last_counts(orders, queue):
    corrected = replace(KIM, email="kim.lee@example.com")
    looked_at = []
    for number, customer in enumerate((KIM, corrected, corrected, KIM)):
        orders.receive("shop", told(order(1, customer=customer), f"e{number}"))
        claims = queue.claim()
        looked_at.append(len(claims))
        for claim in claims:
            queue.finish(claim, "done")
    assert orders.snapshot("shop", "1001").order.customer == KIM
    assert looked_at == [1, 1, 0, 1]
    orders.receive("shop", told(order(1, "cancelled"), "ended"))
    orders.receive("shop", told(order(1, customer=corrected), "late"))
    assert orders.snapshot("shop", "1001").order.status == "cancelled"


def test_an_order_and_its_refund_that_arrive_at_once_see_each_other(orders, queue):
    for number in range(10):
        sold = order(number=f"o{number}", payment=f"pi{number}")
        events = [told(sold), refunded(f"r{number}", f"pi{number}")]
        at_once(2, lambda index, events=events: orders.receive("shop", events[index]))
        snapshot = orders.snapshot("shop", f"o{number}")
        assert len(snapshot.refunds) == 1
        assert queue.claim(100)[-1].revision == snapshot.revision


def test_a_refund_told_twice_counts_once(orders, database):
    orders.receive("shop", refunded())
    orders.receive("shop", replace(refunded(), key="again"))
    assert count(database, ORDER_REFUNDS) == 1


@pytest.mark.parametrize(
    ("status", "current", "refunds", "wanted"),
    [
        ("paid", 5, (), 5),
        ("paid", 3, (), 3),
        ("paid", 5, ((("l1", 1),), (("l1", 2),)), 2),
        ("paid", 3, ((("l1", 2),),), 3),  # told both ways, counted once
        ("paid", 5, ((("l2", 1),),), 5),
        ("paid", 5, ((("l1", 9),),), 0),
        ("paid", 5, (None,), 0),
        ("unpaid", 5, (), 0),
        ("refunded", 5, (), 0),
        ("cancelled", 5, (), 0),
        ("disputed", 5, (), 0),
    ],
)
def test_how_many_of_a_line_are_wanted(orders, status, current, refunds, wanted):
    bought = line(1, quantity=5, current=current)
    orders.receive("shop", told(order(1, status, bought, line(2))))
    for number, lines in enumerate(refunds):
        orders.receive("shop", refunded(f"r{number}", lines=lines))
    assert orders.snapshot("shop", "1001").wanted(bought) == wanted


def test_an_order_without_lines_waits_for_those_that_the_shop_is_asked_for(orders):
    sold = replace(order(), lines=None)
    orders.receive("shop", told(sold))
    snapshot = orders.snapshot("shop", "1001")
    assert snapshot.order.lines is None
    lines = (line(1), line(2))
    assert orders.put_lines(snapshot, lines).order.lines == lines
    assert orders.snapshot("shop", "1001").order.lines == lines


def test_lines_of_the_shop_are_not_written_over_a_newer_snapshot(orders):
    orders.receive("shop", told(replace(order(1), lines=None)))
    snapshot = orders.snapshot("shop", "1001")
    orders.receive("shop", told(replace(order(2), lines=None)))
    orders.put_lines(snapshot, (line(1),))
    assert orders.snapshot("shop", "1001").order.lines is None


def test_a_guest_without_an_address_is_nobody(orders, database):
    orders.receive("shop", told(order(customer=Customer(""))))
    assert orders.snapshot("shop", "1001").order.customer == Customer("")
    orders.receive("shop", told(order(2, customer=KIM)))
    assert orders.snapshot("shop", "1001").order.customer == KIM
