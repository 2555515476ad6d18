"""The orders that a worker has, which it keeps by renewing their leases."""

import threading
import time

from gateway import log
from gateway.database.order_queue import LEASE_SECONDS, Claim, OrderQueue
from gateway.errors import DatabaseUnavailable


class LeaseLost(Exception):
    """An order may be another worker's by now, or this one is to end: nothing is to be called any more for it."""


class Leases:
    """Orders that are being worked on.

    Args:
        queue: where they are from.
    """

    def __init__(self, queue: OrderQueue) -> None:
        self._queue = queue
        self._until: dict[Claim, float] = {}
        self._lock = threading.Lock()
        self._is_ending = False

    def __len__(self) -> int:
        return len(self._until)

    def add(self, claim: Claim, claimed_at: float) -> None:
        """Take an order that was claimed at a time (``time.monotonic``)."""
        with self._lock:
            self._until[claim] = claimed_at + LEASE_SECONDS

    def remove(self, claim: Claim) -> None:
        """Have done with an order."""
        with self._lock:
            self._until.pop(claim, None)

    def check(self, claim: Claim) -> None:
        """Check an order before something is called for it.

        Raises:
            LeaseLost: it may be another worker's, or all is to end.
        """
        if self._is_ending or time.monotonic() >= self._until.get(claim, 0.0):
            raise LeaseLost

    def renew(self) -> None:
        """Renew all leases; what cannot be renewed is lost when its time is over."""
        with self._lock:
            claims = list(self._until)
        if not claims:
            return
        now = time.monotonic()
        try:
            lost = self._queue.renew(claims)
        except DatabaseUnavailable as error:
            log.event("orders.not_renewed", why=error.code, note=error.note)
            return
        with self._lock:
            for claim in claims:
                if claim in self._until:
                    self._until[claim] = 0.0 if claim in lost else now + LEASE_SECONDS

    def end(self) -> None:
        """Let nothing be called any more."""
        self._is_ending = True
