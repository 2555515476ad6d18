import pytest
from sqlalchemy import func, select

from bench import order_rows, shop
from gateway.database.order_listing import OrderListing
from gateway.database.order_queue import OrderQueue
from gateway.database.tables import ENTITLEMENTS, ORDER_CALLS, ORDER_EVENTS, ORDER_LINES, ORDERS
from tests.gateway.database.conftest import database, database_url, kind, opened  # noqa: F401
from tests.gateway.database.orders import orders_of


@pytest.fixture
def filled(database, monkeypatch):  # noqa: F811
    monkeypatch.setattr(order_rows, "AT_ONCE", 7)
    order_rows.fill(database, 20, 3, first=101)
    return database


def test_so_many_orders_are_there_with_all_that_belongs_to_them(filled):
    with filled.reading() as connection:
        numbers = [
            connection.execute(select(func.count()).select_from(table)).scalar()
            for table in (ORDERS, ORDER_EVENTS, ORDER_LINES, ENTITLEMENTS, ORDER_CALLS)
        ]
    assert numbers == [20, 20, 20, 17, 17]
    assert [order_rows.count(filled, state) for state in ("waiting", "done", "dead")] == [3, 17, 0]


def test_an_order_is_one_that_the_shop_could_have_told_of(filled):
    snapshot = orders_of(filled).snapshot(shop.STOREFRONT, str(shop.order_id(101)))
    (line,) = snapshot.order.lines
    assert (snapshot.order.customer.email, line.sku, snapshot.wanted(line)) == (
        "person.101@example.com",
        shop.PRODUCT.sku,
        1,
    )
    assert [one.id for one in OrderListing(filled).listed(state="waiting")] == [
        str(shop.order_id(number)) for number in (120, 119, 118)
    ]


def test_the_newest_are_due_the_oldest_of_them_first(filled):
    queue = OrderQueue(filled)
    assert [claim.order_id for claim in queue.claim(9)] == [str(shop.order_id(number)) for number in (118, 119, 120)]


def test_what_waits_is_due_or_is_not(filled):
    order_rows.make_due(filled, is_due=False)
    assert OrderQueue(filled).next_at() is None
    order_rows.make_due(filled, is_due=True)
    assert len(OrderQueue(filled).claim(9)) == 3
