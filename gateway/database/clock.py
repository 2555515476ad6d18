"""The clock by which orders are due and leased: the server's where several hosts share one, for theirs may differ."""

import time
from typing import Any

import sqlalchemy
from sqlalchemy import BigInteger, cast, func, literal


def now(dialect: sqlalchemy.Dialect) -> sqlalchemy.ColumnElement[int]:
    """Return the time as a part of a statement, epoch seconds, UTC: PostgreSQL's, or for a SQLite file the host's."""
    return _of_server() if dialect.name == "postgresql" else literal(int(time.time()), BigInteger)


def _of_server() -> sqlalchemy.ColumnElement[Any]:
    return cast(func.floor(func.extract("epoch", func.statement_timestamp())), BigInteger)
