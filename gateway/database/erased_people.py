"""People who were erased. Those who were erased from orders stay so whatever is told of these orders later.

What was sold, and to which account, stays as a fact without a name. Of a learner for whom something was bought a keyed
hash of the address stays with the order, so that they are known when they are told of again.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

import sqlalchemy
from sqlalchemy import case, insert, select, update

from gateway.database import order_locks, person_rows
from gateway.database.connection import Database
from gateway.database.tables import ERASED_LEARNERS, ORDER_LINES, ORDERS
from gateway.keyring import Keyring
from schemas.order import Customer, LineItem, Order

_PURPOSE = "erased learner"
_NOBODY = Customer("")


class ErasedPeople:
    """People who were erased.

    Args:
        database: where the orders are.
        keyring: hashes addresses.
    """

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    def people_of(self, email: str) -> Collection[str]:
        """Return the people (``Identity.key``) whom ``erase`` would erase."""
        email = email.lower()
        with self._database.reading() as connection:
            return _people(_bought(connection, email), _with_learner(connection, email), email)

    def erase_keys(self, people: Collection[str]) -> int:
        """Erase people by their keys (``Identity.key``); their orders, if any, stay as they are.

        Returns:
            How many rows were theirs.

        Raises:
            DatabaseUnavailable: nobody was erased.
        """
        with self._database.transaction() as connection:
            return person_rows.erase(connection, people)

    def erase(self, email: str) -> int:
        """Erase a person from all orders, and what else is kept of them as a customer.

        Args:
            email: the address that their orders have, as customers or as learners for whom something was bought.

        Returns:
            How many orders had it.

        Raises:
            DatabaseUnavailable: nobody was erased.
        """
        email = email.lower()
        with self._database.transaction() as connection:
            order_locks.lock(connection, _orders(_with_learner(connection, email)))
            bought, learned = _bought(connection, email), _with_learner(connection, email)
            _erase(connection, email, _people(bought, learned, email))
            for storefront, order_id in _orders(learned):
                self._remember(connection, storefront, order_id, email)
        return len(_orders((*bought, *learned)))

    def _remember(self, connection: sqlalchemy.Connection, storefront: str, order_id: str, email: str) -> None:
        if not self._hashes(storefront, order_id, email).isdisjoint(_known(connection, storefront, order_id)):
            return
        row = {"storefront": storefront, "order_id": order_id}
        hashed = self._keyring.sign(_PURPOSE, _place(storefront, order_id, email))
        connection.execute(insert(ERASED_LEARNERS).values(**row, address_hash=hashed))

    def without_them(self, connection: sqlalchemy.Connection, storefront: str, order: Order) -> Order:
        """Return an order as it is told, without whom was erased from it.

        Args:
            connection: within a transaction that has the order's lock.
            storefront: whose order.
            order: as it is told.
        """
        people = [line.student for line in order.lines or () if line.student is not None]
        if not people or not (known := _known(connection, storefront, order.id)):
            return order

        def is_erased(one: Customer) -> bool:
            return not known.isdisjoint(self._hashes(storefront, order.id, one.email))

        def kept(line: LineItem) -> LineItem:
            return replace(line, student=_NOBODY) if line.student and is_erased(line.student) else line

        customer = _NOBODY if is_erased(order.customer) else order.customer
        return replace(order, customer=customer, lines=tuple(map(kept, order.lines or ())))

    def _hashes(self, storefront: str, order_id: str, email: str) -> set[str]:
        text = _place(storefront, order_id, email)
        return {self._keyring.signature(key, _PURPOSE, text) for key in self._keyring.fingerprints}


def without_people(order: Order) -> Order:
    """Return an order whose customer was erased: nobody is a learner of its lines any more."""
    lines = None if order.lines is None else tuple(replace(line, student=None) for line in order.lines)
    return replace(order, lines=lines)


def _place(storefront: str, order_id: str, email: str) -> str:
    return f"{storefront}\n{order_id}\n{email.lower()}"


def _bought(connection: sqlalchemy.Connection, email: str) -> Collection[Any]:
    orders = ORDERS.c
    question = select(orders.storefront, orders.id, orders.person).where(orders.email == email)
    return connection.execute(question).all()


def _people(bought: Collection[Any], learned: Collection[Any], email: str) -> Collection[str]:
    """Return as whom somebody is known who bought, or for whom was bought: to each shop also as a guest."""
    shops = {row.storefront for row in (*bought, *learned)}
    return ({row.person for row in bought} | {Customer(email).identity(shop).key for shop in shops}) - {""}


def _with_learner(connection: sqlalchemy.Connection, email: str) -> Collection[Any]:
    lines = ORDER_LINES.c
    question = select(lines.storefront, lines.order_id.label("id")).where(lines.student_email == email).distinct()
    return connection.execute(question).all()


def _orders(rows: Iterable[Any]) -> Collection[tuple[str, str]]:
    return {(row.storefront, row.id) for row in rows}


def _known(connection: sqlalchemy.Connection, storefront: str, order_id: str) -> set[str]:
    columns = ERASED_LEARNERS.c
    its = (columns.storefront == storefront) & (columns.order_id == order_id)
    return set(connection.execute(select(columns.address_hash).where(its)).scalars())


def _erase(connection: sqlalchemy.Connection, email: str, people: Collection[str]) -> None:
    nobody = {"person": "", "customer_id": "", "email": "", "first_name": "", "last_name": "", "is_forgotten": True}
    number = case((ORDERS.c.number == ORDERS.c.id, ORDERS.c.number), else_="")
    raised = {"revision": ORDERS.c.revision + 1, "note": ""}  # whoever looks at the order just now has its people still
    connection.execute(update(ORDERS).where(ORDERS.c.email == email).values(**nobody, **raised, number=number))
    same = (ORDER_LINES.c.storefront == ORDERS.c.storefront) & (ORDER_LINES.c.order_id == ORDERS.c.id)
    learned = select(ORDER_LINES.c.line_id).where(same, ORDER_LINES.c.student_email == email).exists()
    connection.execute(update(ORDERS).where(learned).values(**raised))
    no_student = {"student_email": "", "student_first_name": "", "student_last_name": "", "note": ""}
    connection.execute(update(ORDER_LINES).where(ORDER_LINES.c.student_email == email).values(**no_student))
    person_rows.erase(connection, people)
