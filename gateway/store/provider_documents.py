"""Metadata and keys of identity providers: last good copies, shared by all workers, and who fetches them anew."""

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from gateway.store.connection import Store
from gateway.store.keys import tagged

FETCH_SECONDS = 10
"""After this time a fetch whose worker died no longer keeps the others from fetching."""
WAITING_AT_ONCE = {"sign-in": 200, "logout": 16, "hand-off": 16}
"""How many of a process may wait for another's fetch, each asking Redis ten times a second, by what they wait for."""

_MINE, _SPENT = -1, -2

_BEGIN = f"""
-- a token bucket in one key: its remaining life is the time after which all that was taken has come back
local function taken(bucket, every, most)
  local used = math.max(0, redis.call('PTTL', bucket))
  if used + every > most * every then return false end
  redis.call('SET', bucket, '1', 'PX', string.format('%d', used + every))
  return true
end
local whose = redis.call('GET', KEYS[1])
if whose == ARGV[1] then return {_MINE} end
if whose then return math.max(0, tonumber(ARGV[2]) - redis.call('PTTL', KEYS[1])) end
local every = tonumber(ARGV[3])
if every > 0 and not taken(KEYS[2], every, tonumber(ARGV[4])) then return {_SPENT} end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {_MINE}
"""

_GIVE_BACK = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
local used = redis.call('PTTL', KEYS[2]) - tonumber(ARGV[2])
if used > 0 then redis.call('PEXPIRE', KEYS[2], used) else redis.call('DEL', KEYS[2]) end
return 1
"""


@dataclass(frozen=True)
class Document:
    """A JSON document that a provider published.

    Attributes:
        content: the parsed document.
        fetched_at: when, epoch seconds.
    """

    content: dict[str, Any]
    fetched_at: float

    @property
    def age(self) -> float:
        """Seconds since it was fetched."""
        return time.time() - self.fetched_at


@dataclass(frozen=True)
class Attempt:
    """What came of the wish to fetch a document.

    Attributes:
        is_ours: whether to fetch it now.
        is_anothers: whether somebody else is fetching it; with neither, the allowance is used up.
        mark: what says that it is ours.
    """

    is_ours: bool
    is_anothers: bool
    mark: str


class ProviderDocuments:
    """Documents by address. One object serves all threads or greenlets of a process.

    Args:
        store: where they are.
        keep: seconds after which even a last good copy is gone.
    """

    def __init__(self, store: Store, keep: int) -> None:
        self._store = store
        self._keep = keep
        self._begin = store.script(_BEGIN)
        self._give_back = store.script(_GIVE_BACK)
        self._waiting = {whose: threading.BoundedSemaphore(most) for whose, most in WAITING_AT_ONCE.items()}

    def find(self, url: str) -> Document | None:
        """Return the last good copy, however old it is within the time that copies are kept."""
        record = self._store.ask("GET", _document(url))
        if record is None:
            return None
        entry = json.loads(record)
        return Document(entry["content"], entry["fetched_at"])

    def put(self, url: str, content: dict[str, Any]) -> Document:
        """Keep a copy that was fetched now."""
        document = Document(content, time.time())
        record = json.dumps({"content": content, "fetched_at": document.fetched_at})
        self._store.ask("SET", _document(url), record, "EX", self._keep)
        return document

    def forget(self, url: str) -> bool:
        """Forget a copy, and that it could not be had; return whether there was one."""
        forgotten, _ = self._store.ask_all([("DEL", _document(url)), ("DEL", _fault(url))])
        return bool(forgotten)

    def failed(self, url: str, seconds: int) -> None:
        """Remember that a document could not be had.

        Args:
            url: which document.
            seconds: for how long.
        """
        self._store.ask("SET", _fault(url), "1", "EX", seconds)

    def failed_lately(self, url: str) -> bool:
        """Return whether a document could not be had just now."""
        return self._store.ask("GET", _fault(url)) is not None

    @contextmanager
    def fetching(self, url: str, reason: str, seconds: int, most: int = 1) -> Iterator[Attempt]:
        """Take an allowance, and let the other workers know of it while a ``with`` block lasts.

        Allowances are token buckets that all workers share, one for each document and reason. Nothing is taken while
        somebody else is fetching the document, for whatever reason. All is one step, and asking again after an answer
        that got lost changes nothing.

        Args:
            url: which document.
            reason: what the allowance is for.
            seconds: after which one more is allowed; 0 for no limit.
            most: how many are allowed at once.
        """
        mark, own = _mark(url), secrets.token_hex(16)
        result = self._begin([mark, _bucket(url, reason)], [own, FETCH_SECONDS * 1000, seconds * 1000, most])
        try:
            yield Attempt(is_ours=result == _MINE, is_anothers=result >= 0, mark=own)
        finally:
            if result == _MINE:
                self._store.delete_own(mark, own)

    def give_back(self, url: str, reason: str, seconds: int, attempt: Attempt) -> None:
        """End an attempt of ours without a fetch, and let somebody else have what it took of the allowance.

        The arguments are those of ``fetching``; asking again after an answer that got lost changes nothing.
        """
        self._give_back([_mark(url), _bucket(url, reason)], [attempt.mark, seconds * 1000])

    def under_way(self, url: str) -> float | None:
        """Return for how many seconds a worker has been fetching a document; ``None`` where nobody is."""
        left = self._store.ask("PTTL", _mark(url))
        return max(0.0, FETCH_SECONDS - left / 1000) if left >= 0 else None

    @contextmanager
    def place_to_wait(self, whose: str) -> Iterator[bool]:
        """Return whether one more may wait for another's fetch while a ``with`` block lasts.

        Args:
            whose: what the document is wanted for, a key of ``WAITING_AT_ONCE``; each has places of its own.
        """
        places = self._waiting[whose]
        there_is_one = places.acquire(blocking=False)
        try:
            yield there_is_one
        finally:
            if there_is_one:
                places.release()


def _document(url: str) -> str:
    return tagged(f"provider-document:{url}")


def _fault(url: str) -> str:
    return tagged(f"provider-fault:{url}")


def _mark(url: str) -> str:
    return tagged(f"provider-fetching:{url}")


def _bucket(url: str, reason: str) -> str:
    return tagged(f"provider-fetch:{reason}:{url}")
