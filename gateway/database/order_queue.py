"""Which orders are due, and which worker looks at which."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy
from sqlalchemy import delete, select, update

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

    def retry_dead(self, storefront: str) -> int:
        """Do the same with all orders of a storefront whose fault waits for a person; return how many they are."""
        with self._database.transaction() as connection:
            its = (ORDERS.c.storefront == storefront) & (ORDERS.c.state == "dead")
            faults = (ORDER_FAULTS.c.storefront == storefront) & ORDER_FAULTS.c.order_id.in_(
                select(ORDERS.c.id).where(its)
            )
            connection.execute(delete(ORDER_FAULTS).where(faults))
            return connection.execute(update(ORDERS).where(its).values(**_due_now(connection))).rowcount


def make_due(connection: sqlalchemy.Connection, storefront: str, order_id: str) -> bool:
    """Make an order due now, as ``OrderQueue.retry`` has it, within a transaction."""
    one = (ORDERS.c.storefront == storefront) & (ORDERS.c.id == order_id)
    faults = (ORDER_FAULTS.c.storefront == storefront) & (ORDER_FAULTS.c.order_id == order_id)
    connection.execute(delete(ORDER_FAULTS).where(faults))
    return connection.execute(update(ORDERS).where(one).values(**_due_now(connection))).rowcount > 0


def _due_now(connection: sqlalchemy.Connection) -> dict[str, Any]:
    now = clock.now(connection.dialect)
    return {"due_at": now, "tries": 0, "state": "waiting", "revision": ORDERS.c.revision + 1}
