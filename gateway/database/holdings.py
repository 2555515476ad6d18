"""What gives an account what it has: entitlements of orders and assignments of rules, which keep each other alive."""

import time
from collections.abc import Sequence
from typing import TypeAlias, TypeVar, overload

from gateway.database.assignments import Assignment, Assignments, write_assignment
from gateway.database.connection import Database
from gateway.database.entitlements import Entitlement, Entitlements, write_entitlement

Holding: TypeAlias = Entitlement | Assignment
H = TypeVar("H", Entitlement, Assignment)

HELD = ("wanted", "given", "kept", "review")
"""How an entitlement or assignment stands whose account has, or is to have, what it is to."""


class Holdings:
    """Both kinds. Every method raises ``DatabaseUnavailable`` where the database cannot be asked.

    Args:
        database: where they are.

    Attributes:
        assignments: those of rules.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._entitlements = Entitlements(database)
        self.assignments = Assignments(database)

    @overload
    def now(self, one: Entitlement) -> Entitlement: ...

    @overload
    def now(self, one: Assignment) -> Assignment: ...

    def now(self, one: Holding) -> Holding:
        """Return an entitlement or assignment as it is on disk now; itself where it was not written yet."""
        return self._entitlements.now(one) if isinstance(one, Entitlement) else self.assignments.now(one)

    def others(self, one: Holding) -> Sequence[Holding]:
        """Return what else gives, or gave, the same account the same."""
        found: list[Holding] = [*self.assignments.of_target(one.user_id, one.kind, one.target)]
        if one.kind != "branch":
            found += self._entitlements.of_target(one.user_id, one.kind, one.target)
        return [other for other in found if _key(other) != _key(one)]

    def put(self, *holdings: Holding) -> None:
        """Write how they stand now, all or none."""
        now = int(time.time())
        with self._database.transaction() as connection:
            for one in holdings:
                if isinstance(one, Entitlement):
                    write_entitlement(connection, one, now)
                else:
                    write_assignment(connection, one, now)

    def called(self, one: Holding, call: str, outcome: str) -> None:
        """Write what came of a call, and with it how the entitlement or assignment stands, all or nothing.

        Args:
            one: as it is now.
            call: what was called; it is listed with an order.
            outcome: ``success`` or an error's code.
        """
        if isinstance(one, Entitlement):
            self._entitlements.called(one, call, outcome)
        else:
            self.put(one)


def _key(one: Holding) -> tuple[object, ...]:
    if isinstance(one, Entitlement):
        return one.storefront, one.order_id, one.line_id, one.seat
    return one.person, one.kind, one.name
