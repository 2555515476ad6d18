"""How many calls may be under way at once, so that a TalentLMS that hangs does not take every thread."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from gateway import deadline
from gateway.errors import Unavailable

AT_ONCE = 96
"""Of a worker's 128 threads; the others go on serving pages, sign-ins and health checks."""
HANGING_SECONDS = 2.0
"""A call that has been under way for longer than this hangs."""
_LOOK_SECONDS = 0.2


class InFlight:
    """Counts the calls of one process.

    As long as calls come back quickly, whoever is one too many waits for one to end: the next moment brings one. As
    soon as the oldest hangs, whoever is one too many is told at once.
    """

    def __init__(self) -> None:
        self._started: dict[int, float] = {}
        self._numbers = count()
        self._ended = threading.Condition()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Be under way for the length of a ``with`` block.

        Raises:
            Unavailable: there are too many, and they hang.
        """
        with self._ended:
            while len(self._started) >= AT_ONCE:
                self._wait()
            number = next(self._numbers)
            self._started[number] = time.monotonic()
        try:
            yield
        finally:
            with self._ended:
                del self._started[number]
                self._ended.notify()

    def _wait(self) -> None:
        oldest = next(iter(self._started.values()))
        if time.monotonic() - oldest > HANGING_SECONDS or not deadline.remaining(1):
            raise Unavailable(f"{AT_ONCE} calls are under way and do not come back", retry_after=2)
        self._ended.wait(_LOOK_SECONDS)
