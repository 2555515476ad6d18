"""Assignments: what the mapping's rules give a person, what was done about it, and which people are due.

A row of ``assigned_people`` says what was made of a person's newest claims: ``digest`` changes with it, ``rules`` tells
which rules held and why (JSON), ``user_id`` for which account it was done the last time, 0 for none yet, and
``retry_at`` from when on a sign-in has what could not be given tried again, 0 for never. A row of ``assignments`` is
one course, group or branch. Whether the person ``is_wanted`` in it, and by which rule, is written with a sign-in alone;
the rest by whoever gives and takes.
"""

import json
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

import sqlalchemy
from sqlalchemy import insert, select, update

from gateway.database import clock
from gateway.database.connection import AlreadyThere, Database
from gateway.database.due_rows import DueClaim, DueRows, DueState
from gateway.database.tables import ASSIGNED_PEOPLE, ASSIGNMENTS

AssignmentKind = Literal["course", "group", "branch"]
AssignmentState = Literal["wanted", "given", "taken", "kept", "review", "dead"]
"""As ``EntitlementState``; nothing is ever in ``review``."""

_TOLD = ("role", "rule", "on_lost", "is_wanted")
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


@dataclass(frozen=True)
class AssignedPerson:
    """What was made of the newest claims of a person; the module says what each attribute is.

    Attributes:
        told_at: when that was, epoch seconds, UTC.
        rules: why each rule held, by its name.
        due_at: when it is looked at again, by the database's clock; ``None`` where nothing is left to do.
        state: how it stands.
        error: the code of what keeps something from being done; or empty.
        note: the same as a sentence.
    """

    person: str
    provider: str
    digest: str
    rules: Mapping[str, str]
    user_id: int = 0
    told_at: int = 0
    retry_at: int = 0
    due_at: int | None = None
    state: DueState = "waiting"
    error: str = ""
    note: str = ""


@dataclass(frozen=True)
class PersonClaim(DueClaim):
    """A person whom a worker looks at."""

    @property
    def person(self) -> str:
        """Who."""
        return self.key[0]


class PersonQueue(DueRows[PersonClaim]):
    """People who are due. Every method raises ``DatabaseUnavailable`` where the database cannot be asked.

    Args:
        database: where they are.
    """

    def __init__(self, database: Database) -> None:
        super().__init__(database, ASSIGNED_PEOPLE, ("person",), PersonClaim)


class Assignments:
    """Assignments. Every method raises ``DatabaseUnavailable`` where the database cannot be asked.

    Args:
        database: where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, person: str) -> AssignedPerson | None:
        """Return what was made of a person's newest claims; ``None`` where no rule has ever given them anything."""
        names = [field.name for field in fields(AssignedPerson)]
        columns = (ASSIGNED_PEOPLE.c[name] for name in names)
        with self._database.reading() as connection:
            row = connection.execute(select(*columns).where(ASSIGNED_PEOPLE.c.person == person)).first()
        if row is None:
            return None
        values = {name: getattr(row, name) for name in names}
        return AssignedPerson(**values | {"rules": json.loads(row.rules)})

    def tell(self, told: AssignedPerson, wanted: Collection[Assignment], *, keeps_others: bool = False) -> None:
        """Write down what was made of a person's newest claims, and make the person due; all or nothing.

        Args:
            told: the person.
            wanted: what rules give.
            keeps_others: whether everything else stays as it is; otherwise no rule gives it any more.
        """
        for _ in range(2):
            try:
                with self._database.transaction() as connection:
                    _tell(connection, told)
                    before = {(row.kind, row.name) for row in connection.execute(_of(told.person))}
                    if not keeps_others:
                        lost = update(ASSIGNMENTS).where(ASSIGNMENTS.c.person == told.person)
                        connection.execute(lost.values(is_wanted=False))
                    for one in wanted:
                        _want(connection, one, is_new=(one.kind, one.name) not in before)
            except AlreadyThere:
                continue  # another sign-in of the same person, the first one, too
            return

    def make_due(self, person: str) -> None:
        """Make a person due now."""
        with self._database.transaction() as connection:
            one = update(ASSIGNED_PEOPLE).where(ASSIGNED_PEOPLE.c.person == person)
            connection.execute(one.values(**_due(connection)))

    def applied(self, person: str, user_id: int, retry_at: int) -> None:
        """Write down for which account all was done that could be, and when the rest may be tried again."""
        with self._database.transaction() as connection:
            one = update(ASSIGNED_PEOPLE).where(ASSIGNED_PEOPLE.c.person == person)
            connection.execute(one.values(user_id=user_id, retry_at=retry_at))

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


def _tell(connection: sqlalchemy.Connection, told: AssignedPerson) -> None:
    values: dict[str, Any] = {"provider": told.provider, "digest": told.digest, "rules": json.dumps(dict(told.rules))}
    values |= {"told_at": int(time.time()), "retry_at": 0, **_due(connection)}
    columns = ASSIGNED_PEOPLE.c
    again = update(ASSIGNED_PEOPLE).where(columns.person == told.person)
    if not connection.execute(again.values(**values)).rowcount:
        new = {"person": told.person, "user_id": 0, "lease": "", "lease_until": 0, "revision": 1}
        connection.execute(insert(ASSIGNED_PEOPLE).values(**values | new))


def _due(connection: sqlalchemy.Connection) -> dict[str, Any]:
    due_at, revision = clock.now(connection.dialect), ASSIGNED_PEOPLE.c.revision + 1
    return {"due_at": due_at, "revision": revision, "tries": 0, "error": "", "note": "", "state": "waiting"}


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
