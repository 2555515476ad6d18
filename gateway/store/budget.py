"""The budget of TalentLMS calls that all workers share: both windows, the lanes and the queue, in one atomic script.

Redis's clock decides, so that workers on many machines agree. The script is ``budget.lua`` beside this file; how the
rule works, and why it holds at TalentLMS's side, is drawn in ``docs/budget.md``.
"""

import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
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
        settings = _settings(per_5_seconds, per_hour, longest)
        source = settings + Path(__file__).with_suffix(".lua").read_text()
        self._script = store.script(source)
        prefix = f"budget:{{{domain}}}:"
        self._keys = [(prefix + name).encode() for name in ("account", "slots", "queue", "due")]
        self._ticket = prefix + "ticket:"
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
        call, wait, back, feed_due, last, *record = self._do(f"{turn.lane.value} {idle} {turn.place}", "claim", keys)
        self._last = max(self._last, last)
        return Verdict(call, wait / _MILLISECONDS, back / _MILLISECONDS, bool(feed_due), record[0] if record else None)

    def answered(self, call: int) -> None:
        """Write down that a call is over; told with the next claim, or by itself a little later."""
        self._answered.append((call, time.monotonic()))
        self._settle_later()

    def unused(self, call: int) -> None:
        """Give a call back that was never made; at once, for it may be the hour's last."""
        self._answered.append((call, None))
        self._settle()

    def freeze(self, seconds: float) -> None:
        """Let nobody call for a while, because TalentLMS throttled."""
        self._do(f"{seconds * _MILLISECONDS:.0f}", "freeze")

    def may_ask(self) -> tuple[int, int] | None:
        """Take it upon oneself to ask for the ``ratelimit``, if that is due and nobody else does.

        Returns:
            The number of the last call and how many are under way, for ``feed``; ``None``: not now.
        """
        allowed, last, under_way = self._do("", "may_ask")
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
        self._do(f"{limit} {remaining} {reset * _MILLISECONDS} {under_way} {last}", "feed")

    def flush(self) -> None:
        """Tell Redis everything that was answered and not told yet."""
        while self._answered:
            self._do("", "settle")

    def _settle_later(self) -> None:
        if self._settling.acquire(blocking=False):
            timer = threading.Timer(SETTLE_SECONDS, self._settle_now)
            timer.daemon = True
            timer.start()

    def _settle_now(self) -> None:
        self._settling.release()
        self._settle()

    def _settle(self) -> None:
        try:
            self.flush()
        except StoreUnavailable as error:
            # told with a later claim; else the slots become free by themselves
            log.event("budget.not_settled", why=error.code, note=error.note)

    def _do(self, given: str, deed: Deed, keys: Sequence[str] = ()) -> Any:
        told = list(islice(self._untold(), _TOLD_AT_ONCE))
        now = time.monotonic()
        pairs = "".join(f" {call} {-1 if at is None else int((now - at) * _MILLISECONDS)}" for call, at in told)
        try:
            return self._script(
                [*self._keys, *(keys or (self._ticket,))], [f"{deed} {self._last} {len(told)}{pairs} {given}"]
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


def _settings(per_5_seconds: int, per_hour: int, longest: float) -> str:
    """Return the lines of Lua that stand in front of the script: what never changes need not be sent each time."""
    reserves = ", ".join(
        f"{{{int(per_5_seconds * RESERVE[lane])}, {int(per_hour * RESERVE[lane])}}}" for lane in sorted(Lane)
    )
    return (
        f"local BURST, HOURLY, LONGEST = {per_5_seconds}, {per_hour}, {longest * _MILLISECONDS:.0f}\n"
        f"local FEED, RESERVES = {FEED_SECONDS * _MILLISECONDS}, {{{reserves}}}\n"
    )
