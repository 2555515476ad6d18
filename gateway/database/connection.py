"""The connection to the database: a SQLite file, or PostgreSQL.

A fault of the database leaves this package as ``DatabaseUnavailable``. What is committed is on disk, in both.
"""

import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar

import sqlalchemy
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from gateway.database.failures import told
from gateway.database.outage import Outage
from gateway.errors import DatabaseUnavailable
from schemas.secret import Secret

CONNECT_SECONDS = 3
"""How long PostgreSQL has to take a connection."""
STATEMENT_SECONDS = 5
"""How long a statement, and the wait for another process's transaction, may take."""
CONNECTIONS = 10
"""Connections of one process to PostgreSQL."""
KEPT = 2
"""Connections of one process to a SQLite file that are kept: closing the last one empties the log into the file,
and waits for the disk several times. Others are opened as they are needed."""
STATE_SECONDS = 60
"""How long it counts that the database was unavailable."""

_WRITES = "writes"
_PAUSE_SECONDS = (0.002, 0.02)

T = TypeVar("T")
_chance = random.SystemRandom()


class AlreadyThere(Exception):
    """A row with this unique value exists; never leaves this package."""


class Database:
    """A database. Before it is first used it is prepared, again and again until that has succeeded once.

    Args:
        engine: SQLAlchemy's, as ``connect`` makes it.
        prepare: what to do with it first; raises ``DatabaseUnavailable`` where that cannot be done. ``None``: nothing.
        outage: what is remembered of its server; ``None``: nothing.
    """

    def __init__(
        self,
        engine: sqlalchemy.Engine,
        prepare: "Callable[[Database], object] | None" = None,
        outage: Outage | None = None,
    ) -> None:
        self.engine = engine
        self._is_file = engine.dialect.name == "sqlite"
        self._server = _server(engine.url)
        self._one_writer = threading.Lock()
        self._outage = outage
        self._prepare = prepare
        self._one_at_a_time = threading.Lock()
        self._last: tuple[Literal["ok", "unavailable"], float] | None = None

    @property
    def plain(self) -> "Database":
        """The database as it is, whatever its tables are."""
        return Database(self.engine)

    @property
    def state(self) -> Literal["ok", "unavailable", "unknown"]:
        """Return how it was when it was last used; "unknown" before, and a minute after it was unavailable."""
        if self._last is None or (self._last[0] == "unavailable" and time.monotonic() - self._last[1] > STATE_SECONDS):
            return "unknown"
        return self._last[0]

    def commit_by(self, carry_out: Callable[[Callable[[], None]], None]) -> None:
        """Have somebody else carry out what waits for the disk: SQLite does that in C, where no other greenlet goes on.

        Args:
            carry_out: does what it is given in a thread outside of gevent's loop, and raises what that raises.
        """
        if not self._is_file:
            return

        @event.listens_for(self.engine, "commit")
        def commit(connection: sqlalchemy.Connection) -> None:  # before SQLAlchemy does, which finds it done
            driver = connection.connection.driver_connection
            if driver is not None and connection.get_execution_options().get(_WRITES, False):
                carry_out(driver.commit)

    def check(self) -> None:
        """Ask it for nothing; ``state`` tells of it from then on.

        Raises:
            DatabaseUnavailable: as ``transaction``.
        """
        with self.reading() as connection:
            connection.execute(sqlalchemy.select(1))

    def close(self) -> None:
        """Close what is open; when it is used again, it is connected to anew."""
        self.engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[sqlalchemy.Connection]:
        """Carry out all that a ``with`` block does, or nothing of it.

        Raises:
            AlreadyThere: a unique value is there already; nothing was done.
            DatabaseUnavailable: the database cannot be reached, or is at fault.
        """
        self.prepare()
        options = {_WRITES: True}
        with self._noted(), self._alone(), self.engine.execution_options(**options).begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sqlalchemy.Connection]:
        """Read what was true at one moment.

        Raises:
            DatabaseUnavailable: as ``transaction``.
        """
        self.prepare()
        with self._noted(), self.engine.connect() as connection:
            yield connection
        if self._is_file:
            time.sleep(0)  # nothing in it waited for a socket, so no other greenlet had its turn

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let writers of this process wait for each other here, for as long as SQLite has one that writes."""
        if not self._is_file:
            yield
            return
        if not self._one_writer.acquire(timeout=STATEMENT_SECONDS):
            raise DatabaseUnavailable("another transaction takes too long", retry_after=5)
        try:
            yield
        finally:
            self._one_writer.release()

    def prepare(self) -> None:
        """Prepare it now, unless that was done before.

        Raises:
            DatabaseUnavailable: it cannot be reached, or did not answer a moment ago; or its tables are not ready.
        """
        if self._outage is not None:
            self._outage.check()
        if self._prepare is None:
            return
        if not self._one_at_a_time.acquire(timeout=STATEMENT_SECONDS):
            raise DatabaseUnavailable("its tables are still being brought up to date", retry_after=5)
        try:
            if self._prepare is not None:
                with self._noted():
                    self._prepare(self.plain)
                self._prepare = None
        finally:
            self._one_at_a_time.release()

    @contextmanager
    def _noted(self) -> Iterator[None]:
        """Take note of how the database was, and raise its faults as ours."""
        try:
            with _translated(self._server):
                yield
        except DatabaseUnavailable:
            self._last = ("unavailable", time.monotonic())
            raise
        self._last = ("ok", time.monotonic())


def connect(url: Secret, ca_file: Path | None = None, prepare: Callable[[Database], object] | None = None) -> Database:
    """Return the database of a URL; it is connected to when it is first used.

    Args:
        url: ``sqlite:////path/of/the/file`` or ``postgresql://…``, checked in ``config``. The file and its folder are
            made where they are missing, for the gateway's own user alone.
        ca_file: PEM, certificate authorities for a PostgreSQL whose URL demands a verified certificate and does not say
            by whom.
        prepare: as ``Database`` has it.
    """
    parsed = sqlalchemy.make_url(url.reveal())
    if parsed.get_backend_name() == "sqlite":
        return Database(_sqlite(parsed), prepare)
    engine = _postgresql(parsed, ca_file)
    return Database(engine, prepare, Outage(engine))


def _postgresql(url: sqlalchemy.URL, ca_file: Path | None) -> sqlalchemy.Engine:
    if ca_file and url.query.get("sslmode") == "verify-full" and "sslrootcert" not in url.query:
        url = url.update_query_dict({"sslrootcert": str(ca_file)})
    return sqlalchemy.create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=STATEMENT_SECONDS,
        pool_pre_ping=True,  # after a restart of the server a connection is opened anew, and nobody meets an error
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "tcp_user_timeout": STATEMENT_SECONDS * 1000,  # where the packets of a connection that is there are dropped
            "options": f"-c statement_timeout={STATEMENT_SECONDS}s -c lock_timeout={STATEMENT_SECONDS}s",
        },
    )


def _sqlite(url: sqlalchemy.URL) -> sqlalchemy.Engine:
    """Return an engine that never waits inside SQLite, where a process of gevent's could do nothing else meanwhile.

    A writing transaction begins with SQLite's only lock for writers, so that it never has to be given up half-way;
    readers need none (WAL).
    """
    file = Path(url.database or "")
    engine = sqlalchemy.create_engine(url, pool_size=KEPT, max_overflow=-1, connect_args={"timeout": 0})

    @event.listens_for(engine, "do_connect")
    def make_place(*_: Any) -> None:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600, exist_ok=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy begins transactions, not the driver
        settings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON"
        _as_soon_as_free(lambda: connection.executescript(settings))

    @event.listens_for(engine, "begin")
    def begin(connection: sqlalchemy.Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES, False)
        driver: Any = connection.connection.driver_connection  # of SQLAlchemy's, each transaction would cost more CPU
        _as_soon_as_free(lambda: driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN"))

    return engine


def _as_soon_as_free(step: Callable[[], T]) -> T:
    """Take a step that SQLite refuses while another process or greenlet writes."""
    end = time.monotonic() + STATEMENT_SECONDS
    while True:
        try:
            return step()
        except (sqlite3.OperationalError, DBAPIError) as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
        time.sleep(_chance.uniform(*_PAUSE_SECONDS))


def _server(url: sqlalchemy.URL) -> str:
    """Return host and port; empty for a file."""
    return ":".join(str(part) for part in (url.host, url.port) if part)


@contextmanager
def _translated(server: str) -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise AlreadyThere(type(error.orig).__name__) from None
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
        raise DatabaseUnavailable(told(cause, server), retry_after=5) from None
