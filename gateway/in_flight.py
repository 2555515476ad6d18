"""How many calls to one service may be under way at once, so that one that hangs does not hold up everything."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from gateway import context
from gateway.errors import GatewayError

HANGING_SECONDS = 2.0
"""A call that has been under way for longer than this hangs."""
_LOOK_SECONDS = 0.2


class InFlight:
    """Counts the calls of one process to one service.

    As long as calls come back quickly, a further call waits for one to end: the next moment brings one. As
    soon as the oldest hangs, a further call fails at once.

    Args:
        at_once: how many may be under way.
        refusal: makes, of a note for the log, the error of a further call.
    """

    def __init__(self, at_once: int, refusal: Callable[[str], GatewayError]) -> None:
        self._at_once = at_once
        self._refusal = refusal
        self._started: dict[int, float] = {}
        self._numbers = count()
        self._ended = threading.Condition()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Be under way for the length of a ``with`` block.

        Raises:
            GatewayError: the refusal; there are too many, and they hang.
        """
        with self._ended:
            while self._is_full():
                self._wait()
            number = next(self._numbers)
            self._started[number] = time.monotonic()
        try:
            yield
        finally:
            with self._ended:
                del self._started[number]
                self._ended.notify()

    def _is_full(self) -> bool:
        return len(self._started) >= self._at_once

    def _wait(self) -> None:
        oldest = next(iter(self._started.values()), 0.0)
        if time.monotonic() - oldest > HANGING_SECONDS or not context.remaining(1):
            raise self._refusal(f"{self._at_once} calls are under way and do not come back")
        self._ended.wait(_LOOK_SECONDS)
