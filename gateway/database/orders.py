"""Orders: what storefronts told of them, brought down to the newest snapshot of each.

An event counts once. Of the snapshots of one order the newest stays, and a refund is kept by itself, so the same events
lead to the same rows in whichever order they come. Whatever changes an order makes it due (``order_queue``).
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy
from sqlalchemy import insert, or_, select, update

from gateway.database import clock, order_locks
from gateway.database.connection import AlreadyThere, Database
from gateway.database.erased_people import ErasedPeople, without_people
from gateway.database.order_lines import are_lines, line_item, lines_of, paid_part, write_lines
from gateway.database.refunds import names_of, refunds_of, write_refund
from gateway.database.tables import ORDER_EVENTS, ORDER_LINES, ORDERS
from gateway.errors import DatabaseUnavailable
from schemas.order import Customer, LineItem, Order, OrderEvent, OrderStatus, Refund

_RANKS: Mapping[OrderStatus, int] = {
    "unpaid": 0,
    "partly_paid": 1,
    "paid": 2,
    "disputed": 3,
    "cancelled": 4,
    "refunded": 5,
}
"""Of two snapshots of one version, that counts which has come further."""


@dataclass(frozen=True)
class Snapshot:
    """An order as its newest telling has it.

    Attributes:
        storefront: whose it is.
        order: the order; its lines are ``None`` where the shop still has to be asked for them. One that is partly paid
            and was paid before has as many of each line as were paid then.
        refunds: those that were told of by themselves, but for void ones.
        revision: a number that grows with everything that is told of the order.
        is_forgotten: whether its people were erased.
        was_paid: whether it was ever told of as paid.
    """

    storefront: str
    order: Order
    refunds: tuple[Refund, ...]
    revision: int
    is_forgotten: bool
    was_paid: bool

    @property
    def is_paid(self) -> bool:
        """Whether its lines are paid; something that came to them since need not be."""
        return self.order.status == "paid" or (self.order.status == "partly_paid" and self.was_paid)

    def wanted(self, line: LineItem) -> int:
        """Return how many of a line the customer is to have: bought less what was given back, however that was told."""
        if not self.is_paid or any(refund.lines is None for refund in self.refunds):
            return 0
        back = sum(number for refund in self.refunds for line_id, number in refund.lines or () if line_id == line.id)
        return max(0, min(line.current, line.quantity - back))

    def is_given_back(self, line: LineItem) -> bool:
        """Return whether money came back for all of a line; an order that was never paid leaves none to come back."""
        if self.wanted(line):
            return False
        if self.order.status in ("unpaid", "partly_paid") and not self.is_paid:
            return False
        return self.order.status != "cancelled" or self.was_paid


class Orders:
    """Orders. Every method raises ``DatabaseUnavailable`` where the database cannot be asked.

    Args:
        database: where they are.
        erased: who was erased from them.
    """

    def __init__(self, database: Database, erased: ErasedPeople) -> None:
        self._database = database
        self._erased = erased

    def receive(self, storefront: str, event: OrderEvent) -> bool:
        """Commit what an event says.

        Args:
            storefront: who told it.
            event: with an order, a refund or both.

        Returns:
            Whether it is new; ``False``: it was delivered before, and nothing is done.
        """
        try:
            with self._database.transaction() as connection:
                return write(connection, storefront, event, self._erased)
        except AlreadyThere:
            raise DatabaseUnavailable("another process wrote the same order", retry_after=1) from None

    def snapshot(self, storefront: str, order_id: str) -> Snapshot | None:
        """Return an order as it stands."""
        with self._database.reading() as connection:
            row = connection.execute(select(ORDERS).where(*_is(storefront, order_id))).one_or_none()
            if row is None:
                return None
            lines = tuple(map(line_item, connection.execute(lines_of(storefront, order_id))))
            refunds = tuple(refunds_of(connection, row))
        return Snapshot(storefront, _order(row, lines), refunds, row.revision, row.is_forgotten, row.was_paid)

    def put_lines(self, snapshot: Snapshot, lines: tuple[LineItem, ...]) -> Snapshot:
        """Write the lines for which the shop was asked, unless something else was told of the order meanwhile.

        Returns:
            The snapshot with them.
        """
        storefront, order = snapshot.storefront, replace(snapshot.order, lines=lines)
        same = [*_is(storefront, order.id), ORDERS.c.revision == snapshot.revision]
        with self._database.transaction() as connection:
            order_locks.lock(connection, [(storefront, order.id)])
            told = self._erased.without_them(connection, storefront, order)
            known = replace(snapshot, order=without_people(told) if snapshot.is_forgotten else told)
            if connection.execute(update(ORDERS).where(*same).values(has_lines=True)).rowcount:
                write_lines(connection, storefront, known.order)
        return known

    def note_lines(self, storefront: str, order_id: str, faults: Mapping[str, tuple[str, str]]) -> None:
        """Write what keeps lines of an order from being fulfilled.

        Args:
            storefront: whose order.
            order_id: which.
            faults: by the line's id, a code and a sentence; a line that is not in it has no fault.
        """
        with self._database.reading() as connection:
            told = {row.line_id: (row.error, row.note) for row in connection.execute(lines_of(storefront, order_id))}
        changed = {line_id: faults.get(line_id, ("", "")) for line_id in told}
        changed = {line_id: fault for line_id, fault in changed.items() if fault != told[line_id]}
        if not changed:
            return
        with self._database.transaction() as connection:
            for line_id, (code, note) in changed.items():
                one = (*are_lines(storefront, order_id), ORDER_LINES.c.line_id == line_id)
                connection.execute(update(ORDER_LINES).where(*one).values(error=code, note=note))


def write(connection: sqlalchemy.Connection, storefront: str, event: OrderEvent, erased: ErasedPeople) -> bool:
    """Write what an event says, as ``Orders.receive`` has it; ``AlreadyThere``: another process just did."""
    one_after_the_other(connection, storefront, event)
    if _is_known(connection, storefront, event):
        return False
    _write_event(connection, storefront, event)
    if event.order is not None:
        _write_order(connection, storefront, erased.without_them(connection, storefront, event.order))
    if event.refund is not None:
        _write_refund(connection, storefront, event.refund)
    return True


def one_after_the_other(connection: sqlalchemy.Connection, storefront: str, event: OrderEvent) -> None:
    """Take events of one order one by one: otherwise an order and its refund that arrive at once miss each other."""
    names = names_of(event.refund) if event.refund else set()
    if event.order is not None:
        names |= {event.order.id, event.order.payment}
    order_locks.lock(connection, {(storefront, name) for name in names if name})


def _is_known(connection: sqlalchemy.Connection, storefront: str, event: OrderEvent) -> bool:
    same = (ORDER_EVENTS.c.storefront == storefront) & (ORDER_EVENTS.c.key == event.key)
    return connection.execute(select(ORDER_EVENTS.c.key).where(same)).first() is not None


def _write_event(connection: sqlalchemy.Connection, storefront: str, event: OrderEvent) -> None:
    order_id = event.order.id if event.order else event.refund.order if event.refund else ""
    values = {"storefront": storefront, "key": event.key, "topic": event.topic, "order_id": order_id}
    connection.execute(insert(ORDER_EVENTS).values(**values, received_at=int(time.time())))


def _write_order(connection: sqlalchemy.Connection, storefront: str, order: Order) -> None:
    now = int(time.time())
    known = connection.execute(select(ORDERS).where(*_is(storefront, order.id)).with_for_update()).one_or_none()
    values = {
        "payment": order.payment,
        "number": order.number,
        "version": order.version,
        "status": order.status,
        "was_paid": order.status == "paid" or (known is not None and known.was_paid),
        "is_test": order.is_test,
        "has_lines": order.lines is not None,
        "updated_at": now,
        **_due(connection),
    }
    if known is None:
        fixed = {"storefront": storefront, "id": order.id, "received_at": now, "is_forgotten": False}
        free = {"lease": "", "lease_until": 0}
        values |= {"revision": 1, **_customer(storefront, order.customer)}
        connection.execute(insert(ORDERS).values(**fixed, **free, **values))
    elif not _is_newer(connection, order, known):
        if values["was_paid"] and not known.was_paid:
            _note_paid(connection, known, order)
        return
    else:
        values |= {"revision": known.revision + 1}
        values |= {"number": known.number} if known.is_forgotten else _customer(storefront, order.customer)
        connection.execute(update(ORDERS).where(*_is(storefront, order.id)).values(**values))
        order = without_people(order) if known.is_forgotten else order
        if order.status == "partly_paid" and known.was_paid:
            order = replace(order, lines=paid_part(order.lines, _known_order(connection, known).lines))
    if order.lines is not None:
        write_lines(connection, storefront, order)


def _note_paid(connection: sqlalchemy.Connection, known: Any, paid: Order) -> None:
    """Write down late that an order was paid at a time: it was paid back since, or something came to it."""
    if known.status not in ("cancelled", "partly_paid"):
        return
    late = {"was_paid": True, "revision": known.revision + 1, **_due(connection)}
    connection.execute(update(ORDERS).where(*_is(known.storefront, known.id)).values(**late))
    if known.status == "partly_paid":
        order = _known_order(connection, known)
        write_lines(connection, known.storefront, replace(order, lines=paid_part(order.lines, paid.lines)))


def _write_refund(connection: sqlalchemy.Connection, storefront: str, refund: Refund) -> None:
    names, now = write_refund(connection, storefront, refund), int(time.time())
    if not names:
        return
    its_order = or_(ORDERS.c.id.in_(names), ORDERS.c.payment.in_(names))
    changed = update(ORDERS).where(ORDERS.c.storefront == storefront, its_order)
    connection.execute(changed.values(revision=ORDERS.c.revision + 1, updated_at=now, **_due(connection)))


def _due(connection: sqlalchemy.Connection) -> dict[str, Any]:
    """Return what makes an order one that a worker looks at, at once."""
    return {"due_at": clock.now(connection.dialect), "tries": 0, "error": "", "note": "", "state": "waiting"}


def _customer(storefront: str, customer: Customer) -> dict[str, str]:
    is_known = bool(customer.email or customer.id)
    return {
        "person": customer.identity(storefront).key if is_known else "",
        "customer_id": customer.id,
        "email": customer.email,
        "first_name": customer.first_name,
        "last_name": customer.last_name,
    }


def _is_newer(connection: sqlalchemy.Connection, order: Order, row: Any) -> bool:
    """Return whether a snapshot counts rather than the one that is on disk.

    Shops tell times to the second. Of one version that counts which can only be the later one. Where neither can be
    told from the other so, it is the one that came last; the same once more changes nothing.
    """
    known = _known_order(connection, row)
    told, before = _precedence(order), _precedence(known)
    return told > before or (told == before and order != known)


def _precedence(order: Order) -> tuple[int, int, bool, int]:
    """Return what is larger for the one of two snapshots that counts."""
    current = sum(line.current for line in order.lines or ())
    return order.version, _RANKS[order.status], order.lines is not None, -current


def _known_order(connection: sqlalchemy.Connection, row: Any) -> Order:
    return _order(row, tuple(map(line_item, connection.execute(lines_of(row.storefront, row.id)))))


def _order(row: Any, lines: tuple[LineItem, ...]) -> Order:
    return Order(
        row.id,
        row.version,
        row.status,
        Customer(row.email, row.customer_id, row.first_name, row.last_name),
        lines if row.has_lines else None,
        row.number,
        row.payment,
        row.is_test,
    )


def _is(storefront: str, order_id: str) -> tuple[sqlalchemy.ColumnElement[bool], ...]:
    return ORDERS.c.storefront == storefront, ORDERS.c.id == order_id
