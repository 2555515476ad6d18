"""The loop that takes rows which are due and has their work done, a few at a time.

What meets a fault which passes by is postponed, longer each time. While TalentLMS is away one row at a time finds out
whether it is back; then all that wait for that run at once, as far as the budget of calls has any for them. A row that
it does not answer although it answers others is postponed alone.
"""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from gateway import context, tracing
from gateway.admission import QueueEntry
from gateway.database.due_rows import LEASE_SECONDS, DueClaim, DueRows
from gateway.errors import (
    DatabaseUnavailable,
    DryRun,
    Forbidden,
    GatewayError,
    Misunderstood,
    Queued,
    StoreUnavailable,
    Throttled,
    Unauthorized,
    Unavailable,
)
from gateway.worker.backoff import pause
from gateway.worker.due_work import Result, Work
from gateway.worker.leases import LeaseLost, Leases
from gateway.worker.own_faults import OwnFaults

LOOK_SECONDS = 1.0
"""How often it is looked for what another process was told of."""
PATIENCE_SECONDS = 10.0
"""How long work is held until the time of its next call comes."""
QUEUED_SECONDS = 30.0
"""After how long at the latest it is asked again for what the hour had no call for."""
WITHHELD_SECONDS = 3600.0
"""After how long is looked again at what a dry-run keeps from being done."""
OUTAGES = (Unavailable, Misunderstood, Unauthorized, Forbidden, Throttled, StoreUnavailable)
"""What no work can do anything about."""

_OUTAGE_CODES = frozenset(kind.code for kind in (*OUTAGES, Queued))
AT_ONCE_INSIDE, AT_ONCE_APART = 4, 16
"""How many at a time: a gateway process has clicks to answer besides."""
APART_SECONDS_INSIDE = 0.125
"""How long after one the next begins in a gateway process: a click that comes meets one of them, not a burst."""

C = TypeVar("C", bound=DueClaim)


class DueWorker(Generic[C]):
    """Does the work of rows that are due.

    Args:
        queue: which are due.
        work: what is done with one.
        told: is set by whoever commits something new in this process.
        at_once: how many at a time.
        before: is called each time before it is looked for rows.
        apart: how many seconds after one the next begins.
        trail: where what is done is written down; ``None``: in the log alone.
    """

    def __init__(
        self,
        queue: DueRows[C],
        work: Work[C],
        told: threading.Event,
        at_once: int,
        before: Callable[[], None] = lambda: None,
        *,
        apart: float = 0.0,
        trail: context.Trail | None = None,
    ) -> None:
        self._queue = queue
        self._work = work
        self._told = told
        self._at_once = at_once
        self._before = before
        self._apart = apart
        self._trail = trail
        self._leases: Leases[C] = Leases(queue, work.not_renewed)
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_outage = False
        self._own_faults = OwnFaults()
        self._has_more = False

    def start(self) -> None:
        """Run in a thread of this process."""
        self._thread = threading.Thread(target=self.run, name=self._work.name, daemon=True)
        self._thread.start()

    def stop(self, wait: float = 0.0) -> None:
        """Take no more rows, and let each that is under way end with the call that it is in.

        Args:
            wait: seconds to wait for that; what has not ended by then goes to another worker once its lease is over.
        """
        self._leases.end()
        self._ended.set()
        self._told.set()
        end = time.monotonic() + wait
        if self._thread is not None:  # first: it may be about to begin with rows that it has claimed
            self._thread.join(max(0.0, end - time.monotonic()))
        while self._leases and time.monotonic() < end:
            time.sleep(0.05)

    def run(self) -> None:
        """Work until ``stop``."""
        renewals = threading.Thread(target=self._keep, name="leases", daemon=True)
        renewals.start()
        while not self._ended.is_set():
            self._told.clear()
            try:
                self._before()
                self._look()
            except Exception as error:  # noqa: BLE001 - more is still accepted: this thread must not end
                self._work.unforeseen(error)
                self._ended.wait(LOOK_SECONDS)
            self._told.wait(LOOK_SECONDS)
        renewals.join()

    def work_off(self) -> int:
        """Do all that is due, one by one, in this thread; return how many rows were looked at."""
        number = 0
        while claims := self._queue.claim():
            for claim in claims:
                self._leases.add(claim, time.monotonic())
                self._one(claim)
                number += 1
        return number

    def _look(self) -> None:
        """Begin with as many rows that are due as may be under way."""
        free = (1 if self._is_outage else self._at_once) - len(self._leases)
        if free <= 0:
            return
        wanted = 1 if self._apart else free
        try:
            if not self._has_more and not self._is_one_due():
                return
            claimed_at = time.monotonic()
            claims = self._queue.claim(wanted)
            self._has_more = len(claims) == wanted
        except DatabaseUnavailable as error:
            self._work.not_claimed(error)
            return
        for claim in claims:
            self._begin(claim, claimed_at)
        if self._apart and claims:
            self._ended.wait(self._apart)
            self._told.set()

    def _is_one_due(self) -> bool:
        """Return whether a row is due; that writes nothing, unlike a claim."""
        next_at = self._queue.next_at()
        return next_at is not None and next_at <= time.time()

    def _begin(self, claim: C, claimed_at: float) -> None:
        """Look at one row in a thread; where there can be none, its lease ends by itself."""
        self._leases.add(claim, claimed_at)
        try:
            threading.Thread(target=self._one, args=(claim,), daemon=True).start()
        except BaseException:
            self._leases.remove(claim)
            raise

    def _one(self, claim: C) -> None:
        """Look at one row; whatever happens, it comes back by itself where it is not done."""
        context.begin(entry=QueueEntry(lane=self._work.lane, patience=PATIENCE_SECONDS), trail=self._trail)
        try:
            with tracing.work(self._work.name):
                self._looked_at(claim)
        except DatabaseUnavailable as error:
            self._work.not_released(error)
        except Exception as error:  # noqa: BLE001 - its lease ends by itself
            self._work.unforeseen(error)
        finally:
            context.end()
            self._leases.remove(claim)
            if not self._is_outage:
                self._told.set()

    def _looked_at(self, claim: C) -> None:
        try:
            result = self._work.look(claim, lambda: self._leases.check(claim))
        except LeaseLost:
            self._queue.postpone(claim, 0, claim.error, "", counts=False)
        except Queued as error:
            self._is_outage = True
            self._queue.postpone(claim, min(error.wait, QUEUED_SECONDS), error.code, error.note, counts=False)
        except DryRun as error:
            self._withheld(claim, error)
        except GatewayError as error:
            self._met(claim, error)
        except Exception as error:  # noqa: BLE001 - a fault of ours in one row is no reason to leave the others alone
            self._work.failed(claim, error)
            self._postpone(claim, GatewayError.code, type(error).__name__)
        else:
            self._came(claim, result)

    def _met(self, claim: C, error: GatewayError) -> None:
        """Postpone a row that met an error."""
        if isinstance(error, OUTAGES):
            self._is_outage |= not self._own_faults.met(claim.key)
        elif _is_answered():
            self._is_outage = False
        self._postpone(claim, error.code, error.note, error.retry_after or 0)

    def _came(self, claim: C, result: Result) -> None:
        """Let go of a row, or postpone it, by what came of it."""
        if context.current().left.withheld:
            self._withheld(claim, DryRun())
        elif result.state == "waiting":
            self._postpone(claim, result.error, result.note)
        else:
            self._queue.finish(claim, result.state, result.error, result.note)
        if _is_answered():
            self._answered(claim, is_over=result.state != "waiting")

    def _answered(self, claim: C, *, is_over: bool) -> None:
        """Let all run that wait for TalentLMS, if it was away; a row that goes on waiting does not say that it was."""
        self._own_faults.answered(claim.key)
        if self._is_outage or (is_over and claim.error in _OUTAGE_CODES):
            self._is_outage = False
            self._queue.wake(_OUTAGE_CODES)

    def _withheld(self, claim: C, error: DryRun) -> None:
        """Postpone what a dry-run keeps from being done: it was no try, and is woken once TalentLMS may be changed."""
        self._is_outage = self._is_outage and not _is_answered()
        self._work.postponed(claim, WITHHELD_SECONDS, error.code, error.note)
        self._queue.postpone(claim, WITHHELD_SECONDS, error.code, error.note, counts=False)

    def _postpone(self, claim: C, error: str, note: str, at_least: float = 0) -> None:
        seconds = max(pause(claim.tries), at_least)
        self._work.postponed(claim, seconds, error, note)
        self._queue.postpone(claim, seconds, error, note)

    def _keep(self) -> None:
        while not self._ended.wait(LEASE_SECONDS / 3):
            try:
                self._leases.renew()
            except Exception as error:  # noqa: BLE001 - without renewals every row under way would be taken by another worker
                self._work.unforeseen(error)


def _is_answered() -> bool:
    """Return whether TalentLMS has answered a call for the row at hand: only that says that it is back."""
    return context.current().left.answered > 0
