"""The budget of TalentLMS calls that all workers share: windows, lanes, queue and people, in one atomic script.

Redis's clock decides, so that workers on many machines agree. The script is ``budget.lua`` beside this file; how the
rule works, and why it holds at TalentLMS's side, is drawn in ``docs/budget.md``.
"""

import threading
import time
from collections import deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from gateway import log
from gateway.admission import Admission, Lane, PersonLimit, QueueEntry, SessionLookup
from gateway.errors import StoreUnavailable
from gateway.store.connection import Store
from gateway.store.keys import tagged

RESERVE = {Lane.CLICK: 0.0, Lane.PURCHASE: 0.2, Lane.BACKGROUND: 0.5}
"""The part of both windows that a lane leaves to those before it."""
LIMITS_SECONDS = 600
"""How often TalentLMS is asked for its ``ratelimit``; a new hour and a throttled answer ask at once."""
SETTLE_SECONDS = 2.0
"""When an answered call is written down at the latest. It is told with the next claim, and with it how long ago the
answer came; its slot becomes free 5 seconds after the answer in any case, so nothing is lost by the delay."""

_REPORTED_AT_ONCE = 64
_MILLISECONDS = 1000
_FIRST_TOLD = 2

Command = Literal["admit", "give_back", "remember_unknown", "freeze", "may_ask", "note_limits", "settle"]


class SharedBudget:
    """The account of calls to one TalentLMS domain, the same for every worker that uses this store.

    Args:
        store: where it is.
        domain: TalentLMS's host.
        per_5_seconds: calls in any 5 seconds; 0: no limit of ours.
        per_hour: calls in an hour; 0: no limit of ours, and no share of it.
        longest: how many seconds a call takes at most. After that, one that nobody wrote down, because its worker
            died, counts as answered.
        per_person: what one person may spend; default: no limit.
    """

    def __init__(
        self,
        store: Store,
        domain: str,
        per_5_seconds: int,
        per_hour: int,
        longest: float,
        per_person: PersonLimit | None = None,
    ) -> None:
        per_person = per_person or PersonLimit()
        settings = _settings(per_5_seconds, per_hour, longest, per_person)
        self._script = store.script(settings + Path(__file__).with_suffix(".lua").read_text())
        prefix = tagged(f"budget:{domain}:")
        self._keys = [(prefix + name).encode() for name in ("account", "slots", "queue", "due", "unknown")]
        self._bucket, self._places = prefix + "person:", prefix + "places:"
        self.is_limited = bool(per_5_seconds or per_hour)
        self._counts = self.is_limited or bool(per_person.at_once)
        self._store, self._per_hour = store, per_hour
        self._last = 0
        self._answered: deque[tuple[int, float]] = deque()
        self._settling = threading.Lock()

    def admit(self, entry: QueueEntry, lookup: SessionLookup | None = None) -> Admission:
        """Ask for a call; one round trip, and none where there is nothing to count and nothing to look up.

        Args:
            entry: how the click queues.
            lookup: a session that has to be there, and whose idle time begins anew.

        Raises:
            StoreUnavailable: then nothing may be called.
        """
        if not (self._counts or lookup or entry.item):
            return Admission(call=1)
        given = (
            f"{entry.lane.value} {lookup.idle if lookup else 0} {entry.asked} "
            f"{entry.person or '-'} {entry.path or '-'} {entry.item or '-'}"
        )
        call, wait, back, limits_due, last, asked, by_person, *record = self._do(
            "admit", given, entry.person, lookup.key if lookup else None
        )
        self._last = max(self._last, last)
        return Admission(
            call,
            wait / _MILLISECONDS,
            back / _MILLISECONDS,
            bool(limits_due),
            asked,
            bool(by_person),
            by_person == _FIRST_TOLD,
            record[0] if record else None,
        )

    def answered(self, call: int) -> None:
        """Write down that a call is over; told with the next claim, or by itself a little later."""
        if self.is_limited:
            self._answered.append((call, time.monotonic()))
            self._settle_later()

    def unused(self, call: int, person: str = "") -> None:
        """Give a call back that was never made; at once, for it may be the hour's last.

        Args:
            call: its number.
            person: who asked for it, as the queue entry had it.
        """
        if not self._counts:
            return
        try:
            self._do("give_back", f"{call} {person or '-'}", person)
        except StoreUnavailable as error:
            log.event("budget.not_settled", why=error.code, note=error.note)
            self.answered(call)

    def remember_unknown(self, item: str) -> None:
        """Let nobody ask for a course or category for ten seconds, because TalentLMS does not know it.

        Args:
            item: as ``QueueEntry`` has it.
        """
        self._do("remember_unknown", item)

    def freeze(self, seconds: float) -> None:
        """Let nobody call for a while, because TalentLMS throttled."""
        self._do("freeze", f"{seconds * _MILLISECONDS:.0f}")

    def may_ask(self) -> tuple[int, int] | None:
        """Take it upon oneself to ask for the ``ratelimit``, if that is due and nobody else does.

        Returns:
            The number of the last call and how many are under way, for ``note_limits``; ``None``: not now.
        """
        allowed, last, under_way = self._do("may_ask")
        return (last, under_way) if allowed else None

    def note_limits(self, limit: int, remaining: int, reset: int, before: tuple[int, int]) -> None:
        """Write down what ``ratelimit`` said.

        Args:
            limit: calls per hour that the plan grants.
            remaining: how many of them are left.
            reset: when the hour ends, epoch seconds.
            before: what ``may_ask`` returned.
        """
        last, under_way = before
        self._do("note_limits", f"{limit} {remaining} {reset * _MILLISECONDS} {under_way} {last}")

    def calls_left(self) -> int | None:
        """Return how many calls the hour still has, as the script reckons; ``None`` where there is no limit by it.

        Raises:
            StoreUnavailable: nobody knows.
        """
        if not self._per_hour:
            return None
        names = ("used", "ends", "left", "plan")
        clock, known = self._store.ask_all([("TIME",), ("HMGET", self._keys[0], *names)])
        used, ends, left, plan = (int(text) if text else None for text in known)
        if (ends or 0) <= int(clock[0]) * _MILLISECONDS:  # the hour is over, and nobody has asked for a call since
            used, left = 0, plan
        credit = self._per_hour - (used or 0)
        return max(0, credit if left is None else min(credit, left))

    def flush(self) -> None:
        """Tell Redis everything that was answered and not told yet."""
        while self._answered:
            self._do("settle")

    def _settle_later(self) -> None:
        if self._settling.acquire(blocking=False):
            timer = threading.Timer(SETTLE_SECONDS, self._settle_now)
            timer.daemon = True
            timer.start()

    def _settle_now(self) -> None:
        self._settling.release()
        try:
            self.flush()
        except StoreUnavailable as error:
            # told with a later claim; else the slots become free by themselves
            log.event("budget.not_settled", why=error.code, note=error.note)

    def _do(self, command: Command, given: str = "", person: str = "", session: str | None = None) -> Any:
        told = list(islice(self._unreported(), _REPORTED_AT_ONCE))
        now = time.monotonic()
        pairs = "".join(f" {call} {int((now - at) * _MILLISECONDS)}" for call, at in told)
        keys: list[str | bytes] = [
            *self._keys,
            self._bucket + person,
            self._places + person,
            *([session] if session else []),
        ]
        try:
            return self._script(keys, [f"{command} {self._last} {len(told)}{pairs} {given}"])
        except StoreUnavailable:
            self._answered.extendleft(reversed(told))
            raise

    def _unreported(self) -> Iterator[tuple[int, float]]:
        while True:
            try:
                yield self._answered.popleft()
            except IndexError:
                return


def _settings(per_5_seconds: int, per_hour: int, longest: float, per_person: PersonLimit) -> str:
    """Return the lines of Lua that stand in front of the script: what never changes need not be sent each time."""
    reserves = ", ".join(
        f"{{{int(per_5_seconds * RESERVE[lane])}, {int(per_hour * RESERVE[lane])}}}" for lane in sorted(Lane)
    )
    interval = _MILLISECONDS / per_person.per_second if per_person.at_once else 0
    return (
        f"local BURST, HOURLY, LONGEST = {per_5_seconds}, {per_hour}, {longest * _MILLISECONDS:.0f}\n"
        f"local LIMITS_EVERY, RESERVES = {LIMITS_SECONDS * _MILLISECONDS}, {{{reserves}}}\n"
        f"local AT_ONCE, INTERVAL, SHARE = {per_person.at_once}, {interval:.3f}, {per_person.share}\n"
    )
