"""The two kinds of database that orders are kept in, and new databases of each."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from types import MappingProxyType

from bench import postgresql
from bench.stage import Stage


@dataclass(frozen=True)
class Kind:
    """One kind of database.

    Attributes:
        name: what people call it.
        new: returns the address of a new database without tables, by its name.
        processes: those of its server; none for SQLite, whose work is the gateway's own.
    """

    name: str
    new: Callable[[str], str]
    processes: tuple[int, ...] = ()


@contextmanager
def _sqlite(stage: Stage, purpose: str) -> Iterator[Kind]:
    yield Kind("SQLite", lambda name: f"sqlite:///{stage.directory / f'{purpose}-{name}.db'}")


@contextmanager
def _postgresql(stage: Stage, purpose: str) -> Iterator[Kind]:
    server = postgresql.start(stage, purpose)
    try:
        yield Kind("PostgreSQL", server.new_database, (server.process.pid,))
    finally:
        stage.processes.end(server.process)


KINDS: Mapping[str, Callable[[Stage, str], AbstractContextManager[Kind]]] = MappingProxyType(
    {"SQLite": _sqlite, "PostgreSQL": _postgresql}
)
"""By their names."""


@contextmanager
def every_kind(stage: Stage, purpose: str) -> Iterator[list[Kind]]:
    """Have every kind for the length of a ``with`` block.

    Args:
        stage: what is running.
        purpose: what they are for, in the names of their files.
    """
    with ExitStack() as until_the_end:
        yield [until_the_end.enter_context(kind(stage, purpose)) for kind in KINDS.values()]
