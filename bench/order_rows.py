"""Orders on record, written by the thousand: the rows that webhooks and the worker leave behind."""

import time
from typing import Any

import sqlalchemy
from sqlalchemy import BigInteger, Text, case, cast, func, insert, literal, select, text, true, update
from sqlalchemy.sql.elements import ColumnElement

from bench.shop import PRODUCT, STOREFRONT, order_id
from gateway.database.connection import Database
from gateway.database.tables import ENTITLEMENTS, ORDER_CALLS, ORDER_EVENTS, ORDER_LINES, ORDERS

AT_ONCE = 5_000
"""How many orders a statement writes, so that each is over in time."""
APART_SECONDS = 60
_SKU, _COURSE = PRODUCT.sku, PRODUCT.course

Values = dict[str, Any]


def fill(database: Database, number: int, due: int, first: int = 1) -> None:
    """Write orders of one line, a minute apart: the newest are due, of the others all is done.

    Args:
        database: with tables.
        number: how many orders.
        due: how many of them are due now.
        first: the number of the first; each is of the customer ``person.<number>``, as ``bench.people`` has them.
    """
    last = first + number - 1
    for begin in range(first, last + 1, AT_ONCE):
        with database.transaction() as connection:
            _write(connection, begin, min(begin + AT_ONCE - 1, last), last, last - due)
    if database.engine.dialect.name == "postgresql":
        with database.transaction() as connection:
            connection.execute(text("ANALYZE"))  # it does that by itself within a minute


def make_due(database: Database, *, is_due: bool) -> None:
    """Let all orders that wait be due now, or not at all."""
    due_at = int(time.time()) if is_due else None
    with database.transaction() as connection:
        connection.execute(update(ORDERS).where(ORDERS.c.state == "waiting").values(due_at=due_at))


def count(database: Database, state: str) -> int:
    """Return how many orders are in a state."""
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(ORDERS).where(ORDERS.c.state == state)).scalar_one()


def _write(connection: sqlalchemy.Connection, begin: int, end: int, last: int, last_done: int) -> None:
    numbers = select(literal(begin, BigInteger).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < end))
    number, now = numbers.c.n, int(time.time())
    name = cast(literal(order_id(0), BigInteger) + number, Text)
    at = literal(now, BigInteger) - (literal(last, BigInteger) - number) * APART_SECONDS
    is_done = number <= last_done
    person = _digest(connection, number)
    line: Values = {"storefront": STOREFRONT, "order_id": name, "line_id": cast(number, Text)}
    enrolled = literal("enrol user ", Text) + cast(number, Text) + literal(f" in course {_COURSE}", Text)
    event: Values = {
        "storefront": STOREFRONT,
        "order_id": name,
        "key": _digest(connection, -number),
        "topic": "orders/paid",
    }
    call: Values = {"storefront": STOREFRONT, "order_id": name, "call": enrolled, "outcome": "success", "times": 1}
    rows: list[tuple[sqlalchemy.Table, Values, ColumnElement[bool]]] = [
        (ORDERS, _order(number, name, person, at, is_done), true()),
        (ORDER_EVENTS, event | {"received_at": at}, true()),
        (ORDER_LINES, line | _line(), true()),
        (ENTITLEMENTS, line | _entitlement(number, person, at), is_done),
        (ORDER_CALLS, call | {"last_at": at}, is_done),
    ]
    for table, values, which in rows:
        _insert(connection, table, values, numbers, which)


def _order(
    number: ColumnElement[int],
    name: ColumnElement[str],
    person: ColumnElement[str],
    at: ColumnElement[int],
    is_done: ColumnElement[bool],
) -> Values:
    told: Values = {"payment": "", "version": at * 1_000_000, "status": "paid", "was_paid": True, "is_test": False}
    customer: Values = {"person": person, "customer_id": cast(number, Text), "first_name": "Kim", "last_name": "Lee"}
    kept: Values = {"has_lines": True, "is_forgotten": False, "received_at": at, "updated_at": at, "revision": 1}
    queued: Values = {"due_at": case((is_done, None), else_=at), "tries": 0, "lease": "", "lease_until": 0}
    return {
        "storefront": STOREFRONT,
        "id": name,
        "number": literal("#", Text) + cast(number, Text),
        "email": literal("person.", Text) + cast(number, Text) + literal("@example.com", Text),
        "state": case((is_done, "done"), else_="waiting"),
        **(told | customer | kept | queued | _no_fault()),
    }


def _line() -> Values:
    student = dict.fromkeys(("student_email", "student_first_name", "student_last_name"), "")
    return {"position": 0, "sku": _SKU, "quantity": 1, "current": 1, "has_student": False, **student} | _no_fault()


def _entitlement(number: ColumnElement[int], person: ColumnElement[str], at: ColumnElement[int]) -> Values:
    target = {"seat": 1, "kind": "course", "target": _COURSE, "group_key": ""}
    given = {"person": person, "user_id": number, "state": "given", "tried_at": at, "ours": True, "updated_at": at}
    return target | given | _no_fault()


def _no_fault() -> Values:
    return {"error": "", "note": ""}


def _digest(connection: sqlalchemy.Connection, number: ColumnElement[int]) -> ColumnElement[str]:
    """Return 32 hexadecimal digits in no order, as keys of people and events are."""
    if connection.dialect.name == "postgresql":
        return func.md5(cast(number, Text))
    return func.lower(func.hex(func.randomblob(16)))


def _insert(
    connection: sqlalchemy.Connection,
    table: sqlalchemy.Table,
    values: Values,
    numbers: sqlalchemy.CTE,
    which: ColumnElement[bool],
) -> None:
    columns = [cast(values[column.name], column.type).label(column.name) for column in table.columns]
    rows = select(*columns).select_from(numbers).where(which)
    connection.execute(insert(table).from_select([column.name for column in table.columns], rows))
