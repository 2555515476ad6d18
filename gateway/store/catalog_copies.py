"""What TalentLMS has on offer: one copy, shared by all processes, and which of them fetches it anew.

It holds what anybody may read, and no link.
"""

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum

from gateway.store.connection import Store
from gateway.store.keys import tagged
from schemas.catalog import CatalogContent, catalog_content, catalog_document

KEPT_SECONDS = 3600
"""How long a copy is there for the time in which TalentLMS cannot be asked."""
FETCH_SECONDS = 20
"""After this time a fetch whose process died no longer keeps the others from fetching."""
FAULT_SECONDS = 10
"""How long nobody fetches after a fetch that failed."""
WAITING_AT_ONCE = 16
"""How many of a process may wait for another's fetch, each asking Redis five times a second."""

_BEGIN = """
local whose = redis.call('GET', KEYS[1])
if whose == ARGV[1] then return 0 end
if whose then return 1 end
if redis.call('EXISTS', KEYS[2]) == 1 then return 2 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 0
"""


@dataclass(frozen=True)
class Copy:
    """A copy of what is on offer.

    Attributes:
        content: what is.
        fetched_at: when it was fetched, epoch seconds.
    """

    content: CatalogContent
    fetched_at: float

    @property
    def age(self) -> float:
        """Seconds since it was fetched."""
        return time.time() - self.fetched_at


class Fetch(IntEnum):
    """Who fetches."""

    OURS = 0
    ANOTHERS = 1
    NOBODYS = 2
    """One has failed a moment ago."""


class CatalogCopies:
    """The copy. One object serves all threads or greenlets of a process.

    Args:
        store: where it is.
        portal: whose it is, such as TalentLMS's host.
    """

    def __init__(self, store: Store, portal: str) -> None:
        self._store = store
        names = (f"catalog{note}:{portal}" for note in ("", "-fetching", "-fault"))
        self._copy, self._mark, self._fault = map(tagged, names)
        self._begin = store.script(_BEGIN)
        self._waiting = threading.BoundedSemaphore(WAITING_AT_ONCE)
        self._read: tuple[bytes, Copy] | None = None

    def find(self) -> Copy | None:
        """Return the copy, as old as it is; ``None`` where there is none, or one that another version wrote."""
        record: bytes | None = self._store.ask("GET", self._copy)
        if record is None:
            return None
        read = self._read
        if read is not None and read[0] == record:  # reading a large one costs more than a whole page does
            return read[1]
        copy = _unpacked(record)
        if copy is not None:
            self._read = (record, copy)
        return copy

    def put(self, content: CatalogContent) -> Copy:
        """Keep what was fetched now."""
        copy = Copy(content, time.time())
        record = json.dumps({"fetched_at": copy.fetched_at, "content": catalog_document(content)})
        self._store.ask("SET", self._copy, record, "EX", KEPT_SECONDS)
        return copy

    def failed(self) -> None:
        """Remember that it could not be fetched."""
        self._store.ask("SET", self._fault, "1", "EX", FAULT_SECONDS)

    @contextmanager
    def fetching(self) -> Iterator[Fetch]:
        """Find out who fetches; if it is ours, the others know of it while a ``with`` block lasts."""
        own = secrets.token_hex(16)
        fetch = Fetch(self._begin([self._mark, self._fault], [own, FETCH_SECONDS * 1000]))
        try:
            yield fetch
        finally:
            if fetch is Fetch.OURS:
                self._store.delete_own(self._mark, own)

    def is_being_fetched(self) -> bool:
        """Return whether some process fetches it."""
        return bool(self._store.ask("EXISTS", self._mark))

    @contextmanager
    def place_to_wait(self) -> Iterator[bool]:
        """Return whether one more may wait for another's fetch while a ``with`` block lasts."""
        there_is_one = self._waiting.acquire(blocking=False)
        try:
            yield there_is_one
        finally:
            if there_is_one:
                self._waiting.release()


def _unpacked(record: bytes) -> Copy | None:
    try:
        entry = json.loads(record)
        content, fetched_at = catalog_content(entry["content"]), float(entry["fetched_at"])
    except (ValueError, TypeError, KeyError):
        return None
    return None if content is None else Copy(content, fetched_at)
