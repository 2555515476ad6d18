"""When a call may be repeated: rarely, a little later, and never so often that it makes a bad day worse."""

import threading
import time
from random import SystemRandom

from gateway import context

SAVED_PER_CALL = 0.1
SAVED_AT_MOST = 10.0
"""The retry budget: each call saves up a tenth of a repeat, and no more than ten are ever saved."""
JITTER_SECONDS = 0.2
LONGEST_PAUSE = 2.0
_NEEDED_SECONDS = 5.0


class RetryBudget:
    """The retry budget of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._saved = SAVED_AT_MOST
        self._chance = SystemRandom()

    def save(self) -> None:
        """Count a call that was answered."""
        if self._saved < SAVED_AT_MOST:
            with self._lock:
                self._saved = min(SAVED_AT_MOST, self._saved + SAVED_PER_CALL)

    def pause(self, retry_after: int | None = None) -> bool:
        """Wait for the moment of a repeat.

        Args:
            retry_after: what TalentLMS asked for, in seconds; else some part of ``JITTER_SECONDS`` (full jitter).

        Returns:
            Whether to repeat; not when TalentLMS asks for too long, the browser waits no longer, or too much was
            repeated lately.
        """
        seconds = self._chance.uniform(0, JITTER_SECONDS) if retry_after is None else float(retry_after)
        if seconds > LONGEST_PAUSE or context.remaining(LONGEST_PAUSE + _NEEDED_SECONDS) < seconds + _NEEDED_SECONDS:
            return False
        with self._lock:
            if self._saved < 1:
                return False
            self._saved -= 1
        time.sleep(seconds)
        return True
