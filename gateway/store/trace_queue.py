"""Requests that wait to be written: a click never does it, and waits for nobody who does.

They wait as texts. Objects that live for a second make Python look through all it has for garbage every few seconds,
and nobody is answered meanwhile.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from gateway import log
from gateway.errors import GatewayError
from gateway.store.traces import PackedTrace, packed
from schemas.request_trace import RequestTrace

SECONDS = 1.0
"""How long a request waits to be written."""
MOST = 5000
"""How many requests of a process wait at most; where Redis is slower than that, further ones are not written."""
NOTICE_SECONDS = 60.0


class TraceQueue:
    """Those of one process.

    Args:
        write: writes requests; raises ``GatewayError`` where that cannot be done.
        most: how many wait at most.
        seconds: how long they wait.
    """

    def __init__(
        self, write: Callable[[Sequence[PackedTrace]], None], most: int = MOST, seconds: float = SECONDS
    ) -> None:
        self._write = write
        self._most = most
        self._seconds = seconds
        self._waiting: deque[PackedTrace] = deque()
        self._timer = threading.Lock()
        self._lost = 0
        self._why = ("", "")
        self._told_at = float("-inf")

    def add(self, trace: Callable[[], RequestTrace]) -> None:
        """Have a request written in a moment.

        Args:
            trace: returns the request; it is not asked where there is no room. What it raises is told by ``flush``.
        """
        if len(self._waiting) >= self._most:
            self._lose(1, "too-many", "more requests than could be written")
            return
        try:
            self._waiting.append(packed(trace()))
        except Exception as error:  # noqa: BLE001 - a fault of these records is nobody's who clicks
            self._lose(1, type(error).__name__, "a fault of the gateway's own")
        if self._timer.acquire(blocking=False):
            timer = threading.Timer(self._seconds, self._flush_later)
            timer.daemon = True
            timer.start()

    def flush(self) -> None:
        """Write all that wait; what cannot be written is lost, which the log tells once a minute at most."""
        while self._waiting:
            taken = [self._waiting.popleft() for _ in range(len(self._waiting))]
            try:
                self._write(taken)
            except GatewayError as error:
                self._lose(len(taken), error.code, error.note)
            except Exception as error:  # noqa: BLE001 - a fault of these records is nobody's who clicks
                self._lose(len(taken), type(error).__name__, "a fault of the gateway's own")
        self._tell()

    def _flush_later(self) -> None:
        self._timer.release()
        self.flush()

    def _lose(self, number: int, why: str, note: str) -> None:
        self._lost += number
        self._why = (why, note)

    def _tell(self) -> None:
        """Tell how many were lost since it was told before, and why the last of them were."""
        now = time.monotonic()
        if self._lost and now - self._told_at >= NOTICE_SECONDS:
            self._told_at = now
            lost, self._lost = self._lost, 0
            why, note = self._why
            log.event("traces.not_written", level=logging.WARNING, count=lost, why=why, note=note)
