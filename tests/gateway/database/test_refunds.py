import itertools

import pytest

from gateway.database.order_listing import OrderListing
from gateway.database.order_queue import OrderQueue
from schemas.order import OrderEvent, Refund
from tests.gateway.database.orders import line, order, orders_of, told

BOUGHT = line(1, quantity=5)
SOLD = told(order(1, "paid", BOUGHT, payment="pi_1"))


@pytest.fixture
def orders(database):
    return orders_of(database)


def of(refund, key):
    return OrderEvent(key, "refund", refund=refund)


def wanted_after(orders, storefront, refunds):
    """Return how many of the line are wanted after these refunds, in this order."""
    orders.receive(storefront, SOLD)
    for number, refund in enumerate(refunds):
        assert orders.receive(storefront, of(refund, f"e{number}"))
    return orders.snapshot(storefront, "1001").wanted(BOUGHT)


@pytest.mark.parametrize(
    ("tellings", "wanted"),
    [
        ([Refund("d", "1001", None, 1), Refund("d", "1001", None, 2, is_void=True)], 5),
        ([Refund("d", "1001", None, 1, is_void=True), Refund("d", "1001", None, 2)], 0),
        ([Refund("d", "1001", None, 1), Refund("d", "1001", None, 1, is_void=True)], 5),
        ([Refund("d", "1001", (("l1", 1),), 1), Refund("d", "1001", (("l1", 2),), 2)], 3),
        ([Refund("d", "1001", (("l1", 2),), 1), Refund("d", "1001", (("l1", 1),), 2)], 4),
        ([Refund("d", "1001", (("l1", 1),), 1), Refund("d", "1001", (("l1", 2),), 1)], 3),
        ([Refund("d", "1001", (("l1", 1),), 1), Refund("d", "1001", None, 1)], 0),
        ([Refund("d", "1001", (("l1", 1),), 1), Refund("e", "1001", (("l1", 2),), 1)], 2),
        ([Refund("d", "1001", None, 1), Refund("d", "1001", None, 2, is_void=True), Refund("e", "1001", None)], 0),
    ],
)
def test_of_a_refund_the_newest_telling_counts_in_whichever_order_they_come(orders, tellings, wanted):
    arranged = list(itertools.permutations(tellings))
    assert [wanted_after(orders, f"shop-{n}", one) for n, one in enumerate(arranged)] == [wanted] * len(arranged)


def test_a_dispute_that_was_won_before_its_order_came_takes_nothing_away(orders):
    orders.receive("shop", of(Refund("d", "pi_1", None, 2, is_void=True), "won"))
    orders.receive("shop", SOLD)
    orders.receive("shop", of(Refund("d", "pi_1", None, 1), "created"))
    assert orders.snapshot("shop", "1001").wanted(BOUGHT) == 5


def test_an_order_is_looked_at_again_where_a_newer_telling_of_its_refund_came_and_nowhere_else(orders, database):
    queue = OrderQueue(database)
    looked_at = []
    orders.receive("shop", SOLD)
    for number, version in enumerate((3, 3, 2, 4)):
        orders.receive("shop", of(Refund("d", "1001", None, version), f"e{number}"))
        claims = queue.claim()
        looked_at.append(len(claims))
        for claim in claims:
            queue.finish(claim, "done")
    assert looked_at == [1, 0, 0, 1]


def test_a_refund_that_comes_to_mean_another_order_leaves_the_first(orders):
    for number in ("a", "b"):
        orders.receive("shop", told(order(1, "paid", BOUGHT, number=number)))
    for version, name in enumerate(("a", "b"), 1):
        orders.receive("shop", of(Refund("r", name, None, version), f"e{version}"))
    assert [orders.snapshot("shop", name).wanted(BOUGHT) for name in ("a", "b")] == [5, 0]


@pytest.mark.parametrize("payment", ["pi_1", "in_1"])
@pytest.mark.parametrize("is_first", [True, False])
def test_an_order_is_found_by_either_name_of_its_payment(orders, database, payment, is_first):
    sold, refund = told(order(1, "paid", BOUGHT, payment=payment)), of(Refund("r", "pi_1", None, other="in_1"), "back")
    for event in (refund, sold) if is_first else (sold, refund):
        orders.receive("shop", event)
    assert orders.snapshot("shop", "1001").wanted(BOUGHT) == 0
    story = OrderListing(database).story("shop", "1001")
    assert {event["key"] for event in story.events} == {sold.key, "back"}
    assert [row["is_void"] for row in story.refunds] == [False]


def test_an_order_without_another_payment_is_not_meant_by_a_refund_without_one(orders):
    orders.receive("shop", told(order(1, "paid", BOUGHT)))
    orders.receive("shop", of(Refund("r", "other"), "back"))
    assert orders.snapshot("shop", "1001").wanted(BOUGHT) == 5


def test_refunds_whose_order_nobody_told_of_are_listed_the_newest_first_and_void_ones_are_not(
    orders, database, monkeypatch
):
    orders.receive("shop", SOLD)
    told_of = [
        ("shop", Refund("its", "1001")),
        ("shop", Refund("its-payment", "pi_1")),
        ("shop", Refund("its-other", "pi_9", other="pi_1")),
        ("shop", Refund("of-another", "pi_2", other="in_2")),
        ("shop", Refund("in-part", "1002", (("l1", 1),))),
        ("shop", Refund("won", "pi_3", is_void=True)),
        ("other", Refund("elsewhere", "1001")),
    ]
    for number, (storefront, refund) in enumerate(told_of):
        monkeypatch.setattr("gateway.database.refunds.time.time", lambda number=number: 1_000 + number)
        orders.receive(storefront, of(refund, f"e{number}"))
    listing = OrderListing(database)
    assert [(one.storefront, one.id, one.payment, one.is_whole, one.received_at) for one in listing.unmatched()] == [
        ("other", "elsewhere", "1001", True, 1_006),
        ("shop", "in-part", "1002", False, 1_004),
        ("shop", "of-another", "pi_2", True, 1_003),
    ]
    assert [one.id for one in listing.unmatched(storefront="shop", at_most=1)] == ["in-part"]
