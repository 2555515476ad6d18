"""Which orders are due, and which worker looks at which."""

from dataclasses import dataclass

import sqlalchemy
from sqlalchemy import delete, update

from gateway.database import clock
from gateway.database.connection import Database
from gateway.database.due_rows import DueClaim, DueRows, DueState
from gateway.database.tables import ORDER_FAULTS, ORDERS

OrderState = DueState


@dataclass(frozen=True)
class Claim(DueClaim):
    """An order that a worker looks at."""

    @property
    def storefront(self) -> str:
        """Whose it is."""
        return self.key[0]

    @property
    def order_id(self) -> str:
        """Which."""
        return self.key[1]


class OrderQueue(DueRows[Claim]):
    """Orders that are due. Every method raises ``DatabaseUnavailable`` where the database cannot be asked.

    Args:
        database: where they are.
    """

    def __init__(self, database: Database) -> None:
        super().__init__(database, ORDERS, ("storefront", "id"), Claim)

    def retry(self, storefront: str, order_id: str) -> bool:
        """Make an order due now, whatever became of it, and forget how often it failed; return whether it is there."""
        with self._database.transaction() as connection:
            return make_due(connection, storefront, order_id)


def make_due(connection: sqlalchemy.Connection, storefront: str, order_id: str) -> bool:
    """Make an order due now, as ``OrderQueue.retry`` has it, within a transaction."""
    now = clock.now(connection.dialect)
    due = {"due_at": now, "tries": 0, "state": "waiting", "revision": ORDERS.c.revision + 1}
    one = (ORDERS.c.storefront == storefront) & (ORDERS.c.id == order_id)
    faults = (ORDER_FAULTS.c.storefront == storefront) & (ORDER_FAULTS.c.order_id == order_id)
    connection.execute(delete(ORDER_FAULTS).where(faults))
    return connection.execute(update(ORDERS).where(one).values(**due)).rowcount > 0
