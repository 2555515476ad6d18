"""Identity providers' connections to the directory: one writer at a time for each, and how many people it has."""

import secrets
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol, TypeVar

import sqlalchemy
from sqlalchemy import func, insert, select, update

from gateway.database.connection import AlreadyThere, Database
from gateway.database.directory_tables import SCIM_CONNECTIONS, SCIM_USERS
from schemas.directory import DeactivationRefused, Deactivations

HOUR_SECONDS = 3600
_TRIES = 3

T = TypeVar("T")


class Due(Protocol):
    """Who is told that TalentLMS has to follow."""

    def due(self, connection: sqlalchemy.Connection, provider: str, people: Collection[str], *, first: bool) -> None:
        """Take note of people whose accounts may have to change, within the transaction that changes the directory.

        Args:
            connection: within that transaction: what is written there counts if the change does.
            provider: whose directory.
            people: their keys (``DirectoryUser.person``), as few as one statement takes.
            first: whether they go before everybody else: they may not come in any more.
        """


class NobodyFollows:
    """Takes note of nobody; for a gateway without provisioning."""

    def due(self, connection: sqlalchemy.Connection, provider: str, people: Collection[str], *, first: bool) -> None:
        """Do nothing."""


@dataclass(frozen=True)
class DirectoryTransaction:
    """A transaction that is the only one which writes to a connection's directory.

    Attributes:
        connection: the database's.
        provider: whose directory.
        now: milliseconds since the epoch, UTC.
    """

    connection: sqlalchemy.Connection
    provider: str
    now: int

    def count(self, *, users: int = 0, active: int = 0, groups: int = 0) -> None:
        """Count so many people, active people and groups more."""
        if users or active or groups:
            columns = SCIM_CONNECTIONS.c
            more = {"users": columns.users + users, "active_users": columns.active_users + active}
            its = columns.provider == self.provider
            self.connection.execute(update(SCIM_CONNECTIONS).where(its).values(**more, groups=columns.groups + groups))

    def check_deactivation(self, may: Callable[[Deactivations], bool]) -> None:
        """Check that one more may be deactivated.

        Raises:
            DeactivationRefused: not by the rule ``may``.
        """
        its = SCIM_CONNECTIONS.c.provider == self.provider
        row = self.connection.execute(select(SCIM_CONNECTIONS).where(its)).one()
        since = max(self.now // 1000 - HOUR_SECONDS, row.resumed_seconds)
        lately = (SCIM_USERS.c.provider == self.provider) & (SCIM_USERS.c.deactivated_seconds > since)
        number = self.connection.execute(select(func.count()).select_from(SCIM_USERS).where(lately)).scalar_one()
        if not may(Deactivations(number, row.active_users, row.stopped_seconds > 0)):
            raise DeactivationRefused


class DirectoryConnections:
    """The connections.

    Every method raises ``DatabaseUnavailable`` where the database cannot be asked.

    Args:
        database: where they are.
        clock: seconds since the epoch, UTC.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self._clock = clock

    def write(self, provider: str, step: Callable[[DirectoryTransaction], T]) -> T:
        """Take a step that writes to a connection's directory; all of it counts, or nothing."""
        for attempt in range(1, _TRIES + 1):
            try:
                with self.database.transaction() as connection:
                    _lock(connection, provider)
                    return step(DirectoryTransaction(connection, provider, int(self._clock() * 1000)))
            except AlreadyThere:
                if attempt == _TRIES:
                    raise
        raise AssertionError

    def has_groups(self, provider: str) -> bool:
        """Return whether a connection pushes groups: then what it says of them counts, and not what a sign-in does."""
        its = (SCIM_CONNECTIONS.c.provider == provider) & (SCIM_CONNECTIONS.c.groups > 0)
        with self.database.reading() as connection:
            return connection.execute(select(SCIM_CONNECTIONS.c.provider).where(its)).first() is not None

    def stop(self, provider: str) -> bool:
        """Let a connection deactivate nobody any more; return whether it could before."""

        def stop(writing: DirectoryTransaction) -> bool:
            its = (SCIM_CONNECTIONS.c.provider == provider) & (SCIM_CONNECTIONS.c.stopped_seconds == 0)
            return writing.connection.execute(
                update(SCIM_CONNECTIONS).where(its).values(stopped_seconds=writing.now // 1000)
            ).rowcount > 0  # fmt: skip

        return self.write(provider, stop)

    def resume(self, provider: str) -> bool:
        """Let a connection deactivate people again, and count from now on; return whether it was stopped."""

        def resume(writing: DirectoryTransaction) -> bool:
            its = (SCIM_CONNECTIONS.c.provider == provider) & (SCIM_CONNECTIONS.c.stopped_seconds > 0)
            values = {"stopped_seconds": 0, "resumed_seconds": writing.now // 1000}
            return writing.connection.execute(update(SCIM_CONNECTIONS).where(its).values(**values)).rowcount > 0

        return self.write(provider, resume)


def new_id(now: int) -> str:
    """Return the id of something new: 32 hexadecimal digits that grow with time, 80 bits of them by chance."""
    return f"{now:012x}{secrets.token_hex(10)}"


def _lock(connection: sqlalchemy.Connection, provider: str) -> None:
    """Wait until nobody else writes to the directory; with SQLite every writing transaction is alone."""
    its = select(SCIM_CONNECTIONS.c.provider).where(SCIM_CONNECTIONS.c.provider == provider)
    if connection.execute(its.with_for_update()).first() is None:
        nothing = {"users": 0, "active_users": 0, "groups": 0, "stopped_seconds": 0, "resumed_seconds": 0}
        connection.execute(insert(SCIM_CONNECTIONS).values(provider=provider, **nothing))
