"""Admission to TalentLMS: the words that the budget's rule and the budget's memory share."""

from dataclasses import dataclass
from enum import IntEnum


class Lane(IntEnum):
    """Who goes first; within a lane, first come, first served."""

    CLICK = 0
    PURCHASE = 1
    BACKGROUND = 2


@dataclass(frozen=True)
class PersonLimit:
    """What one person's clicks may spend: a token bucket, and a share of the hour.

    Attributes:
        at_once: how many calls the bucket holds; 0: no limit per person.
        per_second: how many calls flow into it.
        share: how many percent of an hour's calls one person gets; never less than 20 calls.
    """

    at_once: int = 0
    per_second: float = 0
    share: int = 0

    def __str__(self) -> str:
        return f"{self.at_once},{self.per_second:g},{self.share}%" if self.at_once else "off"


@dataclass(frozen=True)
class QueueEntry:
    """How the work at hand queues for a call.

    Attributes:
        lane: a click, what follows a purchase or a background sync.
        person: whose calls these are, letters and digits, such as ``Identity.key``. Empty: nobody's; then no limit per
            person holds.
        path: what the person asked for, letters and digits. It and the person are a place in the queue: a click that
            asks again with both keeps it. Empty: no place is kept.
        item: the course or category that is asked for, such as ``course:12``; empty for none.
        patience: how many seconds the work may be held until the call's time comes.
        asked: for the further calls of a click, when the click first asked, milliseconds of the shared budget's clock:
            they queue as the click did, not behind everybody who has come since. 0: nothing was called yet.
    """

    lane: Lane = Lane.CLICK
    person: str = ""
    path: str = ""
    item: str = ""
    patience: float = 5.0
    asked: int = 0


@dataclass(frozen=True)
class SessionLookup:
    """A record without which there is no call for a click: the session of the person who clicks.

    Attributes:
        key: where it is in the store.
        idle: how many seconds it lasts from now on.
        person: ``Identity.key`` of whose session it is, if it is there; empty for an id that cannot be there.
    """

    key: str
    idle: int
    person: str


NO_SESSION = -1
UNKNOWN_ITEM = -2


@dataclass(frozen=True)
class Admission:
    """What the shared budget says.

    Attributes:
        call: the number of the call that may be made now; 0: it has to wait; ``NO_SESSION``: the session is not there;
            ``UNKNOWN_ITEM``: TalentLMS has said a moment ago that there is no such course or category.
        wait: about how many seconds until its time comes.
        back: after how many seconds to ask again, to find the place still kept; at most ``wait``.
        limits_due: whether somebody should ask TalentLMS for its ``ratelimit`` again.
        asked: with a call, when the click first asked, as ``QueueEntry`` has it.
        by_person: whether it has to wait for what this person has spent, not for others.
        first_told: with ``by_person``, whether that should be written to the log; true once in ten minutes.
        record: what is under the session's key; ``None`` without a session, and where the call has to wait.
    """

    call: int
    wait: float = 0.0
    back: float = 0.0
    limits_due: bool = False
    asked: int = 0
    by_person: bool = False
    first_told: bool = False
    record: bytes | None = None


@dataclass(frozen=True)
class Permit:
    """The right to make one call, now.

    Attributes:
        call: its number in the shared budget; 0 where nobody counts.
        claimed_at: when, by ``time.monotonic``.
        person: as the queue entry had it with which it was claimed.
    """

    call: int
    claimed_at: float
    person: str = ""
