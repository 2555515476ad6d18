"""Which orders are due, and which worker looks at which: a lease that is renewed, and ends by itself.

``orders.due_at`` says from when on an order is due; without it there is nothing to do. ``lease`` and ``lease_until``
say which worker has it until when, ``tries`` how often in a row that led to nothing.

A clock may jump. So a lease that would last longer than any is over, and what would be due later than anything is due.
"""

import secrets
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import sqlalchemy
from sqlalchemy import case, delete, or_, select, update

from gateway.database import clock
from gateway.database.connection import Database
from gateway.database.tables import ORDER_FAULTS, ORDERS

LEASE_SECONDS = 30
"""How long an order stays with a worker that died."""

LONGEST_SECONDS = 3600
"""How long an order waits at most until it is looked at again."""

OrderState = Literal["waiting", "done", "dead", "review"]
"""How it stands with an order: it is due, now or later; all is done; a fault, or a refund, waits for a person."""


@dataclass(frozen=True)
class Claim:
    """An order that a worker looks at.

    Attributes:
        storefront: whose it is.
        order_id: which.
        revision: what was told of it when it was claimed.
        tries: how often in a row it led to nothing before.
        error: the code of what it met the last time; or empty.
        lease: the worker's proof.
    """

    storefront: str
    order_id: str
    revision: int
    tries: int
    error: str
    lease: str


class OrderQueue:
    """Orders that are due. Every method raises ``DatabaseUnavailable`` where the database cannot be asked.

    Args:
        database: where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def next_at(self) -> int | None:
        """Return when the next order is due that no worker has, by this host's clock, epoch seconds, UTC.

        Returns:
            ``None`` where none is, now or later.
        """
        now = self._now()
        waiting = select(ORDERS.c.due_at - now).where(ORDERS.c.due_at.is_not(None), _is_free(now))
        never = select(ORDERS.c.due_at).where(_is_too_late(now), _is_free(now)).limit(1)
        with self._database.reading() as connection:
            seconds: int | None = connection.execute(waiting.order_by(ORDERS.c.due_at).limit(1)).scalar()
            if seconds is None:
                return None
            if seconds > 0 and connection.execute(never).first() is not None:
                seconds = 0
        return int(time.time()) + seconds

    def claim(self, at_most: int = 1) -> Sequence[Claim]:
        """Take orders that are due and that no other worker has, the one that waits longest first.

        Args:
            at_most: how many.
        """
        now = self._now()
        return self._claimed(at_most, ORDERS.c.due_at <= now) or self._claimed(at_most, _is_too_late(now))

    def claim_one(self, storefront: str, order_id: str) -> Claim | None:
        """Take one order to which something is left to do, now or later, for a person waits.

        Returns:
            ``None`` where nothing is left to do, or another worker has it.
        """
        one = (ORDERS.c.storefront == storefront) & (ORDERS.c.id == order_id)
        claims = self._claimed(1, one & ORDERS.c.due_at.is_not(None))
        return claims[0] if claims else None

    def _claimed(self, at_most: int, which: sqlalchemy.ColumnElement[bool]) -> Sequence[Claim]:
        now, token = self._now(), secrets.token_hex(16)
        due = (
            select(ORDERS)
            .where(which, _is_free(now))
            .order_by(ORDERS.c.due_at)
            .limit(at_most)
            .with_for_update(skip_locked=True)
        )
        with self._database.transaction() as connection:
            rows = connection.execute(due).all()
            for row in rows:
                mine = (ORDERS.c.storefront == row.storefront) & (ORDERS.c.id == row.id)
                leased = {"lease": token, "lease_until": now + LEASE_SECONDS}
                connection.execute(update(ORDERS).where(mine).values(**leased))
        return [Claim(row.storefront, row.id, row.revision, row.tries, row.error, token) for row in rows]

    def renew(self, claims: Collection[Claim]) -> Collection[Claim]:
        """Keep orders for another while; return those that are lost."""
        renewed = {"lease_until": self._now() + LEASE_SECONDS}
        with self._database.transaction() as connection:
            return [
                claim
                for claim in claims
                if not connection.execute(update(ORDERS).where(*_held(claim)).values(**renewed)).rowcount
            ]

    def finish(self, claim: Claim, state: OrderState, error: str = "", note: str = "") -> None:
        """Let go of an order to which nothing is left to do; it stays due if something was told of it meanwhile.

        Args:
            claim: which.
            state: how it stands with it.
            error: the code of a fault that waits for a person.
            note: the same as a sentence.
        """
        self._let_go(claim, None, state, {"error": error, "note": note, "tries": 0})

    def postpone(self, claim: Claim, seconds: float, error: str, note: str, *, counts: bool = True) -> None:
        """Let go of an order that is to be tried again.

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
        """Make all orders due that wait because of one of these errors; return how many."""
        now = self._now()
        waiting = (ORDERS.c.due_at > now) & ORDERS.c.error.in_(errors)
        with self._database.transaction() as connection:
            return connection.execute(update(ORDERS).where(waiting).values(due_at=now)).rowcount

    def retry(self, storefront: str, order_id: str) -> bool:
        """Make an order due now, whatever became of it, and forget how often it failed; return whether it is there."""
        with self._database.transaction() as connection:
            return make_due(connection, storefront, order_id)

    def _now(self) -> sqlalchemy.ColumnElement[int]:
        return clock.now(self._database.engine.dialect)

    def _let_go(
        self, claim: Claim, due_at: sqlalchemy.ColumnElement[int] | None, state: OrderState, told: Mapping[str, object]
    ) -> None:
        is_same = ORDERS.c.revision == claim.revision
        values = {name: case((is_same, value), else_=ORDERS.c[name]) for name, value in told.items()}
        due = sqlalchemy.cast(None, sqlalchemy.BigInteger) if due_at is None else due_at
        values["state"] = case((is_same, state), else_=ORDERS.c.state)
        values["due_at"] = case((is_same, due), else_=ORDERS.c.due_at)
        with self._database.transaction() as connection:
            connection.execute(update(ORDERS).where(*_held(claim)).values(**values, lease="", lease_until=0))


def make_due(connection: sqlalchemy.Connection, storefront: str, order_id: str) -> bool:
    """Make an order due now, as ``OrderQueue.retry`` has it, within a transaction."""
    now = clock.now(connection.dialect)
    due = {"due_at": now, "tries": 0, "state": "waiting", "revision": ORDERS.c.revision + 1}
    one = (ORDERS.c.storefront == storefront) & (ORDERS.c.id == order_id)
    faults = (ORDER_FAULTS.c.storefront == storefront) & (ORDER_FAULTS.c.order_id == order_id)
    connection.execute(delete(ORDER_FAULTS).where(faults))
    return connection.execute(update(ORDERS).where(one).values(**due)).rowcount > 0


def _is_free(now: sqlalchemy.ColumnElement[int]) -> sqlalchemy.ColumnElement[bool]:
    return or_(ORDERS.c.lease_until <= now, ORDERS.c.lease_until > now + 2 * LEASE_SECONDS)


def _is_too_late(now: sqlalchemy.ColumnElement[int]) -> sqlalchemy.ColumnElement[bool]:
    return ORDERS.c.due_at > now + 2 * LONGEST_SECONDS


def _held(claim: Claim) -> tuple[sqlalchemy.ColumnElement[bool], ...]:
    return (
        ORDERS.c.storefront == claim.storefront,
        ORDERS.c.id == claim.order_id,
        ORDERS.c.lease == claim.lease,
    )
