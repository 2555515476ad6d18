"""Orders as an operator sees them: found, and looked into."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import product
from typing import Any, get_args

import sqlalchemy
from sqlalchemy import select

from gateway.database.connection import Database
from gateway.database.order_queue import OrderState
from gateway.database.refunds import is_of
from gateway.database.tables import ORDER_EVENTS, ORDER_LINES, ORDER_REFUNDS, ORDERS

STATES: Sequence[OrderState] = get_args(OrderState)


@dataclass(frozen=True)
class ListedOrder:
    """An order in a list.

    Attributes:
        storefront: whose it is.
        id: the shop's id of it.
        number: what people call it; empty where that is its id.
        status: how it stands with the payment.
        is_test: whether no money was meant to flow.
        email: the customer's address; empty where they have none, or were erased.
        state: how it stands with what it gives.
        error: the code of what it waits for; or empty.
        note: the same as a sentence.
        tries: how often in a row that was tried.
        due_at: when it is looked at next, epoch seconds, UTC; ``None``: nothing is left to do.
        received_at: when it was first told of.
        updated_at: when it was last told of.
    """

    storefront: str
    id: str
    number: str
    status: str
    is_test: bool
    email: str
    state: OrderState
    error: str
    note: str
    tries: int
    due_at: int | None
    received_at: int
    updated_at: int


@dataclass(frozen=True)
class Story:
    """Everything that was told of an order.

    Attributes:
        order: the order.
        events: what was delivered, with ``key``, ``topic`` and ``received_at``, the oldest first.
        lines: the newest snapshot's, with ``id``, ``sku``, ``quantity``, ``current``, ``student``, ``error``, ``note``.
        refunds: those told of by themselves, with ``id``, ``is_whole``, ``is_void`` and ``received_at``.
    """

    order: ListedOrder
    events: Sequence[Mapping[str, Any]]
    lines: Sequence[Mapping[str, Any]]
    refunds: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class UnmatchedRefund:
    """A refund, or a dispute, whose order nobody told of.

    Attributes:
        storefront: who told of it.
        id: the shop's id of it.
        payment: the order, or the payment, of which it is.
        is_whole: whether it is of the whole order.
        received_at: when it was first told of, epoch seconds, UTC.
    """

    storefront: str
    id: str
    payment: str
    is_whole: bool
    received_at: int


class OrderListing:
    """Orders for an operator. Every method raises ``DatabaseUnavailable`` where the database cannot be asked.

    Args:
        database: where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def listed(
        self, *, storefront: str = "", state: str = "", email: str = "", at_most: int = 100
    ) -> Sequence[ListedOrder]:
        """Return orders, the newest first; each condition that is not empty has to hold.

        Args:
            storefront: whose.
            state: one of ``STATES``.
            email: the customer's address.
            at_most: how many.
        """
        wanted = {"storefront": storefront, "state": state, "email": email.lower()}
        question = select(ORDERS).where(*(ORDERS.c[name] == value for name, value in wanted.items() if value))
        with self._database.reading() as connection:
            rows = connection.execute(question.order_by(ORDERS.c.received_at.desc(), ORDERS.c.id).limit(at_most))
            return [_listed(row) for row in rows]

    def number(self, state: OrderState) -> int:
        """Return how many orders are in a state."""
        question = select(sqlalchemy.func.count()).select_from(ORDERS).where(ORDERS.c.state == state)
        with self._database.reading() as connection:
            return connection.execute(question).scalar_one()

    def story(self, storefront: str, order_id: str) -> Story | None:
        """Return all that was told of an order; ``None`` for none."""
        order, events, lines, refunds = ORDERS.c, ORDER_EVENTS.c, ORDER_LINES.c, ORDER_REFUNDS.c
        with self._database.reading() as connection:
            row = connection.execute(
                select(ORDERS).where(order.storefront == storefront, order.id == order_id)
            ).one_or_none()
            if row is None:
                return None
            named = connection.execute(select(refunds.reference).where(is_of(row))).scalars()
            names = {row.id, row.payment, *named} - {""}
            told = _rows(
                connection,
                select(events.key, events.topic, events.received_at)
                .where(events.storefront == storefront, events.order_id.in_(names))
                .order_by(events.received_at, events.key),
            )
            bought = _rows(
                connection,
                select(
                    lines.line_id.label("id"),
                    lines.sku,
                    lines.quantity,
                    lines.current,
                    lines.student_email.label("student"),
                    lines.error,
                    lines.note,
                )
                .where(lines.storefront == storefront, lines.order_id == order_id)
                .order_by(lines.position),
            )
            back = _rows(
                connection,
                select(refunds.id, refunds.is_whole, refunds.is_void, refunds.received_at)
                .where(is_of(row))
                .order_by(refunds.received_at, refunds.id),
            )
        return Story(_listed(row), told, bought, back)

    def unmatched(self, *, storefront: str = "", at_most: int = 100) -> Sequence[UnmatchedRefund]:
        """Return refunds whose order nobody told of, the newest first; one may have overtaken its order just now.

        Args:
            storefront: whose; empty: of all.
            at_most: how many.
        """
        refunds = ORDER_REFUNDS.c
        question = select(refunds.storefront, refunds.id, refunds.reference, refunds.is_whole, refunds.received_at)
        question = question.where(refunds.is_void.is_(False))
        for known_by, name in product((ORDERS.c.id, ORDERS.c.payment), (refunds.reference, refunds.other)):
            same = (ORDERS.c.storefront == refunds.storefront) & (known_by == name) & (name != "")
            question = question.where(~select(ORDERS.c.id).where(same).exists())
        if storefront:
            question = question.where(refunds.storefront == storefront)
        newest = question.order_by(refunds.received_at.desc(), refunds.id).limit(at_most)
        with self._database.reading() as connection:
            return [UnmatchedRefund(*row) for row in connection.execute(newest)]

    def persons_of(self, email: str) -> Collection[str]:
        """Return ``Identity.key`` of each customer whose orders have this address, in lower case."""
        question = select(ORDERS.c.person).where(ORDERS.c.email == email, ORDERS.c.person != "").distinct()
        with self._database.reading() as connection:
            return set(connection.execute(question).scalars())


def _rows(connection: sqlalchemy.Connection, question: sqlalchemy.Select[Any]) -> list[Mapping[str, Any]]:
    return [dict(row) for row in connection.execute(question).mappings()]


def _listed(row: Any) -> ListedOrder:
    return ListedOrder(**{field.name: getattr(row, field.name) for field in fields(ListedOrder)})
