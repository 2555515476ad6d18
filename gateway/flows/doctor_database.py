"""The doctor's check of the database: whether it can be reached and written, its version, and its tables."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from gateway.database.connection import Database
from gateway.database.inspection import missing_file, product, try_to_write
from gateway.database.upgrade import Versions, versions
from gateway.errors import DatabaseUnavailable
from gateway.flows.doctor import Row
from gateway.flows.reaching import remedy_of

SETTING = "GATEWAY_DATABASE_URL"
OLDEST = 14
_POSTGRESQL = "PostgreSQL "

_REMEDIES = tuple(
    (re.compile(words), remedy)
    for words, remedy in (
        ("password", f"Check user and password in {SETTING}; / ? # @ and % are percent-encoded there."),
        ("no such user", f"Check the user in {SETTING}, or make this role there."),
        ("no such database", f"Check the database's name in {SETTING}, or make an empty one that the role owns."),
        ("pg_hba", "Let the role in from this machine, by a line of the server's pg_hba.conf."),
        ("no further connection", "Raise max_connections there: each process of the gateway opens ten at most."),
        ("starting or stopping", "Wait until the server is up."),
        ("ReadOnlySql", f"{SETTING} leads to a standby: name the primary, or an address that follows it."),
        ("InsufficientPrivilege", "Make the role the owner of the database and of its tables."),
        (
            "readonly|unable to open|[Pp]ermission|Read-only|File exists|Not a directory",
            f"Check the path in {SETTING}: the gateway's user has to be allowed to write the file and its folder.",
        ),
        ("not a database|malformed", f"Check the path in {SETTING}, or put a backup in the file's place."),
        ("full", "Make room on the disk."),
        ("locked|takes too long", "See what holds a transaction open so long."),
    )
)


class DatabaseCheck:
    """Asks the database, as it is: nothing in it is changed.

    Args:
        database: its tables are not brought up to date by being asked for.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def __call__(self) -> Iterator[Row]:
        """Walk what is found."""
        file = missing_file(self._database)
        if file is not None:
            yield _not_there_yet(file)
            return
        try:
            yield _version(product(self._database))
            found = versions(self._database)
            yield _tables(found)
            if found.current is not None and not found.are_of_a_newer_gateway:
                try_to_write(self._database)
                yield Row("database: writes", SETTING, "ok", "takes what is written")
        except DatabaseUnavailable as error:
            yield Row("database", SETTING, "fault", error.note, _remedy(error.note))


def _remedy(note: str) -> str:
    own = (remedy for words, remedy in _REMEDIES if words.search(note))
    return next(own, "") or remedy_of(note, SETTING) or "See the database's own log."


def _not_there_yet(file: Path) -> Row:
    folder = next(parent for parent in file.parents if parent.exists())
    if os.access(folder, os.W_OK | os.X_OK):
        return Row("database", SETTING, "ok", f"{file} is not there yet: the gateway makes it when it starts")
    finding = f"{file} is not there, and cannot be made in {folder}"
    return Row("database", SETTING, "fault", finding, "Let the gateway's user write this folder.")


def _version(name: str) -> Row:
    if name.startswith(_POSTGRESQL) and int(name.removeprefix(_POSTGRESQL).partition(".")[0]) < OLDEST:
        return Row("database: version", SETTING, "fault", f"is {name}", f"Update it to PostgreSQL {OLDEST} or newer.")
    return Row("database: version", SETTING, "ok", f"is {name}")


def _tables(found: Versions) -> Row:
    if found.are_up_to_date:
        return Row("database: tables", SETTING, "ok", f"are at {found.current}")
    if found.are_of_a_newer_gateway:
        finding = f"are at {found.current}, of a newer gateway; this one knows them up to {found.newest}"
        return Row("database: tables", SETTING, "fault", finding, "Run the newer version, or restore an older backup.")
    remedy = "Start the gateway, which brings them there, or run `talentlms-gateway database upgrade`."
    finding = f"are at {found.current or 'nothing'}, and this gateway needs {found.newest}"
    return Row("database: tables", SETTING, "warning", finding, remedy)
