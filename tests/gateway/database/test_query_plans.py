"""What is asked with each webhook, and for each order that is due, is found by an index, however many orders there are."""

import re

import pytest
from sqlalchemy import event

from bench import order_rows
from bench.shop import STOREFRONT, order_id
from gateway.database.entitlements import Entitlements
from gateway.database.order_queue import OrderQueue
from tests.gateway.database.orders import order, orders_of, refunded, told

NUMBER = 3000
WHOLE_TABLE = re.compile(
    r"Seq Scan on (?:orders|order_events|order_lines|entitlements|order_calls)\b|\bSCAN (?!CONSTANT ROW)"
)


@pytest.fixture
def whole_tables(database):
    """Return a function that takes a step and returns the statements that go through a whole table, with their plans."""
    order_rows.fill(database, NUMBER, NUMBER // 10)

    def found(step):
        statements = []
        event.listen(database.engine, "before_cursor_execute", lambda *given: statements.append(given[2:4]))
        step()
        asked = [one for one in statements if re.match(r"SELECT|UPDATE|DELETE", one[0])]
        assert asked
        plans = {statement: plan(database, statement, parameters) for statement, parameters in asked}
        return {statement: told for statement, told in plans.items() if WHOLE_TABLE.search(told)}

    return found


def plan(database, statement, parameters):
    explain = "EXPLAIN QUERY PLAN" if database.engine.dialect.name == "sqlite" else "EXPLAIN"
    with database.reading() as connection:
        rows = connection.exec_driver_sql(f"{explain} {statement}", parameters)
        return "\n".join(str(tuple(row)) for row in rows)


def test_a_whole_table_is_told(database, whole_tables):
    def by_name():
        with database.reading() as connection:
            connection.exec_driver_sql("SELECT * FROM orders WHERE first_name = 'Kim'").all()

    assert len(whole_tables(by_name)) == 1


@pytest.mark.parametrize(
    "event",
    [
        told(order(number="new")),
        told(order(2, number=str(order_id(7)))),
        refunded(of=str(order_id(8))),
        refunded(of="nobody's"),
    ],
    ids=["new", "another version", "refund", "refund before its order"],
)
def test_a_webhook_goes_through_no_table(database, whole_tables, event):
    orders = orders_of(database)
    assert whole_tables(lambda: orders.receive(STOREFRONT, event)) == {}
    assert whole_tables(lambda: orders.receive(STOREFRONT, event)) == {}


def test_a_worker_goes_through_no_table(database, whole_tables):
    queue = OrderQueue(database)
    assert whole_tables(queue.next_at) == {}
    assert whole_tables(queue.claim) == {}
    claims = [*queue.claim(16), queue.claim_one(STOREFRONT, str(order_id(NUMBER)))]
    assert whole_tables(lambda: queue.renew(claims)) == {}
    assert whole_tables(lambda: queue.postpone(claims[0], 60, "unavailable", "")) == {}
    assert whole_tables(lambda: queue.finish(claims[1], "done")) == {}
    assert whole_tables(lambda: queue.wake(["unavailable"])) == {}


def test_fulfilling_an_order_goes_through_no_table(database, whole_tables):
    orders, entitlements, name = orders_of(database), Entitlements(database), str(order_id(7))
    assert whole_tables(lambda: orders.snapshot(STOREFRONT, name)) == {}
    assert whole_tables(lambda: orders.note_lines(STOREFRONT, name, {"7": ("unknown-sku", "")})) == {}
    (one,) = entitlements.of_order(STOREFRONT, name)
    assert whole_tables(lambda: entitlements.of_order(STOREFRONT, name)) == {}
    assert whole_tables(lambda: entitlements.now(one)) == {}
    assert whole_tables(lambda: entitlements.of_target(one.user_id, "course", one.target)) == {}
    assert whole_tables(lambda: entitlements.of_course([one.person], one.user_id, one.target)) == {}
    assert whole_tables(lambda: entitlements.called(one, "enrol", "success")) == {}
