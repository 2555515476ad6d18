"""The rule of the rate limits: who may call TalentLMS now, who is held for a moment, who has to come back.

What all workers share is a ``CallAccount``, which the store keeps; ``docs/budget.md`` draws the whole.
"""

import threading
import time
from collections.abc import Callable
from typing import Protocol

from gateway import admission, deadline, log
from gateway.admission import UNKNOWN_ITEM, Admission, Permit, QueueEntry, SessionLookup
from gateway.errors import GatewayError, PersonQueued, Queued
from schemas.site import RateLimit

FRESH_SECONDS = 1.0
"""A permit older than this is given back: the shared budget counts on calls that begin at once."""


class CallAccount(Protocol):
    """The calls that all workers share; ``gateway.store.budget`` has it, and says what each of these means."""

    @property
    def is_limited(self) -> bool:
        """Whether there is a limit for everybody together; otherwise there is one per person alone."""
        ...

    def admit(self, entry: QueueEntry, lookup: SessionLookup | None = None) -> Admission:
        """Ask for a call."""
        ...

    def answered(self, call: int) -> None:
        """Write down that a call is over."""
        ...

    def unused(self, call: int, person: str = "") -> None:
        """Give a call back that was never made."""
        ...

    def remember_unknown(self, item: str) -> None:
        """Let nobody ask for a course or category for a while."""
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
        shared: what all workers share; ``None``: no limit of ours at all.
    """

    def __init__(self, shared: CallAccount | None = None) -> None:
        self._shared = shared
        self._rate_limit: Callable[[], RateLimit] | None = None
        self._asking = threading.Lock()

    @property
    def is_shared(self) -> bool:
        """Whether there is a limit of ours at all."""
        return self._shared is not None

    def enter(self, lookup: SessionLookup) -> tuple[bytes | None, bool]:
        """Claim the first call of a click, in the round trip that finds the session.

        Args:
            lookup: the session's record.

        Returns:
            The record, ``None`` where there is none; with it the permit is kept for the work at hand. And whether
            TalentLMS is known to have no such course or category; then there is no permit.

        Raises:
            Queued: the call's time is later.
            StoreUnavailable: nobody is trusted, and nothing may be called.
        """
        if self._shared is None:
            return None, False
        admitted, claimed_at = self._admitted(self._shared, lookup)
        if admitted.call > 0:
            admission.keep(Permit(admitted.call, claimed_at, admission.current().person))
        return admitted.record, admitted.call == UNKNOWN_ITEM

    def permit(self) -> Permit:
        """Return the right to make one call now; the one that was claimed by ``enter``, if it is still fresh.

        Raises:
            Queued: its time is later.
            StoreUnavailable: nothing may be called.
        """
        kept = admission.taken()
        if kept is not None and time.monotonic() - kept.claimed_at < FRESH_SECONDS:
            return kept
        self.unused(kept)
        if self._shared is None:
            return Permit(0, time.monotonic())
        admitted, claimed_at = self._admitted(self._shared)
        return Permit(admitted.call, claimed_at, admission.current().person)

    def answered(self, permit: Permit) -> None:
        """Write down that a call is over, whatever became of it."""
        if self._shared is not None:
            self._shared.answered(permit.call)

    def unused(self, permit: Permit | None) -> None:
        """Give back what was not used."""
        if self._shared is not None and permit is not None:
            self._shared.unused(permit.call, permit.person)

    def throttled(self, seconds: float) -> None:
        """Let nobody call for a while, and give whoever met the throttle a place to come back to."""
        if self._shared is None or not self._shared.is_limited:
            return
        self._shared.freeze(seconds)
        mine = admission.current()
        if mine.path:
            call = self._shared.admit(mine).call
            if call > 0:  # so late that the freeze is already over
                self._shared.unused(call, mine.person)

    def remember_unknown(self) -> None:
        """Remember for a minute that TalentLMS does not know the course or category that the work at hand asks for."""
        item = admission.current().item
        if self._shared is None or not item:
            return
        try:
            self._shared.remember_unknown(item)
        except GatewayError as error:
            log.event("budget.not_settled", why=error.code, note=error.note)

    def fed_by(self, rate_limit: Callable[[], RateLimit]) -> None:
        """Say how TalentLMS is asked for its ``ratelimit``; others use the same key, so our own count is not enough."""
        self._rate_limit = rate_limit

    def ask(self) -> None:
        """Ask TalentLMS what is left of the hour, if that is due and no other worker does."""
        shared = self._shared
        if shared is None or not shared.is_limited or self._rate_limit is None:
            return
        if not self._asking.acquire(blocking=False):
            return
        try:
            before = shared.may_ask()
            if before is not None:
                told = self._rate_limit()
                reset = int(told.reset.timestamp()) if told.reset else 0
                shared.feed(told.limit, told.remaining, reset, before)
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

    def _admitted(self, shared: CallAccount, lookup: SessionLookup | None = None) -> tuple[Admission, float]:
        """Claim a call, and be held for it once if it is a matter of a moment; return since when it is ours, too."""
        end = time.monotonic() + deadline.remaining(admission.current().patience)
        while True:
            now = time.monotonic()
            mine = admission.current()
            said = shared.admit(mine, lookup)
            if said.feed_due:
                threading.Thread(target=self.ask, daemon=True).start()
            if said.call > 0:
                admission.hand_on(said.asked)
            if said.call:
                return said, now
            if said.by_person:
                if said.first_told:
                    log.event("budget.person_limited", person=mine.person, seconds=round(said.wait))
                raise PersonQueued(said.wait, said.back)
            if time.monotonic() + said.wait > end:
                raise Queued(said.wait, said.back)
            time.sleep(said.wait)
