"""The lines of orders, as rows."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy
from sqlalchemy import delete, insert, select

from gateway.database.tables import ORDER_LINES
from schemas.order import Customer, LineItem, Order


def write_lines(connection: sqlalchemy.Connection, storefront: str, order: Order) -> None:
    """Write the lines of an order in the place of those that it had."""
    connection.execute(delete(ORDER_LINES).where(*are_lines(storefront, order.id)))
    rows = [
        {
            "storefront": storefront,
            "order_id": order.id,
            "line_id": line.id,
            "position": position,
            "sku": line.sku,
            "quantity": line.quantity,
            "current": line.current,
            "has_student": line.student is not None,
            "student_email": line.student.email if line.student else "",
            "student_first_name": line.student.first_name if line.student else "",
            "student_last_name": line.student.last_name if line.student else "",
            "error": "",
            "note": "",
        }
        for position, line in enumerate(order.lines or ())
    ]
    if rows:
        connection.execute(insert(ORDER_LINES), rows)


def paid_part(told: Sequence[LineItem] | None, paid: Sequence[LineItem] | None) -> tuple[LineItem, ...]:
    """Return the lines of an order that was edited after it was paid, each with as many as are paid.

    Args:
        told: the lines as they are told.
        paid: those that were paid; what came to them is not.
    """
    before = {line.id: line for line in paid or ()}
    return tuple(
        replace(
            line,
            quantity=min(line.quantity, before[line.id].quantity) if line.id in before else 0,
            current=min(line.current, before[line.id].current) if line.id in before else 0,
        )
        for line in told or ()
    )


def line_item(row: Any) -> LineItem:
    """Return the line of a row."""
    student = Customer(row.student_email, "", row.student_first_name, row.student_last_name)
    return LineItem(row.line_id, row.sku, row.quantity, row.current, student if row.has_student else None)


def lines_of(storefront: str, order_id: str) -> sqlalchemy.Select[Any]:
    """Return the question for the lines of an order, in their order."""
    return select(ORDER_LINES).where(*are_lines(storefront, order_id)).order_by(ORDER_LINES.c.position)


def are_lines(storefront: str, order_id: str) -> tuple[sqlalchemy.ColumnElement[bool], ...]:
    """Return the conditions for the lines of an order."""
    return ORDER_LINES.c.storefront == storefront, ORDER_LINES.c.order_id == order_id
