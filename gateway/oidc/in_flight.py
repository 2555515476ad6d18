"""How many calls to one address may be under way at once, so that a provider that hangs does not take every thread."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from gateway import deadline
from gateway.errors import ProviderUnavailable

AT_ONCE = 48
"""Of a worker's 128 threads; the others go on serving clicks, pages and the people of other providers."""
HANGING_SECONDS = 2.0
"""A call that has been under way for longer than this hangs."""
_LOOK_SECONDS = 0.2


class InFlight:
    """Counts the calls of one process to one address.

    As long as calls come back quickly, whoever is one too many waits for one to end, so that a rush of sign-ins is
    served. As soon as the oldest hangs, whoever is one too many is told at once.
    """

    def __init__(self) -> None:
        self._started: dict[int, float] = {}
        self._numbers = count()
        self._ended = threading.Condition()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Be under way for the length of a ``with`` block.

        Raises:
            ProviderUnavailable: there are too many, and they hang.
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
        oldest = min(self._started.values(), default=0.0)
        if time.monotonic() - oldest > HANGING_SECONDS or not deadline.remaining(1):
            raise ProviderUnavailable(f"{AT_ONCE} calls are under way and do not come back")
        self._ended.wait(_LOOK_SECONDS)
