"""What an import tells of orders: written where it changes something, and otherwise not at all."""

from typing import Any

import sqlalchemy
from sqlalchemy import select

from gateway.database.connection import AlreadyThere, Database
from gateway.database.erased_people import ErasedPeople
from gateway.database.orders import one_after_the_other, write
from gateway.database.tables import ORDER_REFUNDS, ORDERS
from gateway.errors import DatabaseUnavailable
from schemas.order import OrderEvent


class ImportedOrders:
    """Orders that are imported. Every method raises ``DatabaseUnavailable`` where the database cannot be asked.

    Args:
        database: where orders are.
        erased: who was erased from them.
    """

    def __init__(self, database: Database, erased: ErasedPeople) -> None:
        self._database = database
        self._erased = erased

    def version(self, storefront: str, order_id: str) -> int | None:
        """Return the version of an order on record; ``None`` where nothing was told of it."""
        one = (ORDERS.c.storefront == storefront) & (ORDERS.c.id == order_id)
        with self._database.reading() as connection:
            return connection.execute(select(ORDERS.c.version).where(one)).scalar()

    def take(self, storefront: str, event: OrderEvent, *, rehearse: bool = False) -> bool:
        """Commit what an event says, as ``Orders.receive`` does, unless all of it is known.

        Args:
            storefront: whose listing it stands in.
            event: with an order, a refund or both.
            rehearse: whether nothing is to be committed in any case.

        Returns:
            Whether it changes anything.
        """
        try:
            with self._database.transaction() as connection:
                one_after_the_other(connection, storefront, event)
                before = _standing(connection, storefront, event)
                changes = (
                    write(connection, storefront, event, self._erased)
                    and _standing(connection, storefront, event) != before
                )
                if rehearse or not changes:
                    connection.rollback()
                return changes
        except AlreadyThere:
            raise DatabaseUnavailable("another process wrote the same order", retry_after=1) from None


def _standing(connection: sqlalchemy.Connection, storefront: str, event: OrderEvent) -> list[Any]:
    """Return what is on record of that of which an event tells."""
    found: list[Any] = []
    if event.order is not None:
        one = (ORDERS.c.storefront == storefront) & (ORDERS.c.id == event.order.id)
        found += connection.execute(select(ORDERS.c.id, ORDERS.c.revision).where(one))
    if event.refund is not None:
        refund = (ORDER_REFUNDS.c.storefront == storefront) & (ORDER_REFUNDS.c.id == event.refund.id)
        found += connection.execute(select(ORDER_REFUNDS).where(refund))
    return found
