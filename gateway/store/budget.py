"""The budget of TalentLMS calls that all workers share: both windows, the lanes and the queue, in one atomic script.

Redis's clock decides, so that workers on many machines agree. The script is ``budget.lua`` beside this file; how the
rule works, and why it holds at TalentLMS's side, is drawn in ``docs/budget.md``.
"""

import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from gateway import log
from gateway.errors import StoreUnavailable
from gateway.store.connection import Store
from gateway.turn import Lane, Turn, Verdict, Voucher

RESERVE = {Lane.CLICK: 0.0, Lane.PAPERWORK: 0.2, Lane.BACKGROUND: 0.5}
"""The part of both windows that a lane leaves to those before it."""
FEED_SECONDS = 600
"""How often TalentLMS is asked for its ``ratelimit``; a new hour and a throttled answer ask at once."""
SETTLE_SECONDS = 2.0
"""When an answered call is written down at the latest. It is told with the next claim, and with it how long ago the
answer came; its slot becomes free 5 seconds after the answer in any case, so nothing is lost by the delay."""

_TOLD_AT_ONCE = 64
_MILLISECONDS = 1000

Deed = Literal["claim", "freeze", "may_ask", "feed", "settle"]


class SharedBudget:
    """The account of calls to one TalentLMS domain, the same for every worker that uses this store.

    Args:
        store: where it is.
        domain: TalentLMS's host.
        per_5_seconds: calls in any 5 seconds; 0: no limit of ours.
        per_hour: calls in an hour; 0: no limit of ours.
        longest: how many seconds a call takes at most. After that, one that nobody wrote down, because its worker
            died, counts as answered.
    """

    def __init__(self, store: Store, domain: str, per_5_seconds: int, per_hour: int, longest: float) -> None:
        self._script = store.script(Path(__file__).with_suffix(".lua").read_text())
        prefix = f"budget:{{{domain}}}:"
        self._keys = [prefix + name for name in ("account", "slots", "queue", "due")]
        self._ticket = prefix + "ticket:"
        self._limits = (per_5_seconds, per_hour, int(longest * _MILLISECONDS))
        self._reserves = {lane: (int(per_5_seconds * part), int(per_hour * part)) for lane, part in RESERVE.items()}
        self._last = 0
        self._answered: deque[tuple[int, float | None]] = deque()
        self._settling = threading.Lock()

    def claim(self, turn: Turn, voucher: Voucher | None = None) -> Verdict:
        """Ask for a call; one round trip.

        Args:
            turn: the lane and the place of whoever asks.
            voucher: a record that has to be there, and whose idle time begins anew.

        Raises:
            StoreUnavailable: then nothing may be called.
        """
        keys = [self._ticket + turn.place, *([voucher.key] if voucher else [])]
        idle = voucher.idle if voucher else 0
        mine = (turn.lane.value, idle, *self._reserves[turn.lane], FEED_SECONDS * _MILLISECONDS, turn.place)
        call, wait, back, feed_due, last, *record = self._do("claim", mine, keys)
        self._last = max(self._last, last)
        return Verdict(call, wait / _MILLISECONDS, back / _MILLISECONDS, bool(feed_due), record[0] if record else None)

    def answered(self, call: int) -> None:
        """Write down that a call is over; told with the next claim, or by itself a little later."""
        self._note(call, time.monotonic())

    def unused(self, call: int) -> None:
        """Give a call back that was never made."""
        self._note(call, None)

    def freeze(self, seconds: float) -> None:
        """Let nobody call for a while, because TalentLMS throttled."""
        self._do("freeze", (int(seconds * _MILLISECONDS),))

    def may_ask(self) -> tuple[int, int] | None:
        """Take it upon oneself to ask for the ``ratelimit``, if that is due and nobody else does.

        Returns:
            The number of the last call and how many are under way, for ``feed``; ``None``: not now.
        """
        allowed, last, under_way = self._do("may_ask", (FEED_SECONDS * _MILLISECONDS,))
        return (last, under_way) if allowed else None

    def feed(self, limit: int, remaining: int, reset: int, before: tuple[int, int]) -> None:
        """Write down what ``ratelimit`` said.

        Args:
            limit: calls per hour that the plan grants.
            remaining: how many of them are left.
            reset: when the hour ends, epoch seconds.
            before: what ``may_ask`` returned.
        """
        last, under_way = before
        self._do("feed", (limit, remaining, reset * _MILLISECONDS, under_way, last))

    def flush(self) -> None:
        """Tell Redis everything that was answered and not told yet."""
        while self._answered:
            self._do("settle")

    def _note(self, call: int, answered_at: float | None) -> None:
        self._answered.append((call, answered_at))
        if self._settling.acquire(blocking=False):
            timer = threading.Timer(SETTLE_SECONDS, self._settle)
            timer.daemon = True
            timer.start()

    def _settle(self) -> None:
        self._settling.release()
        try:
            self.flush()
        except StoreUnavailable as error:
            # the slots become free by themselves, only later
            log.event("budget.not_settled", why=error.code, note=error.note)

    def _do(self, deed: Deed, given: Iterable[str | float] = (), keys: Sequence[str] = ()) -> Any:
        told = list(islice(self._untold(), _TOLD_AT_ONCE))
        now = time.monotonic()
        pairs = [part for call, at in told for part in (call, -1 if at is None else int((now - at) * _MILLISECONDS))]
        try:
            return self._script(
                [*self._keys, *(keys or (self._ticket,))], [deed, *self._limits, self._last, len(told), *pairs, *given]
            )
        except StoreUnavailable:
            self._answered.extendleft(reversed(told))
            raise

    def _untold(self) -> Iterator[tuple[int, float | None]]:
        while True:
            try:
                yield self._answered.popleft()
            except IndexError:
                return
