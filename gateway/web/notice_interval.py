"""Notices to the operator about what strangers send: one now and then, however often it comes."""

import threading
import time
from collections.abc import Callable


class NoticeInterval:
    """The time between two notices of one kind in one process.

    Args:
        seconds: how long it is.
        clock: seconds that only grow.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._next = float("-inf")
        self._lock = threading.Lock()

    def is_over(self) -> bool:
        """Return whether a notice may be written again."""
        return self._clock() >= self._next

    def begin(self) -> bool:
        """Begin the next one; of two at the same instant exactly one is told that the notice is theirs."""
        with self._lock:
            if not self.is_over():
                return False
            self._next = self._clock() + self._seconds
            return True
