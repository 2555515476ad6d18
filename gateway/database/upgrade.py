"""The tables are brought up to date at start, by whichever process is first; the others wait for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy
from sqlalchemy import text

from gateway.database.connection import Database, connect
from gateway.errors import DatabaseUnavailable
from schemas.secret import Secret

_LOCK = 0x7461_6C67  # of PostgreSQL's advisory locks, the one that is ours
_FILES = Path(__file__).parent / "migrations" / "versions"


@dataclass(frozen=True)
class Versions:
    """How far the tables are.

    Attributes:
        current: the last change that was made; ``None`` for an empty database.
        newest: the last change that this version of the gateway knows.
    """

    current: str | None
    newest: str

    @property
    def are_up_to_date(self) -> bool:
        """Whether nothing has to be done."""
        return self.current == self.newest

    @property
    def are_of_a_newer_gateway(self) -> bool:
        """Whether a newer version of the gateway has changed them, so that this one does not use them."""
        return self.current is not None and self.current > self.newest


def opened(url: Secret, ca_file: Path | None = None) -> Database:
    """Return the database of a URL as ``connect`` does; its tables are brought up to date before it is first used."""
    return connect(url, ca_file, upgrade)


def versions(database: Database) -> Versions:
    """Return how far the tables are.

    Raises:
        DatabaseUnavailable: the database cannot be asked.
    """
    with database.reading() as connection:
        return _versions(connection)


def newer_tables(database: Database) -> str:
    """Return what to tell where a newer version of the gateway has changed the tables; empty where none has.

    Raises:
        DatabaseUnavailable: the database cannot be asked.
    """
    found = versions(database.plain)
    if not found.are_of_a_newer_gateway:
        return ""
    return (
        f"a newer version of the gateway has changed its tables (they are at {found.current}, this one knows them "
        f"up to {found.newest}). Start the newer version, or restore the backup from before the upgrade "
        "(docs/deploying.md)."
    )


def upgrade(database: Database) -> Versions:
    """Bring the tables up to date: all changes, or none.

    Returns:
        How far they were before.

    Raises:
        DatabaseUnavailable: the database cannot be changed, or was made by a newer version of the gateway.
    """
    with database.transaction() as connection, _alone(connection):
        before = _versions(connection)
        if before.current not in (None, *_changes()):
            note = f"its tables are at {before.current}, which this version of the gateway does not know"
            raise DatabaseUnavailable(note)
        if not before.are_up_to_date:
            from gateway.database import migrations  # noqa: PLC0415 - Alembic: 9 MiB in each worker, needed once

            migrations.run(connection)
        return before


def _versions(connection: sqlalchemy.Connection) -> Versions:
    current = None
    if sqlalchemy.inspect(connection).has_table("alembic_version"):
        current = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return Versions(current, max(_changes()))


def _changes() -> list[str]:
    """Return the numbers of all changes: their files' names begin with them."""
    return [path.stem.partition("_")[0] for path in _FILES.glob("[0-9]*.py")]


@contextmanager
def _alone(connection: sqlalchemy.Connection) -> Iterator[None]:
    """Be the only process that changes tables; with SQLite every writing transaction is alone."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    yield
