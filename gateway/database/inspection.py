"""What the database says of itself, and whether it takes what is written."""

from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import text

from gateway.database.connection import Database
from gateway.database.tables import AUDIT_TRAIL


class _TakenBack(Exception):
    """Ends a transaction of which nothing is to be left."""


def missing_file(database: Database) -> Path | None:
    """Return the SQLite file that is not there yet; ``None`` where it is, and for a server."""
    if database.engine.dialect.name != "sqlite":
        return None
    file = Path(database.engine.url.database or "")
    return None if file.exists() else file


def product(database: Database) -> str:
    """Return the database's product and version, such as ``PostgreSQL 16.2``.

    Raises:
        DatabaseUnavailable: it cannot be asked.
    """
    with database.reading() as connection:
        if database.engine.dialect.name == "sqlite":
            return f"SQLite {connection.execute(text('SELECT sqlite_version()')).scalar()}"
        return f"PostgreSQL {str(connection.execute(text('SHOW server_version')).scalar()).split()[0]}"


def try_to_write(database: Database) -> None:
    """Write a row into a table that is there, and take it back.

    Raises:
        DatabaseUnavailable: it takes none.
    """
    columns: list[sqlalchemy.Column[Any]] = [column for column in AUDIT_TRAIL.columns if not column.primary_key]
    row = {column.name: 0 if isinstance(column.type, sqlalchemy.BigInteger) else "" for column in columns}
    try:
        with database.transaction() as connection:
            connection.execute(AUDIT_TRAIL.insert().values(row))
            _take_back()
    except _TakenBack:
        return


def _take_back() -> None:
    raise _TakenBack
