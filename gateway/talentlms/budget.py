"""The rule of the rate limits: who may call TalentLMS now, who is held for a moment, who has to come back.

What all workers share is a ``CallAccount``, which the store keeps; ``docs/budget.md`` draws the whole.
"""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from gateway import context, log
from gateway.admission import UNKNOWN_ITEM, Admission, Lane, Permit, QueueEntry, SessionLookup
from gateway.context import Context
from gateway.errors import GatewayError, PersonQueued, Queued
from schemas.site import RateLimit

FRESH_SECONDS = 1.0
"""A permit older than this is given back: the shared budget counts on calls that begin at once."""


class CallAccount(Protocol):
    """The calls that all workers share; ``gateway.store.budget`` has it, and says what each of these means."""

    @property
    def is_limited(self) -> bool:
        """Whether there is a limit for everybody together; otherwise there is one per person alone."""

    def admit(self, entry: QueueEntry, lookup: SessionLookup | None = None) -> Admission:
        """Ask for a call."""

    def answered(self, call: int) -> None:
        """Write down that a call is over."""

    def unused(self, call: int, person: str = "") -> None:
        """Give a call back that was never made."""

    def remember_unknown(self, item: str) -> None:
        """Let nobody ask for a course or category for a while."""

    def freeze(self, seconds: float) -> None:
        """Let nobody call for a while."""

    def may_ask(self) -> tuple[int, int] | None:
        """Take it upon oneself to ask for the ``ratelimit``."""

    def note_limits(self, limit: int, remaining: int, reset: int, before: tuple[int, int]) -> None:
        """Write down what ``ratelimit`` said."""

    def calls_left(self) -> int | None:
        """Tell how many calls the hour still has."""

    def flush(self) -> None:
        """Let nothing that is over wait to be written down."""


class Budget:
    """The budget as one process sees it.

    Args:
        shared: what all workers share.
    """

    def __init__(self, shared: CallAccount) -> None:
        self._shared = shared
        self._rate_limit: Callable[[], RateLimit] | None = None
        self._asking = threading.Lock()
        self._waiting = threading.Lock()

    def enter(self, work: Context, lookup: SessionLookup) -> tuple[bytes | None, bool]:
        """Claim the first call of a click, in the round trip that finds the session.

        Args:
            work: the click, which keeps the permit.
            lookup: the session's record.

        Returns:
            The record, ``None`` where there is none. And whether TalentLMS is known to have no such course or
            category. Either way there is no permit then.

        Raises:
            Queued: the call's time is later.
            StoreUnavailable: nobody is trusted, and nothing may be called.
        """
        admitted, permit = self._admitted(work, lookup)
        if admitted.call > 0:
            work.left.permit = permit
        return admitted.record, admitted.call == UNKNOWN_ITEM

    def leave(self, work: Context) -> None:
        """Give back the call that was claimed for a click, if it was not used."""
        permit, work.left.permit = work.left.permit, None
        if permit is not None:
            self.ended(permit, made=False)

    def permit(self) -> Permit:
        """Return the right to make one call now; the one that was claimed by ``enter``, if it is still fresh.

        Raises:
            Queued: its time is later.
            StoreUnavailable: nothing may be called.
        """
        work = context.current()
        kept = work.left.permit
        if kept is not None and time.monotonic() - kept.claimed_at < FRESH_SECONDS:
            work.left.permit = None
            return kept
        self.leave(work)
        return self._admitted(work)[1]

    def ended(self, permit: Permit, *, made: bool) -> None:
        """Write down that a call is over, whatever became of it; or give it back where it was never made."""
        if made:
            self._shared.answered(permit.call)
        else:
            self._shared.unused(permit.call, permit.person)

    def throttled(self, seconds: float) -> None:
        """Let nobody call for a while, and give the click that met it a place to come back to."""
        if not self._shared.is_limited:
            return
        self._shared.freeze(seconds)
        mine = _further(context.current())
        if mine.path:
            call = self._shared.admit(mine).call
            if call > 0:  # so late that the freeze is already over
                self._shared.unused(call, mine.person)

    def remember_unknown(self) -> None:
        """Let nobody ask for a while for the course or category that the work at hand found TalentLMS not to know."""
        item = context.current().entry.item
        if not item:
            return
        try:
            self._shared.remember_unknown(item)
        except GatewayError as error:
            log.event("budget.not_settled", why=error.code, note=error.note)

    def limits_from(self, rate_limit: Callable[[], RateLimit]) -> None:
        """Say how TalentLMS is asked for its ``ratelimit``; others use the same key, so our own count is not enough."""
        self._rate_limit = rate_limit

    def ask(self) -> None:
        """Ask TalentLMS what is left of the hour, if that is due and no other worker does."""
        if not self._shared.is_limited or self._rate_limit is None or not self._asking.acquire(blocking=False):
            return
        try:
            before = self._shared.may_ask()
            if before is not None:
                told = self._rate_limit()
                reset = int(told.reset.timestamp()) if told.reset else 0
                self._shared.note_limits(told.limit, told.remaining, reset, before)
        except GatewayError as error:
            log.event("budget.not_fed", why=error.code, note=error.note)
        finally:
            self._asking.release()

    def calls_left(self) -> int | None:
        """Return how many calls the hour still has; ``None`` where there is no limit by it.

        Raises:
            StoreUnavailable: nobody knows.
        """
        return self._shared.calls_left()

    def settle(self) -> None:
        """Write down all that is over, because this process ends."""
        try:
            self._shared.flush()
        except GatewayError as error:
            log.event("budget.not_settled", why=error.code, note=error.note)

    def _ask_beside(self) -> None:
        context.begin()  # a click sets it off and does not wait for it
        self.ask()

    def _admitted(self, work: Context, lookup: SessionLookup | None = None) -> tuple[Admission, Permit]:
        """Claim a call, and be held for it if it is a matter of a moment.

        All who come after the clicks would be told the same moment: of a process one asks, and the others wait for it.
        """
        entry = work.entry if lookup else _further(work)
        end = min(time.monotonic() + entry.patience, work.deadline or math.inf)
        if entry.lane is Lane.CLICK:
            return self._held(work, entry, lookup, end)
        if not self._waiting.acquire(timeout=max(0.0, end - time.monotonic())):
            _tell_postponed(entry, "all")
            raise Queued(entry.patience, entry.patience)
        try:
            return self._held(work, entry, lookup, end)
        finally:
            self._waiting.release()

    def _held(
        self, work: Context, entry: QueueEntry, lookup: SessionLookup | None, end: float
    ) -> tuple[Admission, Permit]:
        began = now = time.monotonic()
        waited = work.left.waited
        while True:
            said = self._shared.admit(entry, lookup)
            if said.limits_due:
                threading.Thread(target=self._ask_beside, daemon=True).start()
            if said.call:
                if now > began:
                    log.tell("budget.waited", {"lane": entry.lane.name, "seconds": now - began})
                if said.call > 0 and entry.person:
                    work.left.asked = said.asked
                return said, Permit(said.call, now, entry.person)
            if said.by_person:
                if said.first_told:
                    log.event("budget.person_limited", person=entry.person, seconds=round(said.wait))
                _tell_postponed(entry, "person")
                raise PersonQueued(said.wait, said.back)
            if time.monotonic() + said.wait > end:
                _tell_postponed(entry, "all")
                raise Queued(said.wait, said.back)
            time.sleep(said.wait)
            now = time.monotonic()
            work.left.waited = waited + now - began


def _tell_postponed(entry: QueueEntry, limit: str) -> None:
    log.tell("budget.postponed", {"lane": entry.lane.name, "limit": limit})


def _further(work: Context) -> QueueEntry:
    """Return how a call queues that is not the first of its click: as that one did.

    What the click asks for is told with the first alone. A click that is under way is answered by TalentLMS, whatever
    it has said to others meanwhile.
    """
    return replace(work.entry, asked=work.left.asked, item="")
