import pytest
from sqlalchemy import select

from gateway.database.imported_orders import ImportedOrders
from gateway.database.order_queue import OrderQueue
from gateway.database.tables import METADATA
from tests.gateway.database.orders import erased_of, line, order, orders_of, refunded, told
from tests.gateway.threads import at_once


@pytest.fixture
def imported(database):
    return ImportedOrders(database, erased_of(database))


@pytest.fixture
def orders(database):
    return orders_of(database)


def rows(database):
    with database.reading() as connection:
        return {table.name: connection.execute(select(table)).all() for table in METADATA.sorted_tables}


def test_what_is_not_on_record_is_committed_and_due(imported, orders, database):
    assert imported.take("shop", told(order(5)))
    assert orders.snapshot("shop", "1001").order == order(5)
    assert [claim.order_id for claim in OrderQueue(database).claim(9)] == ["1001"]
    assert (imported.version("shop", "1001"), imported.version("shop", "1002")) == (5, None)


@pytest.mark.parametrize(
    "event",
    [
        told(order(5), key="the same, by another key"),
        told(order(4)),
        told(order(5, "unpaid")),
        refunded("r1"),
        told(order(5)),
    ],
)
def test_what_is_on_record_leaves_no_row(imported, orders, database, event):
    orders.receive("shop", told(order(5)))
    orders.receive("shop", refunded("r1"))
    before = rows(database)
    assert not imported.take("shop", event)
    assert rows(database) == before


@pytest.mark.parametrize(
    "event",
    [
        told(order(6)),
        told(order(5, "refunded")),
        told(order(5, "paid", line(current=0)), key="less"),
        refunded("r2"),
        refunded("r2", of="another order"),
        told(order(1, number="1002")),
    ],
)
def test_what_changes_something_is_committed_unless_it_is_rehearsed(imported, orders, database, event):
    orders.receive("shop", told(order(5)))
    orders.receive("shop", refunded("r1"))
    before = rows(database)
    assert imported.take("shop", event, rehearse=True)
    assert rows(database) == before
    assert imported.take("shop", event)
    assert rows(database) != before
    assert not imported.take("shop", event)


def test_a_payment_that_is_told_of_after_the_cancellation_counts(imported, orders):
    orders.receive("shop", told(order(5, "cancelled")))
    assert imported.take("shop", told(order(4)))
    snapshot = orders.snapshot("shop", "1001")
    assert (snapshot.order.status, snapshot.was_paid) == ("cancelled", True)


def test_of_many_that_import_the_same_at_once_one_takes_it(imported, orders):
    taken = at_once(6, lambda number: imported.take("shop", told(order(5), key=f"{number}")))
    assert sorted(map(bool, taken)) == [False] * 5 + [True]
    assert orders.snapshot("shop", "1001").revision == 1
