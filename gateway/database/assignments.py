"""Assignments: what the mapping's rules give a person, and what was done about it.

A row is one course, group or branch. Whether the person ``is_wanted`` in it, by which rule, and whether the claims of a
sign-in or a directory say so, is written with these alone; the rest by whoever gives and takes.
"""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeAlias

import sqlalchemy
from sqlalchemy import insert, select, update

from gateway.database.assigned_people import AssignedPeople, AssignedPerson, Origin, tell_person
from gateway.database.connection import AlreadyThere, Database
from gateway.database.tables import ASSIGNMENTS

AssignmentKind: TypeAlias = Literal["course", "group", "branch"]
AssignmentState: TypeAlias = Literal["wanted", "given", "taken", "kept", "review", "dead"]
"""As ``EntitlementState``; nothing is ever in ``review``."""

_TOLD = ("role", "rule", "on_lost", "is_wanted", "origin")
_DONE = ("target", "user_id", "state", "tried_at", "ours", "error", "note")


@dataclass(frozen=True)
class Assignment:
    """One course, group or branch of one person.

    Attributes:
        person: ``Identity.key``.
        kind: what it is.
        name: how the settings name it: a course's id, a group's key, a branch's name.
        role: as what somebody is enrolled in a course; empty for everything else.
        rule: which rule gives it, or gave it at last.
        on_lost: what becomes of it once no rule gives it any more, ``keep`` or ``remove``.
        is_wanted: whether a rule gives it.
        target: TalentLMS's id; 0 while it is not known.
        user_id: the account that has it; 0 for none yet.
        state: how it stands.
        tried_at: when the call that gives it was first about to be made, epoch seconds, UTC; 0 for never.
        ours: whether a call of ours gave it.
        error: the code of what keeps it from being given; or empty.
        note: the same as a sentence.
        updated_at: epoch seconds, UTC.
        origin: whose word is newest on whether it is wanted.
    """

    person: str
    kind: AssignmentKind
    name: str
    role: str = ""
    rule: str = ""
    on_lost: str = "keep"
    is_wanted: bool = True
    target: int = 0
    user_id: int = 0
    state: AssignmentState = "wanted"
    tried_at: int = 0
    ours: bool = False
    error: str = ""
    note: str = ""
    updated_at: int = 0
    origin: Origin = "sign_in"

    @property
    def group_key(self) -> str:
        """What one joins a group with; empty for everything else."""
        return self.name if self.kind == "group" else ""

    @property
    def storefront(self) -> str:
        """Nobody sold it."""
        return ""

    @property
    def call(self) -> str:
        """What it is called where calls are listed."""
        return f"{self.kind} {self.target}"


class Assignments:
    """Assignments. Every method raises ``DatabaseUnavailable`` where the database cannot be asked.

    Args:
        database: where they are.

    Attributes:
        people: what was made of whose claims.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.people = AssignedPeople(database)

    def tell(
        self,
        told: AssignedPerson,
        wanted: Collection[Assignment],
        *,
        origin: Origin = "sign_in",
        keeps_others: bool = False,
        makes_due: bool = True,
    ) -> None:
        """Write down what was made of a person's newest claims, and make the person due; all or nothing.

        Args:
            told: the person.
            wanted: what rules give.
            origin: by whose word; what the other one gives stays as it is.
            keeps_others: whether everything else stays as it is; otherwise no rule gives it any more.
            makes_due: as ``tell_person`` has it.
        """
        for _ in range(2):
            try:
                with self._database.transaction() as connection:
                    tell_person(connection, told, origin, makes_due=makes_due)
                    before = {(row.kind, row.name) for row in connection.execute(_of(told.person))}
                    if not keeps_others:
                        columns = ASSIGNMENTS.c
                        lost = (columns.person == told.person) & (columns.origin == origin)
                        connection.execute(update(ASSIGNMENTS).where(lost).values(is_wanted=False))
                    for one in wanted:
                        _want(connection, one, is_new=(one.kind, one.name) not in before)
            except AlreadyThere:
                continue  # another sign-in of the same person, the first one, too
            return

    def aim(self, one: Assignment, target: int) -> None:
        """Write down the id of what is assigned; everything else stays as it is on disk."""
        with self._database.transaction() as connection:
            connection.execute(update(ASSIGNMENTS).where(*_is(one)).values(target=target))

    def of_person(self, person: str) -> Sequence[Assignment]:
        """Return a person's, by kind and name."""
        return self._found(ASSIGNMENTS.c.person == person)

    def of_target(self, user_id: int, kind: str, target: int) -> Sequence[Assignment]:
        """Return by what rules give, or gave, an account a course, group or branch."""
        columns = ASSIGNMENTS.c
        return self._found((columns.user_id == user_id) & (columns.kind == kind) & (columns.target == target))

    def now(self, one: Assignment) -> Assignment:
        """Return an assignment as it is on disk now."""
        found = self._found(sqlalchemy.and_(*_is(one)))
        return found[0] if found else one

    def _found(self, which: sqlalchemy.ColumnElement[bool]) -> Sequence[Assignment]:
        question = select(ASSIGNMENTS).where(which).order_by(*ASSIGNMENTS.primary_key.columns)
        with self._database.reading() as connection:
            return [_assignment(row) for row in connection.execute(question)]


def write_assignment(connection: sqlalchemy.Connection, one: Assignment, now: int) -> None:
    """Write what was done about an assignment, within a transaction; whether it is wanted stays as it is on disk."""
    done = {name: getattr(one, name) for name in _DONE}
    connection.execute(update(ASSIGNMENTS).where(*_is(one)).values(**done, updated_at=now))


def _want(connection: sqlalchemy.Connection, one: Assignment, *, is_new: bool) -> None:
    if is_new:
        values = {field.name: getattr(one, field.name) for field in fields(Assignment)}
        connection.execute(insert(ASSIGNMENTS).values(**values | {"updated_at": int(time.time())}))
    else:
        told = {name: getattr(one, name) for name in _TOLD}
        connection.execute(update(ASSIGNMENTS).where(*_is(one)).values(**told))


def _of(person: str) -> sqlalchemy.Select[Any]:
    return select(ASSIGNMENTS.c.kind, ASSIGNMENTS.c.name).where(ASSIGNMENTS.c.person == person)


def _is(one: Assignment) -> list[sqlalchemy.ColumnElement[bool]]:
    return [column == getattr(one, column.name) for column in ASSIGNMENTS.primary_key.columns]


def _assignment(row: Any) -> Assignment:
    return Assignment(**{field.name: getattr(row, field.name) for field in fields(Assignment)})
