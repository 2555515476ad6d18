"""Metadata and keys of identity providers: last good copies, shared by all workers."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from gateway.store.connection import Store

FETCH_SECONDS = 10
"""After this time a fetch whose worker died no longer keeps the others waiting."""

_ALLOW = """
if not redis.call('SET', KEYS[1], '1', 'NX', 'EX', ARGV[1]) then return 0 end
redis.call('SET', KEYS[2], '1', 'EX', ARGV[2])
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


class ProviderDocuments:
    """Documents by address.

    Args:
        store: where they are.
        keep: seconds after which even a last good copy is gone.
    """

    def __init__(self, store: Store, keep: int) -> None:
        self._store = store
        self._keep = keep
        self._allow = store.script(_ALLOW)

    def find(self, url: str) -> Document | None:
        """Return the last good copy, however old it is within the time that copies are kept."""
        record = self._store.ask("GET", f"provider-document:{url}")
        if record is None:
            return None
        entry = json.loads(record)
        return Document(entry["content"], entry["fetched_at"])

    def put(self, url: str, content: dict[str, Any]) -> Document:
        """Keep a copy that was fetched now."""
        document = Document(content, time.time())
        record = json.dumps({"content": content, "fetched_at": document.fetched_at})
        self._store.ask("SET", f"provider-document:{url}", record, "EX", self._keep)
        return document

    def failed(self, url: str, seconds: int) -> None:
        """Remember that a document could not be had.

        Args:
            url: which document.
            seconds: for how long.
        """
        self._store.ask("SET", f"provider-fault:{url}", "1", "EX", seconds)

    def failed_lately(self, url: str) -> bool:
        """Return whether a document could not be had just now."""
        return self._store.ask("GET", f"provider-fault:{url}") is not None

    @contextmanager
    def fetching(self, url: str, reason: str, seconds: int) -> Iterator[bool]:
        """Take an allowance, as ``may_fetch`` does, and let the other workers know of it while a ``with`` block lasts.

        Both are written in one step, so that whoever is refused finds ``is_being_fetched`` true until the fetch is
        over, or ``FETCH_SECONDS`` have passed.

        Returns:
            Whether the fetch is this worker's.
        """
        mark = f"provider-fetching:{url}"
        allowed = bool(self._allow([_allowance(url, reason), mark], [seconds, FETCH_SECONDS]))
        try:
            yield allowed
        finally:
            if allowed:
                self._store.ask("DEL", mark)

    def is_being_fetched(self, url: str) -> bool:
        """Return whether a worker is fetching a document in this moment."""
        return self._store.ask("GET", f"provider-fetching:{url}") is not None

    def may_fetch(self, url: str, reason: str, seconds: int) -> bool:
        """Return whether to fetch now: once per reason and interval, across all workers.

        Args:
            url: which document.
            reason: what the allowance is for; each reason has its own.
            seconds: the interval.
        """
        return bool(self._store.ask("SET", _allowance(url, reason), "1", "NX", "EX", seconds))


def _allowance(url: str, reason: str) -> str:
    return f"provider-fetch:{reason}:{url}"
