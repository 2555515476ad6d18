"""Attributes that identity providers send and the directory does not have: left out, and told in the log once."""

import logging
import threading
from collections.abc import Iterable

from gateway import log

MOST_TOLD = 50
"""Attributes of a connection of which the log is told."""
_MOST_IN_LINE = 5


class UnknownAttributes:
    """Tells the log of each such attribute once per connection; names alone, no values."""

    def __init__(self) -> None:
        self._told: dict[str, set[str]] = {}
        self._lock = threading.Lock()

    def tell(self, provider: str, names: Iterable[str]) -> None:
        """Take note of attributes that a request had.

        Args:
            provider: whose connection.
            names: theirs.
        """
        with self._lock:
            told = self._told.setdefault(provider, set())
            new = sorted({name for name in names if name not in told})[:_MOST_IN_LINE]
            new = new[: MOST_TOLD - len(told)]
            told.update(new)
        if new:
            log.event("scim.unknown_attributes", level=logging.WARNING, provider=provider, attributes=new)
