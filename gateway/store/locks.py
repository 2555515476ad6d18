"""Locks: one at a time, across all workers."""

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from gateway.errors import ProvisioningBusy, StoreUnavailable
from gateway.store.connection import Store
from gateway.store.keys import tagged

LEASE_SECONDS = 10.0
"""How long a lock outlives a holder that died. While its holder lives it is renewed, three times as often."""
WAITING_AT_ONCE = 32
"""How many of a process may wait for locks, each asking Redis 20 times a second; ten tabs of one person need nine."""
_PAUSE_SECONDS = 0.05

_RENEW = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
"""


class Lease:
    """A lock that is held.

    Args:
        until: when it ends by this process's clock (``time.monotonic``), unless it is renewed.
    """

    def __init__(self, until: float) -> None:
        self.until = until
        self.ended = threading.Event()

    @property
    def is_lost(self) -> bool:
        """Whether somebody else may hold the lock by now: it could not be renewed in time."""
        return time.monotonic() >= self.until

    def check(self) -> None:
        """Check the lock before something that must not be done twice.

        Raises:
            ProvisioningBusy: it is lost.
        """
        if self.is_lost:
            raise ProvisioningBusy("the lock was lost while it was held", retry_after=2)


class Locks:
    """Named locks. One object serves all threads or greenlets of a process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting = threading.BoundedSemaphore(WAITING_AT_ONCE)
        self._renew = store.script(_RENEW)

    @contextmanager
    def hold(self, name: str, wait: float) -> Iterator[Lease]:
        """Hold a lock for the length of a ``with`` block, however long that takes.

        Args:
            name: what is locked.
            wait: seconds to wait for it.

        Raises:
            ProvisioningBusy: it did not become free in time, or so many wait that this one cannot.
        """
        key, token = tagged(f"lock:{name}"), secrets.token_hex(16)
        lease = self._taken(key, token) or self._wait(key, token, time.monotonic() + wait)
        try:
            threading.Thread(target=self._keep, args=(key, token, lease), daemon=True).start()
            yield lease
        finally:
            lease.ended.set()
            self._store.delete_own(key, token)

    def _keep(self, key: str, token: str, lease: Lease) -> None:
        """Renew a lock until its block ends, or it is lost."""
        while not lease.ended.wait(LEASE_SECONDS / 3) and not lease.is_lost:
            until = time.monotonic() + LEASE_SECONDS
            with suppress(StoreUnavailable):  # the lease lasts a little longer, so that can be tried again
                lease.until = until if self._renew([key], [token, _milliseconds()]) else 0.0

    def _wait(self, key: str, token: str, end: float) -> Lease:
        if not self._waiting.acquire(blocking=False):
            raise ProvisioningBusy(f"{WAITING_AT_ONCE} wait for locks already", retry_after=2)
        try:
            while True:
                if time.monotonic() > end:
                    raise ProvisioningBusy(retry_after=2)
                time.sleep(_PAUSE_SECONDS)
                lease = self._taken(key, token)
                if lease is not None:
                    return lease
        finally:
            self._waiting.release()

    def _taken(self, key: str, token: str) -> Lease | None:
        """Take the lock if it is free; it is also ours where the answer to an earlier try of this one got lost."""
        until = time.monotonic() + LEASE_SECONDS
        if self._store.ask("SET", key, token, "NX", "PX", _milliseconds()):
            return Lease(until)
        return Lease(until) if self._renew([key], [token, _milliseconds()]) else None


def _milliseconds() -> int:
    return int(LEASE_SECONDS * 1000)
