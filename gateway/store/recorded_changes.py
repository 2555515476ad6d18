"""Changes that a dry-run has written down already, so that retries and clicks do not write them down again."""

import secrets

from gateway.store.connection import Store
from gateway.store.keys import tagged

SECONDS = 24 * 3600
"""How long a change is remembered after it was tried for the last time."""
MOST = 1000
"""How many changes of one account, or of one person without any, are written down in ``SECONDS``."""


class RecordedChanges:
    """Changes that have been written down.

    Args:
        store: where they are remembered.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def is_new(self, whose: str, digest: str) -> bool:
        """Return whether a change is to be written down; of two at the same instant exactly one is.

        Args:
            whose: the account's number, or the person; empty for neither.
            digest: which change.
        """
        key, mark = tagged(f"would-change:{digest}"), secrets.token_bytes(16)
        # a second try of this very command, because its answer was lost, finds its own mark
        before, _ = self._store.ask_all([("SET", key, mark, "NX", "GET", "EX", SECONDS), ("EXPIRE", key, SECONDS)])
        if before not in (None, mark):
            return False
        number = tagged(f"would-changes:{whose}")
        count, _ = self._store.ask_all([("INCR", number), ("EXPIRE", number, SECONDS, "NX")])
        return int(count) <= MOST
