"""Whose turn it is to call TalentLMS: the words that the budget's rule and the budget's memory share.

Like the deadline, the turn travels with the thread of work as a context variable: the door that knows who clicks
says so once, and a call four rooms down stands in the right lane and at the right place.
"""

import contextvars
from dataclasses import dataclass
from enum import IntEnum


class Lane(IntEnum):
    """Who goes first; within a lane, first come, first served."""

    CLICK = 0
    PAPERWORK = 1
    BACKGROUND = 2


@dataclass(frozen=True)
class Turn:
    """How the work at hand queues for a call.

    Attributes:
        lane: a click, a purchase's paperwork or a background sync.
        place: what a place in the queue belongs to, letters and digits; whoever asks again with it keeps the place.
            Empty: none is kept.
        patience: how many seconds the thread may be held until the call's time comes.
    """

    lane: Lane = Lane.CLICK
    place: str = ""
    patience: float = 5.0


@dataclass(frozen=True)
class Voucher:
    """A record without which there is no call for a click: the session of whoever clicks.

    Attributes:
        key: where it is in the store.
        idle: how many seconds it lasts from now on.
    """

    key: str
    idle: int


@dataclass(frozen=True)
class Verdict:
    """What the shared budget says.

    Attributes:
        call: the number of the call that may be made now; 0: it has to wait; -1: the voucher is not there.
        wait: about how many seconds until its time comes.
        back: after how many seconds to ask again, to find the place still kept; at most ``wait``.
        feed_due: whether somebody should ask TalentLMS for its ``ratelimit`` again.
        record: with a call, what is under the voucher's key; ``None`` without a voucher.
    """

    call: int
    wait: float = 0.0
    back: float = 0.0
    feed_due: bool = False
    record: bytes | None = None


@dataclass(frozen=True)
class Permit:
    """The right to make one call, now.

    Attributes:
        call: its number in the shared budget; 0 where nobody counts.
        claimed_at: when, by ``time.monotonic``.
    """

    call: int
    claimed_at: float


_UNSAID = Turn()
_turn: contextvars.ContextVar[Turn] = contextvars.ContextVar("turn", default=_UNSAID)
_permit: contextvars.ContextVar[Permit | None] = contextvars.ContextVar("permit", default=None)


def begin(turn: Turn | None = None) -> None:
    """Say how the work at hand queues; ``None``: as work queues of which nothing is said."""
    _turn.set(turn or _UNSAID)
    _permit.set(None)


def current() -> Turn:
    """Return how the work at hand queues."""
    return _turn.get()


def keep(permit: Permit) -> None:
    """Keep a permit that was claimed at the door, for the first call of the work at hand."""
    _permit.set(permit)


def taken() -> Permit | None:
    """Take the permit that was kept, once."""
    permit = _permit.get()
    if permit is not None:
        _permit.set(None)
    return permit
