"""The rows that a worker has, which it keeps by renewing their leases."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from gateway.database.due_rows import LEASE_SECONDS, DueClaim, DueRows
from gateway.errors import DatabaseUnavailable

C = TypeVar("C", bound=DueClaim)


class LeaseLost(Exception):
    """A row may be another worker's by now, or this one is to end: nothing is to be called any more for it."""


class Leases(Generic[C]):
    """Rows that are being worked on.

    Args:
        queue: where they are from.
        not_renewed: is told why leases cannot be renewed.
    """

    def __init__(self, queue: DueRows[C], not_renewed: Callable[[DatabaseUnavailable], None]) -> None:
        self._queue = queue
        self._not_renewed = not_renewed
        self._until: dict[C, float] = {}
        self._lock = threading.Lock()
        self._is_ending = False

    def __len__(self) -> int:
        return len(self._until)

    def add(self, claim: C, claimed_at: float) -> None:
        """Take a row that was claimed at a time (``time.monotonic``)."""
        with self._lock:
            self._until[claim] = claimed_at + LEASE_SECONDS

    def remove(self, claim: C) -> None:
        """Have done with a row."""
        with self._lock:
            self._until.pop(claim, None)

    def check(self, claim: C) -> None:
        """Check a row before something is called for it.

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
            self._not_renewed(error)
            return
        with self._lock:
            for claim in claims:
                if claim in self._until:
                    self._until[claim] = 0.0 if claim in lost else now + LEASE_SECONDS

    def end(self) -> None:
        """Let nothing be called any more."""
        self._is_ending = True
