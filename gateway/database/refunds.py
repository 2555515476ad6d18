"""Refunds: what storefronts told of them, brought down to the newest telling of each; its order need not be here.

Refunds of one id are tellings of one: the larger version counts. So the same refunds lead to the same rows in whichever
order they come, and a dispute that was won stays won.
"""

import time
from collections.abc import Iterator
from typing import Any

import sqlalchemy
from sqlalchemy import and_, delete, insert, or_, select

from gateway.database.tables import ORDER_REFUNDS, REFUNDED_LINES
from schemas.order import Refund


def write_refund(connection: sqlalchemy.Connection, storefront: str, refund: Refund) -> set[str]:
    """Write a refund, unless a newer telling of it is there.

    Returns:
        The ids and payments of the orders that have to be looked at because of it; empty where nothing has changed.
    """
    row = connection.execute(select(ORDER_REFUNDS).where(*_is(storefront, refund.id))).one_or_none()
    known = None if row is None else _refund(connection, row)
    if known is not None:
        if _precedence(refund) <= _precedence(known):
            return set()
        connection.execute(delete(REFUNDED_LINES).where(*_are_lines(storefront, refund.id)))
        connection.execute(delete(ORDER_REFUNDS).where(*_is(storefront, refund.id)))
    values = {
        "storefront": storefront,
        "id": refund.id,
        "reference": refund.order,
        "other": refund.other,
        "version": refund.version,
        "is_void": refund.is_void,
        "is_whole": refund.lines is None,
        "received_at": int(time.time()) if row is None else row.received_at,
    }
    connection.execute(insert(ORDER_REFUNDS).values(**values))
    lines = [
        {"storefront": storefront, "refund_id": refund.id, "line_id": line_id, "quantity": number}
        for line_id, number in refund.lines or ()
    ]
    if lines:
        connection.execute(insert(REFUNDED_LINES), lines)
    return names_of(refund) | (set() if known is None else names_of(known))


def names_of(refund: Refund) -> set[str]:
    """Return by which ids and payments the order of a refund may be known."""
    return {refund.order, refund.other} - {""}


def refunds_of(connection: sqlalchemy.Connection, order: Any) -> Iterator[Refund]:
    """Return the refunds of an order that give something back, by their ids.

    Args:
        connection: by which to ask.
        order: its row.
    """
    refunds = ORDER_REFUNDS.c
    question = select(ORDER_REFUNDS).where(is_of(order), refunds.is_void.is_(False)).order_by(refunds.id)
    for row in connection.execute(question).all():
        yield _refund(connection, row)


def is_of(order: Any) -> sqlalchemy.ColumnElement[bool]:
    """Return what a refund of an order, of which this is the row, fulfils."""
    refunds, names = ORDER_REFUNDS.c, {order.id, order.payment} - {""}
    return and_(refunds.storefront == order.storefront, or_(refunds.reference.in_(names), refunds.other.in_(names)))


def _refund(connection: sqlalchemy.Connection, row: Any) -> Refund:
    lines = REFUNDED_LINES.c
    question = select(lines.line_id, lines.quantity).where(*_are_lines(row.storefront, row.id)).order_by(lines.line_id)
    given_back = None if row.is_whole else tuple((part.line_id, part.quantity) for part in connection.execute(question))
    return Refund(row.id, row.reference, given_back, row.version, row.is_void, row.other)


def _precedence(refund: Refund) -> tuple[int, bool, bool, int]:
    """Return what is larger for the one of two tellings that counts."""
    number = sum(number for _, number in refund.lines or ())
    return refund.version, refund.is_void, refund.lines is None, number


def _is(storefront: str, refund_id: str) -> tuple[sqlalchemy.ColumnElement[bool], ...]:
    return ORDER_REFUNDS.c.storefront == storefront, ORDER_REFUNDS.c.id == refund_id


def _are_lines(storefront: str, refund_id: str) -> tuple[sqlalchemy.ColumnElement[bool], ...]:
    return REFUNDED_LINES.c.storefront == storefront, REFUNDED_LINES.c.refund_id == refund_id
