"""People to whom something is left to do: what was made of their newest claims, and which of them are due.

``digest`` changes with what is made of the claims of a sign-in, ``directory_digest`` with what is made of those of a
directory. ``rules`` tells which rules held and why (JSON), ``user_id`` for which account all was done the last time, 0
for none yet, and ``retry_at`` from when on a sign-in has what could not be given tried again, 0 for never.
``inactive_user_id`` is the account that is, or is about to be, deactivated because the directory says so; 0 for none.
"""

import json
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeAlias

import sqlalchemy
from sqlalchemy import insert, select, update

from gateway.database import clock
from gateway.database.connection import Database
from gateway.database.due_rows import DueClaim, DueRows, DueState
from gateway.database.tables import ASSIGNED_PEOPLE

Origin: TypeAlias = Literal["sign_in", "directory"]
"""By whose word somebody is to have something: the claims of their sign-in, or a directory that is pushed."""

FIRST = 0
"""When those are due who go before everybody else."""


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
    directory_digest: str = ""
    inactive_user_id: int = 0
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


class AssignedPeople:
    """What was made of people's claims. Every method raises ``DatabaseUnavailable`` where it cannot be asked.

    Args:
        database: where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, person: str) -> AssignedPerson | None:
        """Return what was made of a person's newest claims; ``None`` where nothing was ever to be done for them."""
        names = [field.name for field in fields(AssignedPerson)]
        columns = (ASSIGNED_PEOPLE.c[name] for name in names)
        with self._database.reading() as connection:
            row = connection.execute(select(*columns).where(ASSIGNED_PEOPLE.c.person == person)).first()
        if row is None:
            return None
        values = {name: getattr(row, name) for name in names}
        return AssignedPerson(**values | {"rules": json.loads(row.rules)})

    def make_due(self, person: str) -> None:
        """Make a person due now, if anything was ever to be done for them."""
        with self._database.transaction() as connection:
            one = update(ASSIGNED_PEOPLE).where(ASSIGNED_PEOPLE.c.person == person)
            connection.execute(one.values(**_due(clock.now(connection.dialect))))

    def retry(self, provider: str) -> int:
        """Make everybody of a provider due for whom something could not be done; return how many they are."""
        columns = ASSIGNED_PEOPLE.c
        its = (columns.provider == provider) & (columns.state == "dead") & columns.due_at.is_(None)
        with self._database.transaction() as connection:
            again = update(ASSIGNED_PEOPLE).where(its)
            return connection.execute(again.values(**_due(clock.now(connection.dialect)))).rowcount

    def applied(self, person: str, user_id: int, retry_at: int) -> None:
        """Write down for which account all was done that could be, and when the rest may be tried again."""
        self._write(person, user_id=user_id, retry_at=retry_at)

    def deactivates(self, person: str, user_id: int) -> None:
        """Write down which account is about to be deactivated, 0 for none any more."""
        self._write(person, inactive_user_id=user_id)

    def due(self, connection: sqlalchemy.Connection, provider: str, people: Collection[str], *, first: bool) -> None:
        """Make people due, within the transaction that changes the directory; implements ``Due``."""
        due_at = sqlalchemy.literal(FIRST, sqlalchemy.BigInteger) if first else clock.now(connection.dialect)
        columns = ASSIGNED_PEOPLE.c
        known = set(connection.execute(select(columns.person).where(columns.person.in_(people))).scalars())
        if known:
            connection.execute(update(ASSIGNED_PEOPLE).where(columns.person.in_(known)).values(**_due(due_at)))
        for person in (one for one in people if one not in known):
            new = {"person": person, "provider": provider, "digest": "", "rules": "{}", "told_at": 0, "retry_at": 0}
            connection.execute(insert(ASSIGNED_PEOPLE).values(**new | _new() | {"due_at": due_at}))

    def _write(self, person: str, **values: Any) -> None:
        with self._database.transaction() as connection:
            connection.execute(update(ASSIGNED_PEOPLE).where(ASSIGNED_PEOPLE.c.person == person).values(**values))


def tell_person(
    connection: sqlalchemy.Connection, told: AssignedPerson, origin: Origin, *, makes_due: bool = True
) -> None:
    """Write down what was made of a person's claims, within a transaction.

    What a directory says may change what a sign-in has to say besides: the next one says it anew.

    Args:
        connection: within the transaction.
        told: the person.
        origin: whose claims they are.
        makes_due: whether the person becomes due by that; not where a worker is just looking at them.
    """
    values: dict[str, Any] = {"provider": told.provider, "rules": json.dumps(dict(told.rules))}
    digests = {"digest": told.digest} if origin == "sign_in" else {"digest": "", "directory_digest": told.digest}
    values |= {**digests, "told_at": int(time.time()), "retry_at": 0}
    values |= _due(clock.now(connection.dialect)) if makes_due else {}
    again = update(ASSIGNED_PEOPLE).where(ASSIGNED_PEOPLE.c.person == told.person)
    if not connection.execute(again.values(**values)).rowcount:
        connection.execute(insert(ASSIGNED_PEOPLE).values(**values | _new() | {"person": told.person}))


def _new() -> dict[str, Any]:
    return {
        "user_id": 0,
        "lease": "",
        "lease_until": 0,
        "revision": 1,
        "tries": 0,
        "error": "",
        "note": "",
        "state": "waiting",
    }


def _due(due_at: sqlalchemy.ColumnElement[int]) -> dict[str, Any]:
    revision = ASSIGNED_PEOPLE.c.revision + 1
    return {"due_at": due_at, "revision": revision, "tries": 0, "error": "", "note": "", "state": "waiting"}
