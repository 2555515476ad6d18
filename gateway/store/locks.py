"""Locks: one at a time, across all workers."""

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.errors import ProvisioningBusy
from gateway.store.connection import Store

HOLD_SECONDS = 30
"""After this time a lock whose holder died is free again; longer than any holder may work (15 s)."""
WAITING_AT_ONCE = 32
"""How many of a process may wait for locks, each asking Redis 20 times a second; ten tabs of one person need nine."""
_PAUSE_SECONDS = 0.05

_RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


class Locks:
    """Named locks. One object serves all threads or greenlets of a process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._room = threading.BoundedSemaphore(WAITING_AT_ONCE)
        self._release = store.script(_RELEASE)

    @contextmanager
    def hold(self, name: str, wait: float) -> Iterator[None]:
        """Hold a lock for the length of a ``with`` block.

        Args:
            name: what is locked.
            wait: seconds to wait for it.

        Raises:
            ProvisioningBusy: it did not become free in time, or so many wait that this one cannot.
        """
        key, token = f"lock:{name}", secrets.token_hex(16)
        if not self._taken(key, token):
            self._wait(key, token, time.monotonic() + wait)
        try:
            yield
        finally:
            self._release([key], [token])

    def _wait(self, key: str, token: str, end: float) -> None:
        if not self._room.acquire(blocking=False):
            raise ProvisioningBusy(f"{WAITING_AT_ONCE} wait for locks already", retry_after=2)
        try:
            while True:
                if time.monotonic() > end:
                    raise ProvisioningBusy(retry_after=2)
                time.sleep(_PAUSE_SECONDS)
                if self._taken(key, token):
                    return
        finally:
            self._room.release()

    def _taken(self, key: str, token: str) -> bool:
        """Take the lock if it is free; it is also ours where the answer to an earlier try of this one got lost."""
        if self._store.ask("SET", key, token, "NX", "PX", HOLD_SECONDS * 1000):
            return True
        return bool(self._store.ask("GET", key) == token.encode())
