"""Databases for gateways of tests: files whose tables are there already, since making them takes a while."""

import itertools
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy

from gateway.database.connection import connect
from gateway.database.upgrade import upgrade
from schemas.secret import Secret

_numbers = itertools.count()


class CompiledStatements(dict[Any, Any]):
    """Compiled statements that all databases of one kind share: SQLAlchemy keeps them for each connection pool."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get(_of_any_pool(key), default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        super().__setitem__(_of_any_pool(key), compiled)


def _of_any_pool(key: tuple[Any, ...]) -> tuple[Any, ...]:
    dialect, *statement = key
    return (type(dialect), *statement)


def sharing_statements(create_engine: Callable[..., sqlalchemy.Engine]) -> Callable[..., sqlalchemy.Engine]:
    """Return SQLAlchemy's ``create_engine``, whose engines compile each statement once for all of them."""
    compiled = CompiledStatements()

    def created(*given: Any, **named: Any) -> sqlalchemy.Engine:
        return create_engine(*given, **named, execution_options={"compiled_cache": compiled})

    return created


def new_database(folder):
    """Return the URL of a new SQLite file in a folder."""
    file = Path(folder) / f"gateway-{next(_numbers)}.db"
    file.write_bytes(_template())
    return f"sqlite:///{file}"


@cache
def _template():
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "gateway.db"
        database = connect(Secret(f"sqlite:///{file}"))
        upgrade(database)
        database.close()  # until then the tables are in the write-ahead log, beside the file
        return file.read_bytes()
