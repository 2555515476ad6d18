"""Entitlements: who is to have which course or group by which seat of which order's line, and what was done about it.

``tried_at`` is when the call that gives it was first about to be made, 0 for never; ``ours`` whether such a call, and
not somebody else, gave what the learner has.
"""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

import sqlalchemy
from sqlalchemy import insert, or_, select, update

from gateway.database.connection import Database
from gateway.database.tables import ENTITLEMENTS, ORDER_CALLS

TargetKind = Literal["course", "group"]
EntitlementState = Literal["wanted", "given", "taken", "kept", "review", "dead"]
"""It is to be given; it was given; it ended, and with it what it gave; it ended, and what it gave stays; whether it is
to end waits for a person; it cannot be given."""


@dataclass(frozen=True)
class Entitlement:
    """One course or group of one seat.

    Attributes:
        storefront: who sold it.
        order_id: in which order.
        line_id: by which line.
        seat: which of the line's seats, from 1 on.
        kind: what it is.
        target: TalentLMS's id of the course or group.
        group_key: what one joins a group with; empty for a course.
        person: ``Identity.key`` of whose it is; empty once they are erased.
        user_id: their account; 0 while it is not known.
        state: how it stands.
        tried_at: epoch seconds, UTC; 0 for never.
        ours: whether a call of ours gave it.
        error: the code of what keeps it from being given or taken; or empty.
        note: the same as a sentence.
        updated_at: epoch seconds, UTC.
    """

    storefront: str
    order_id: str
    line_id: str
    seat: int
    kind: TargetKind
    target: int
    group_key: str = ""
    person: str = ""
    user_id: int = 0
    state: EntitlementState = "wanted"
    tried_at: int = 0
    ours: bool = False
    error: str = ""
    note: str = ""
    updated_at: int = 0

    @property
    def call(self) -> str:
        """What it is called where calls are listed."""
        return f"{self.kind} {self.target}"


@dataclass(frozen=True)
class Call:
    """A call that was made for an order.

    Attributes:
        call: what was called, such as ``enrol user 7 in course 12``.
        outcome: ``success`` or an error's code.
        times: how often it was made with this outcome.
        last_at: when the last time, epoch seconds, UTC.
    """

    call: str
    outcome: str
    times: int
    last_at: int


class Entitlements:
    """Entitlements. Every method raises ``DatabaseUnavailable`` where the database cannot be asked.

    Args:
        database: where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_order(self, storefront: str, order_id: str) -> Sequence[Entitlement]:
        """Return those of an order, by line, seat, kind and target."""
        mine = (ENTITLEMENTS.c.storefront == storefront) & (ENTITLEMENTS.c.order_id == order_id)
        return self._found(mine)

    def now(self, one: Entitlement) -> Entitlement:
        """Return an entitlement as it is on disk now; itself where it was not written yet."""
        found = self._found(sqlalchemy.and_(*is_same(one)))
        return found[0] if found else one

    def of_target(self, user_id: int, kind: TargetKind, target: int) -> Sequence[Entitlement]:
        """Return by what an account is, or was, entitled to a course or a group."""
        columns = ENTITLEMENTS.c
        return self._found((columns.user_id == user_id) & (columns.kind == kind) & (columns.target == target))

    def of_course(self, persons: Collection[str], user_id: int, course_id: int) -> Sequence[Entitlement]:
        """Return by what somebody is, or was, entitled to a course, whichever of their names the order had.

        Args:
            persons: ``Identity.key`` of each name; may be empty.
            user_id: the account; 0 where there is none.
            course_id: the course.
        """
        columns = ENTITLEMENTS.c
        theirs = or_(columns.person.in_(persons), (columns.user_id == user_id) & (columns.user_id > 0))
        return self._found(theirs & (columns.kind == "course") & (columns.target == course_id))

    def put(self, *entitlements: Entitlement) -> None:
        """Write entitlements as they are now, all or none."""
        now = int(time.time())
        with self._database.transaction() as connection:
            for one in entitlements:
                write_entitlement(connection, one, now)

    def called(self, entitlement: Entitlement, call: str, outcome: str) -> None:
        """Write what came of a call, and with it how the entitlement stands, all or nothing.

        Args:
            entitlement: as it is now.
            call: what was called.
            outcome: ``success`` or an error's code.
        """
        now = int(time.time())
        with self._database.transaction() as connection:
            write_entitlement(connection, entitlement, now)
            _count(connection, entitlement.storefront, entitlement.order_id, call, outcome, now)

    def note_call(self, storefront: str, order_id: str, call: str, outcome: str) -> None:
        """Write what came of a call that no single entitlement needed, such as a look-up."""
        with self._database.transaction() as connection:
            _count(connection, storefront, order_id, call, outcome, int(time.time()))

    def calls_of(self, storefront: str, order_id: str) -> Sequence[Call]:
        """Return the calls that an order led to, the newest last."""
        calls = ORDER_CALLS.c
        question = select(calls.call, calls.outcome, calls.times, calls.last_at).where(
            calls.storefront == storefront, calls.order_id == order_id
        )
        with self._database.reading() as connection:
            rows = connection.execute(question.order_by(calls.last_at, calls.call)).all()
        return [Call(row.call, row.outcome, row.times, row.last_at) for row in rows]

    def is_refunded(self, persons: Collection[str], user_id: int, course_id: int) -> bool:
        """Return whether all that entitled somebody to a course has ended, and so much has; see ``of_course``."""
        found = self.of_course(persons, user_id, course_id)
        return bool(found) and all(one.state == "taken" for one in found)

    def _found(self, which: sqlalchemy.ColumnElement[bool]) -> Sequence[Entitlement]:
        question = select(ENTITLEMENTS).where(which).order_by(*ENTITLEMENTS.primary_key.columns)
        with self._database.reading() as connection:
            return [entitlement_of(row) for row in connection.execute(question)]


def write_entitlement(connection: sqlalchemy.Connection, one: Entitlement, now: int) -> None:
    """Write an entitlement as it is, within a transaction."""
    values = {field.name: getattr(one, field.name) for field in fields(one)} | {"updated_at": now}
    if not connection.execute(update(ENTITLEMENTS).where(*is_same(one)).values(**values)).rowcount:
        connection.execute(insert(ENTITLEMENTS).values(**values))


def _count(
    connection: sqlalchemy.Connection, storefront: str, order_id: str, call: str, outcome: str, now: int
) -> None:
    key = {"storefront": storefront, "order_id": order_id, "call": call, "outcome": outcome}
    same = [ORDER_CALLS.c[name] == value for name, value in key.items()]
    again = update(ORDER_CALLS).where(*same).values(times=ORDER_CALLS.c.times + 1, last_at=now)
    if not connection.execute(again).rowcount:
        connection.execute(insert(ORDER_CALLS).values(**key, times=1, last_at=now))


def is_same(one: Entitlement) -> tuple[sqlalchemy.ColumnElement[bool], ...]:
    """Return what holds for the row of an entitlement alone."""
    return tuple(column == getattr(one, column.name) for column in ENTITLEMENTS.primary_key.columns)


def entitlement_of(row: Any) -> Entitlement:
    """Return the entitlement of a row."""
    return Entitlement(**{field.name: getattr(row, field.name) for field in fields(Entitlement)})
