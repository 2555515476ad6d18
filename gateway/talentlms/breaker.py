"""The circuit breaker: while TalentLMS is down, people are told at once, and one call now and then finds out more."""

import threading
import time
from math import ceil

from gateway import log
from gateway.errors import TalentLMSError

FAILURES = 5
SILENT_SECONDS = 3.0
"""So many failures in a row, and no success for so long, open it: five broken connections of one moment are not yet an
outage. One success is enough to close it."""
PROBE_SECONDS = 5.0
"""While it is open, one call in so many seconds is let through."""


class Breaker:
    """The breaker of one TalentLMS domain in one process.

    A failure is no answer, a 5xx, or a 401, since a key that is refused stays refused for everybody. Being throttled is
    none: TalentLMS is well, and the budget deals with it. Nor is a deadline that was over before an answer came.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self._succeeded_at = time.monotonic()
        self._reason: TalentLMSError | None = None
        self._probe_at = 0.0
        self._probing = False

    def enter(self) -> None:
        """Let a call pass, which then has to end in ``succeeded``, ``failed`` or ``left``.

        Raises:
            TalentLMSError: the breaker is open; the error that opened it, and when it makes sense to come back.
        """
        if self._reason is None:
            return
        with self._lock:
            if self._reason is None:
                return
            wait = self._probe_at - time.monotonic()
            if wait <= 0 and not self._probing:
                self._probing = True
                return
            error = type(self._reason)(f"not asked again yet: {self._reason.note}", retry_after=max(1, ceil(wait)))
            error.is_unsent = True
            raise error

    def succeeded(self) -> None:
        """Note that TalentLMS answered; calls are let through again."""
        self._succeeded_at = time.monotonic()
        if self._failures or self._reason:
            with self._lock:
                if self._reason:
                    log.tell("talentlms.breaker", {"is_open": False})
                self._failures, self._reason, self._probing = 0, None, False

    def failed(self, error: TalentLMSError) -> None:
        """Note a failure, and open the breaker where it is one too many."""
        with self._lock:
            now = time.monotonic()
            self._failures += 1
            self._probing = False
            if self._failures >= FAILURES and now - self._succeeded_at > SILENT_SECONDS:
                if self._reason is None:
                    log.tell("talentlms.breaker", {"is_open": True})
                self._reason = error
                self._probe_at = now + PROBE_SECONDS

    def left(self) -> None:
        """Note that the call was not made, or says nothing about TalentLMS."""
        if self._probing:
            with self._lock:
                self._probing = False
