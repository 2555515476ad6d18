"""Which rows of a table are due, and which worker looks at which: a lease that is renewed, and ends by itself.

``due_at`` says from when on a row is due; without it there is nothing to do. ``lease`` and ``lease_until`` say which
worker has it until when, ``tries`` how often in a row that led to nothing. A table of due rows has ``due_columns``.

A clock may jump. So a lease that would last longer than any is over, and what would be due later than anything is due.
"""

import secrets
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

import sqlalchemy
from sqlalchemy import case, func, or_, select, update

from gateway.database import clock
from gateway.database.connection import Database

LEASE_SECONDS = 30
"""How long a row stays with a worker that died."""

LONGEST_SECONDS = 3600
"""How long a row waits at most until it is looked at again."""

DueState = Literal["waiting", "done", "dead", "review"]
"""How it stands with a row: it is due, now or later; all is done; a fault, or a refund, waits for a person."""


@dataclass(frozen=True)
class DueClaim:
    """A row that a worker looks at.

    Attributes:
        key: which, by the values of its key.
        revision: what was told of it when it was claimed.
        tries: how often in a row it led to nothing before.
        error: the code of what it met the last time; or empty.
        lease: the worker's proof.
    """

    key: tuple[str, ...]
    revision: int
    tries: int
    error: str
    lease: str


@dataclass(frozen=True)
class Stock:
    """How much there is to do.

    Attributes:
        due: rows that are due now, those among them that a worker has.
        oldest_seconds: how long the one has been due that has been so longest; 0 where none is. What goes before all
            else has no moment from when on it is due, and does not count here.
        retrying: rows that are left to be done and met something the last time that they were looked at.
        dead: rows whose fault waits for a person.
    """

    due: int
    oldest_seconds: int
    retrying: int
    dead: int


C = TypeVar("C", bound=DueClaim)


class DueRows(Generic[C]):
    """Rows that are due. Every method raises ``DatabaseUnavailable`` where the database cannot be asked.

    Args:
        database: where they are.
        table: in which table.
        key: the columns that tell them apart, texts.
        claims: what makes a claim of one.
    """

    def __init__(self, database: Database, table: sqlalchemy.Table, key: tuple[str, ...], claims: type[C]) -> None:
        self._database = database
        self._table = table
        self._key = key
        self._claims = claims

    def next_at(self) -> int | None:
        """Return when the next row is due that no worker has, by this host's clock, epoch seconds, UTC.

        Returns:
            ``None`` where none is, now or later.
        """
        now = self._now()
        waiting = select(self._due_at - now).where(self._due_at.is_not(None), self._is_free(now))
        never = select(self._due_at).where(self._is_too_late(now), self._is_free(now)).limit(1)
        with self._database.reading() as connection:
            seconds: int | None = connection.execute(waiting.order_by(self._due_at).limit(1)).scalar()
            if seconds is None:
                return None
            if seconds > 0 and connection.execute(never).first() is not None:
                seconds = 0
        return int(time.time()) + seconds

    def claim(self, at_most: int = 1) -> Sequence[C]:
        """Take rows that are due and that no other worker has, the one that waits longest first.

        Args:
            at_most: how many.
        """
        now = self._now()
        return self._claimed(at_most, self._due_at <= now) or self._claimed(at_most, self._is_too_late(now))

    def claim_one(self, *key: str) -> C | None:
        """Take one row to which something is left to do, now or later, for a person waits.

        Args:
            key: the values of its key.

        Returns:
            ``None`` where nothing is left to do, or another worker has it.
        """
        claims = self._claimed(1, sqlalchemy.and_(*self._is(key), self._table.c.due_at.is_not(None)))
        return claims[0] if claims else None

    def claim_any(self, *key: str) -> C | None:
        """Take one row whether or not something is left to do, for somebody decides on it.

        Args:
            key: the values of its key.

        Returns:
            ``None`` where there is none, or another worker has it.
        """
        claims = self._claimed(1, sqlalchemy.and_(*self._is(key)))
        return claims[0] if claims else None

    def _claimed(self, at_most: int, which: sqlalchemy.ColumnElement[bool]) -> Sequence[C]:
        now, token = self._now(), secrets.token_hex(16)
        due = (
            select(self._table)
            .where(which, self._is_free(now))
            .order_by(self._due_at)
            .limit(at_most)
            .with_for_update(skip_locked=True)
        )
        with self._database.transaction() as connection:
            rows = connection.execute(due).all()
            for row in rows:
                leased = {"lease": token, "lease_until": now + LEASE_SECONDS}
                connection.execute(update(self._table).where(*self._is(self._key_of(row))).values(**leased))
        return [self._claims(self._key_of(row), row.revision, row.tries, row.error, token) for row in rows]

    def renew(self, claims: Collection[C]) -> Collection[C]:
        """Keep rows for another while; return those that are lost."""
        renewed = {"lease_until": self._now() + LEASE_SECONDS}
        with self._database.transaction() as connection:
            return [
                claim
                for claim in claims
                if not connection.execute(update(self._table).where(*self._held(claim)).values(**renewed)).rowcount
            ]

    def finish(self, claim: C, state: DueState, error: str = "", note: str = "") -> None:
        """Let go of a row to which nothing is left to do; it stays due if something was told of it meanwhile.

        Args:
            claim: which.
            state: how it stands with it.
            error: the code of a fault that waits for a person.
            note: the same as a sentence.
        """
        self._let_go(claim, None, state, {"error": error, "note": note, "tries": 0})

    def postpone(self, claim: C, seconds: float, error: str, note: str, *, counts: bool = True) -> None:
        """Let go of a row that is to be tried again.

        Args:
            claim: which.
            seconds: from now, at most ``LONGEST_SECONDS``; at once if something was told of it meanwhile.
            error: the code of what it met.
            note: the same as a sentence.
            counts: whether that was a try that led to nothing.
        """
        told = {"error": error, "note": note, "tries": claim.tries + int(counts)}
        self._let_go(claim, self._now() + int(min(seconds, LONGEST_SECONDS)), "waiting", told)

    def wake(self, errors: Collection[str]) -> int:
        """Make all rows due that wait because of one of these errors; return how many."""
        now = self._now()
        waiting = (self._due_at > now) & self._table.c.error.in_(errors)
        with self._database.transaction() as connection:
            return connection.execute(update(self._table).where(waiting).values(due_at=now)).rowcount

    def stock(self) -> Stock:
        """Return how much there is to do."""
        now, due_at = self._now(), self._due_at
        is_due = due_at <= now
        oldest = func.min(case((is_due & (due_at > 0), due_at)))
        left = select(
            func.count(case((is_due, 1))),
            func.coalesce(now - oldest, 0),
            func.count(case((self._table.c.tries > 0, 1))),
        ).where(due_at.is_not(None))
        dead = select(func.count()).where(self._table.c.state == "dead", due_at.is_(None))
        with self._database.reading() as connection:
            due, seconds, retrying = connection.execute(left).one()
            return Stock(due, seconds, retrying, connection.execute(dead).scalar_one())

    def _now(self) -> sqlalchemy.ColumnElement[int]:
        return clock.now(self._database.engine.dialect)

    def _let_go(
        self, claim: C, due_at: sqlalchemy.ColumnElement[int] | None, state: DueState, told: Mapping[str, object]
    ) -> None:
        columns = self._table.c
        is_same = columns.revision == claim.revision
        values = {name: case((is_same, value), else_=columns[name]) for name, value in told.items()}
        due = sqlalchemy.cast(None, sqlalchemy.BigInteger) if due_at is None else due_at
        values["state"] = case((is_same, state), else_=columns.state)
        values["due_at"] = case((is_same, due), else_=columns.due_at)
        with self._database.transaction() as connection:
            connection.execute(update(self._table).where(*self._held(claim)).values(**values, lease="", lease_until=0))

    @property
    def _due_at(self) -> sqlalchemy.Column[int]:
        return self._table.c.due_at

    def _key_of(self, row: Any) -> tuple[str, ...]:
        return tuple(getattr(row, name) for name in self._key)

    def _is(self, key: tuple[str, ...]) -> list[sqlalchemy.ColumnElement[bool]]:
        return [self._table.c[name] == value for name, value in zip(self._key, key, strict=True)]

    def _held(self, claim: C) -> list[sqlalchemy.ColumnElement[bool]]:
        return [*self._is(claim.key), self._table.c.lease == claim.lease]

    def _is_free(self, now: sqlalchemy.ColumnElement[int]) -> sqlalchemy.ColumnElement[bool]:
        until = self._table.c.lease_until
        return or_(until <= now, until > now + 2 * LEASE_SECONDS)

    def _is_too_late(self, now: sqlalchemy.ColumnElement[int]) -> sqlalchemy.ColumnElement[bool]:
        return self._due_at > now + 2 * LONGEST_SECONDS
