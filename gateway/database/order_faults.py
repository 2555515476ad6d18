"""What keeps failing of an order in a way that nobody foresaw: where, since when, and how often."""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, insert, select, update

from gateway.database.connection import AlreadyThere, Database
from gateway.database.tables import ORDER_FAULTS


@dataclass(frozen=True)
class Place:
    """Where an order met a fault.

    Attributes:
        line_id: by which line; empty: before any line was looked at.
        seat: which seat of the line; 0: the line as a whole.
    """

    line_id: str = ""
    seat: int = 0


@dataclass(frozen=True)
class Fault:
    """A fault that was met again and again.

    Attributes:
        tries: how often in a row.
        since: when for the first time, epoch seconds, UTC.
    """

    tries: int
    since: int


class OrderFaults:
    """Faults of orders. Every method raises ``DatabaseUnavailable`` where the database cannot be asked.

    Args:
        database: where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def met(self, storefront: str, order_id: str, places: Collection[Place]) -> Mapping[Place, Fault]:
        """Write down where an order met faults this time; wherever it met none they are over.

        Args:
            storefront: whose order.
            order_id: which.
            places: where.

        Returns:
            How long and how often that has been so, by the place.
        """
        before = self._known(storefront, order_id)
        if not before and not places:
            return {}
        now = int(time.time())
        after = {place: Fault(before[place].tries + 1, before[place].since) for place in places if place in before}
        new = {place: Fault(1, now) for place in places if place not in before}
        columns, one = ORDER_FAULTS.c, {"storefront": storefront, "order_id": order_id}
        order = and_(*(columns[name] == value for name, value in one.items()))
        try:
            with self._database.transaction() as connection:
                for place in before.keys() - after.keys():
                    connection.execute(delete(ORDER_FAULTS).where(order, *_is(place)))
                for place, fault in after.items():
                    connection.execute(update(ORDER_FAULTS).where(order, *_is(place)).values(tries=fault.tries))
                for place, fault in new.items():
                    row = one | {"line_id": place.line_id, "seat": place.seat}
                    connection.execute(insert(ORDER_FAULTS).values(**row, tries=fault.tries, since=fault.since))
        except AlreadyThere:
            pass  # another worker looks at the order as well, which lost its lease
        return after | new

    def _known(self, storefront: str, order_id: str) -> Mapping[Place, Fault]:
        columns = ORDER_FAULTS.c
        question = select(ORDER_FAULTS).where(columns.storefront == storefront, columns.order_id == order_id)
        with self._database.reading() as connection:
            return {Place(row.line_id, row.seat): Fault(row.tries, row.since) for row in connection.execute(question)}


def _is(place: Place) -> tuple[ColumnElement[bool], ...]:
    return ORDER_FAULTS.c.line_id == place.line_id, ORDER_FAULTS.c.seat == place.seat
