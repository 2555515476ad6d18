import pytest

from gateway.database.order_listing import OrderListing
from gateway.database.order_queue import OrderQueue
from schemas.order import Customer
from tests.gateway.database.orders import KIM, line, order, orders_of, refunded, told

MIA = Customer("mia@example.com", "", "Mia", "Roe")


@pytest.fixture
def orders(database):
    return orders_of(database)


@pytest.fixture
def listing(database):
    return OrderListing(database)


def test_orders_are_found_by_storefront_state_and_address(orders, listing, database):
    for number, (shop, customer) in enumerate((("shop", KIM), ("shop", MIA), ("other", KIM))):
        orders.receive(shop, told(order(number=f"o{number}", customer=customer)))
    queue = OrderQueue(database)
    queue.finish(queue.claim()[0], "dead", "unknown-sku", "no such product")
    assert {(one.storefront, one.id) for one in listing.listed()} == {("shop", "o0"), ("shop", "o1"), ("other", "o2")}
    assert {one.id for one in listing.listed(storefront="shop")} == {"o0", "o1"}
    assert {one.id for one in listing.listed(email="KIM@example.com")} == {"o0", "o2"}
    (dead,) = listing.listed(state="dead")
    assert (dead.error, dead.note, dead.due_at) == ("unknown-sku", "no such product", None)
    assert len(listing.listed(at_most=2)) == 2


def test_the_story_of_an_order_has_its_events_lines_and_refunds(orders, listing):
    orders.receive("shop", told(order(1, "paid", line(1), line(2, student=MIA), payment="pi")))
    orders.receive("shop", refunded(of="pi"))
    orders.receive("shop", told(order(number="other")))
    story = listing.story("shop", "1001")
    assert {one["key"] for one in story.events} == {"order-1001-1-paid", "refund-r1"}
    assert [(one["id"], one["sku"], one["student"]) for one in story.lines] == [
        ("l1", "SKU-INTRO", ""),
        ("l2", "SKU-INTRO", MIA.email),
    ]
    assert [one["id"] for one in story.refunds] == ["r1"]
    assert listing.story("other", "1001") is None
