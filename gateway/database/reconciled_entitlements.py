"""What orders have given or ended, account by account, to be compared with what TalentLMS says; and what is done again.

Left out are orders that are due, which a worker looks at anyway, and people who were erased.
"""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy
from sqlalchemy import func, select, update

from gateway.database.connection import Database
from gateway.database.entitlements import Entitlement, entitlement_of, is_same
from gateway.database.order_queue import OrderState, make_due
from gateway.database.tables import ENTITLEMENTS, ORDERS


@dataclass(frozen=True)
class OnRecord:
    """An entitlement, and its order.

    Attributes:
        entitlement: ``given``, or a course's that is ``taken``.
        status: how the order stands with its payment.
        email: the customer's address; may be empty.
    """

    entitlement: Entitlement
    status: str
    email: str


class ReconciledEntitlements:
    """Entitlements to be compared. Every method raises ``DatabaseUnavailable`` where the database cannot be asked.

    Args:
        database: where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def accounts(self, storefront: str, *, with_ended: bool) -> Sequence[int]:
        """Return the accounts of a storefront's customers that are to be compared, by TalentLMS's ids.

        Args:
            storefront: whose customers'.
            with_ended: whether those count of whom all has ended.
        """
        user_id = ENTITLEMENTS.c.user_id
        question = _of(user_id, storefront, with_ended=with_ended).distinct().order_by(user_id)
        with self._database.reading() as connection:
            return list(connection.execute(question).scalars())

    def of_account(self, storefront: str, user_id: int, *, with_ended: bool) -> Sequence[OnRecord]:
        """Return what orders of a storefront have given an account, or ended, by order, line, seat and target."""
        question = _of(ENTITLEMENTS, storefront, with_ended=with_ended).add_columns(ORDERS.c.status, ORDERS.c.email)
        mine = question.where(ENTITLEMENTS.c.user_id == user_id).order_by(*ENTITLEMENTS.primary_key.columns)
        with self._database.reading() as connection:
            return [OnRecord(entitlement_of(row), row.status, row.email) for row in connection.execute(mine)]

    def open_again(self, one: Entitlement, changed: Entitlement) -> bool:
        """Write an entitlement anew and make its order due, both or neither.

        Args:
            one: as it was read.
            changed: as it is to be.

        Returns:
            Whether it was still as it was read; ``False``: nothing is done.
        """
        changed = replace(changed, updated_at=int(time.time()))
        names = ("state", "tried_at", "ours", "error", "note", "updated_at")
        is_as_read = (ENTITLEMENTS.c[name] == getattr(one, name) for name in ("state", "user_id", "updated_at"))
        anew = update(ENTITLEMENTS).where(*is_same(one), *is_as_read)
        with self._database.transaction() as connection:
            if not connection.execute(anew.values({name: getattr(changed, name) for name in names})).rowcount:
                return False
            return make_due(connection, one.storefront, one.order_id)

    def notes(self, storefront: str, orders: Collection[str]) -> Mapping[str, tuple[OrderState, str]]:
        """Return how it stands with orders, each with the sentence that says why."""
        found: dict[str, tuple[OrderState, str]] = {}
        names = sorted(orders)
        with self._database.reading() as connection:
            for start in range(0, len(names), 500):
                these = ORDERS.c.id.in_(names[start : start + 500])
                columns = (ORDERS.c.id, ORDERS.c.state, ORDERS.c.note)
                for row in connection.execute(select(*columns).where(ORDERS.c.storefront == storefront, these)):
                    found[row.id] = (row.state, row.note)
        return found

    def left_out(self, storefront: str) -> Mapping[OrderState, int]:
        """Return how many orders of a storefront are not done, by how it stands with them."""
        open_ones = (ORDERS.c.storefront == storefront) & ORDERS.c.state.in_(("waiting", "dead", "review"))
        question = select(ORDERS.c.state, func.count()).where(open_ones).group_by(ORDERS.c.state)
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(question)}


def _of(what: Any, storefront: str, *, with_ended: bool) -> sqlalchemy.Select[Any]:
    """Return the question for something of the entitlements that are compared."""
    one, order = ENTITLEMENTS.c, ORDERS.c
    compared = one.state == "given"
    if with_ended:
        compared |= (one.state == "taken") & (one.kind == "course") & (one.tried_at > 0)
    return (
        select(what)
        .select_from(ENTITLEMENTS.join(ORDERS, (order.storefront == one.storefront) & (order.id == one.order_id)))
        .where(one.storefront == storefront, one.user_id > 0, one.person != "", order.state != "waiting", compared)
    )
