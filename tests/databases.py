"""Databases for gateways of tests: files whose tables are there already, since making them takes a while."""

import itertools
import tempfile
from functools import cache
from pathlib import Path

from gateway.database.connection import connect
from gateway.database.upgrade import upgrade
from schemas.secret import Secret

_numbers = itertools.count()


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
