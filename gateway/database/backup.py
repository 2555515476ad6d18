"""A copy of a SQLite file, as it is at one moment, while the gateway goes on writing.

A plain copy of the file is none: what was committed last stands in the write-ahead log beside it
(https://www.sqlite.org/howtocorrupt.html, section 1.2).
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from gateway.database.connection import Database

_ONLY_THE_OWNER = 0o600


class NotAFile(Exception):
    """The database is a server, which has programs of its own for that."""


def back_up(database: Database, file: Path) -> None:
    """Write the copy, which is whole and on the disk when this returns; otherwise there is none.

    Args:
        database: as it is; its tables need not be up to date.
        file: where to; readable for the owner alone.

    Raises:
        NotAFile: it is no SQLite file.
        FileExistsError: the copy's file is there already, and stays as it is.
        OSError: the copy's file cannot be made.
        DatabaseUnavailable: the database cannot be read, or its copy not be written.
    """
    if database.engine.dialect.name != "sqlite":
        raise NotAFile
    os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _ONLY_THE_OWNER))
    try:
        with database.plain.reading() as connection, closing(sqlite3.connect(file)) as copy:
            source = connection.connection.driver_connection
            assert isinstance(source, sqlite3.Connection)  # noqa: S101 - for the type checker: the dialect says so
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, whole by itself
            _check(copy)
    except BaseException:
        file.unlink()
        raise


def _check(copy: sqlite3.Connection) -> None:
    [(said,), *_] = copy.execute("PRAGMA integrity_check").fetchall()
    if said != "ok":
        raise sqlite3.DatabaseError("database disk image is malformed")
