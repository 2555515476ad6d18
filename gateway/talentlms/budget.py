"""The rule of the rate limits: who may call TalentLMS now, who is held for a moment, who has to come back.

What all workers share is behind ``SharedBudget``, in the store; ``docs/budget.md`` draws the whole.
"""

import threading
import time
from collections.abc import Callable
from typing import Protocol

from gateway import deadline, log, turn
from gateway.errors import GatewayError, Queued
from gateway.turn import Permit, Turn, Verdict, Voucher
from schemas.site import RateLimit

HELD_AT_ONCE = 64
"""Of a worker's 224 threads, how many may be held by calls whose time comes in a moment."""
FRESH_SECONDS = 1.0
"""A permit older than this is given back: the shared budget counts on calls that begin at once."""


class SharedBudget(Protocol):
    """What all workers share; see ``gateway.store.budget``, which says what each of these means."""

    def claim(self, turn: Turn, voucher: Voucher | None = None) -> Verdict:
        """Ask for a call."""
        ...

    def answered(self, call: int) -> None:
        """Write down that a call is over."""
        ...

    def unused(self, call: int) -> None:
        """Give a call back that was never made."""
        ...

    def freeze(self, seconds: float) -> None:
        """Let nobody call for a while."""
        ...

    def may_ask(self) -> tuple[int, int] | None:
        """Take it upon oneself to ask for the ``ratelimit``."""
        ...

    def feed(self, limit: int, remaining: int, reset: int, before: tuple[int, int]) -> None:
        """Write down what ``ratelimit`` said."""
        ...

    def flush(self) -> None:
        """Let nothing that is over wait to be written down."""
        ...


class Budget:
    """The budget as one process sees it.

    Args:
        shared: what all workers share; ``None``: no limit of ours.
    """

    def __init__(self, shared: SharedBudget | None = None) -> None:
        self._shared = shared
        self._rate_limit: Callable[[], RateLimit] | None = None
        self._seats = threading.BoundedSemaphore(HELD_AT_ONCE)
        self._asking = threading.Lock()

    @property
    def is_shared(self) -> bool:
        """Whether there is a limit of ours at all."""
        return self._shared is not None

    def enter(self, voucher: Voucher) -> bytes | None:
        """Claim the first call of a click at the door, in the round trip that finds the session.

        Args:
            voucher: the session's record.

        Returns:
            The record, ``None`` where there is none; with it the permit is kept for the work at hand.

        Raises:
            Queued: the call's time is later.
            StoreUnavailable: nobody is trusted, and nothing may be called.
        """
        permit, record = self._claimed(voucher)
        if permit is not None:
            turn.keep(permit)
        return record

    def permit(self) -> Permit:
        """Return the right to make one call now; the one that was claimed at the door, if it is still fresh.

        Raises:
            Queued: its time is later.
            StoreUnavailable: nothing may be called.
        """
        kept = turn.taken()
        if kept is not None and time.monotonic() - kept.claimed_at < FRESH_SECONDS:
            return kept
        self.unused(kept)
        permit, _ = self._claimed(None)
        return permit or Permit(0, time.monotonic())

    def answered(self, permit: Permit) -> None:
        """Write down that a call is over, whatever became of it."""
        if self._shared is not None:
            self._shared.answered(permit.call)

    def unused(self, permit: Permit | None) -> None:
        """Give back what was not used."""
        if self._shared is not None and permit is not None:
            self._shared.unused(permit.call)

    def throttled(self, seconds: float) -> None:
        """Let nobody call for a while, and give whoever met the throttle a place to come back to."""
        if self._shared is None:
            return
        self._shared.freeze(seconds)
        if turn.current().place:
            call = self._shared.claim(turn.current()).call
            if call > 0:  # so late that the freeze is already over
                self._shared.unused(call)

    def fed_by(self, rate_limit: Callable[[], RateLimit]) -> None:
        """Say how TalentLMS is asked for its ``ratelimit``; others use the same key, so our own count is not enough."""
        self._rate_limit = rate_limit

    def ask(self) -> None:
        """Ask TalentLMS what is left of the hour, if that is due and no other worker does."""
        if self._shared is None or self._rate_limit is None or not self._asking.acquire(blocking=False):
            return
        try:
            before = self._shared.may_ask()
            if before is not None:
                told = self._rate_limit()
                reset = int(told.reset.timestamp()) if told.reset else 0
                self._shared.feed(told.limit, told.remaining, reset, before)
        except GatewayError as error:
            log.event("budget.not_fed", why=error.code, note=error.note)
        finally:
            self._asking.release()

    def settle(self) -> None:
        """Write down all that is over, because this process ends."""
        try:
            if self._shared is not None:
                self._shared.flush()
        except GatewayError as error:
            log.event("budget.not_settled", why=error.code, note=error.note)

    def _claimed(self, voucher: Voucher | None) -> tuple[Permit | None, bytes | None]:
        """Claim a call, and be held for it once if it is a matter of a moment."""
        if self._shared is None:
            return None, None
        mine = turn.current()
        end = time.monotonic() + deadline.remaining(mine.patience)
        while True:
            now = time.monotonic()
            verdict = self._shared.claim(mine, voucher)
            if verdict.feed_due:
                threading.Thread(target=self.ask, daemon=True).start()
            if verdict.call < 0:
                return None, None
            if verdict.call:
                return Permit(verdict.call, now), verdict.record
            self._hold(verdict, end)

    def _hold(self, verdict: Verdict, end: float) -> None:
        """Wait until the call's time, in this thread; raise where that is too long or too many do."""
        if time.monotonic() + verdict.wait > end or not self._seats.acquire(blocking=False):
            raise Queued(verdict.wait, verdict.back)
        try:
            time.sleep(verdict.wait)
        finally:
            self._seats.release()
