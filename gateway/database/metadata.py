"""What all tables share; `tables` lists them."""

from typing import Any

from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Text

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


def due_columns() -> tuple[Column[Any], ...]:
    """Return the columns of rows that are due at times; ``database.due_rows`` says what each means."""
    return (
        Column("revision", BigInteger, nullable=False),
        Column("due_at", BigInteger),
        Column("tries", Integer, nullable=False),
        Column("lease", String(32), nullable=False),
        Column("lease_until", BigInteger, nullable=False),
        Column("error", String(64), nullable=False),
        Column("note", Text, nullable=False),
        Column("state", String(16), nullable=False),
    )
