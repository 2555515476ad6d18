"""The work at hand, such as a request: for whom, until when, and how it queues. One object in one context variable.

A call four packages down knows from here how long the browser still waits, without every signature on the way carrying
it. Threads have a context each, and so have gevent's greenlets. Work that nobody has begun, such as a timer's, has the
one that the fields' defaults make: it belongs to no request, and nobody waits for it.
"""

import secrets
import time
from collections.abc import Collection, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from gateway.admission import Permit, QueueEntry
from schemas.audit_entry import AuditEntry

BROWSER_SECONDS = 15.0
"""What a browser waits at most, in seconds, repeats included; proxies are told to wait longer (docs/operating.md)."""
LOG_BYTES = 2560
"""How much one piece of work writes into the log at most."""
REQUEST_LINE_BYTES = 512
"""How much of that a request keeps for the line that says what became of it; other lines never use it up."""
EVENTS = 12
"""How many events of a piece of work are remembered until it ends."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no letter that is mistaken for another
_LETTERS = 8
_MISREAD = str.maketrans(
    {
        **dict.fromkeys("Oo", "0"),
        **dict.fromkeys("IiLl", "1"),
        "-": "",
        " ": "",
        "\N{EN DASH}": "",
        "\N{NO-BREAK SPACE}": "",
    }
)


class Trail(Protocol):
    """Where the entries of the audit trail go that a piece of work leads to."""

    @property
    def log_only(self) -> Collection[str]:
        """Events that stand in the log alone: no entry is made of them."""

    def add(self, entry: AuditEntry) -> None:
        """Take an entry; whatever becomes of it, the work goes on."""


@dataclass(slots=True)
class Allowance:
    """What the work has left; the only part of it that changes.

    Attributes:
        log_bytes: how many bytes it may still write into the log.
        permit: a call that was claimed for it and not used yet.
        asked: once it has had a call for a person: when it first asked for one, milliseconds of the shared budget's
            clock. Its further calls queue by that, not behind everybody who has come since.
        repeats: how many of its calls were sent once again because no whole answer came.
        answered: how many of its calls TalentLMS answered, so that it is neither away nor throttling.
        withheld: how many of its calls a dry-run kept from being sent, so that the work is not done.
        calls: how many calls of TalentLMS were made for it, each repetition counted.
        call_seconds: how long these took together.
        waited: how many seconds it was held for calls of the budget.
        round_trips: how often Redis was asked for it.
        session_of: whose session its browser has, ``Identity.key``; empty: none; ``None``: nobody has looked.
        problem: the code of the error that it was answered with; empty for none.
        span: that of ``gateway.tracing``; ``None`` where there are none.
        events: what was logged of it, the first ``EVENTS``: names and facts, which are not redacted.
    """

    log_bytes: int = LOG_BYTES
    permit: Permit | None = None
    asked: int = 0
    repeats: int = 0
    answered: int = 0
    withheld: int = 0
    calls: int = 0
    call_seconds: float = 0.0
    waited: float = 0.0
    round_trips: int = 0
    session_of: str | None = None
    problem: str = ""
    span: Any = None
    events: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Context:
    """One piece of work.

    Attributes:
        reference: its code, which error pages show; ``-`` for work that nobody has begun.
        client: the address of the browser that it is for; empty for none.
        user_agent: what that browser calls itself.
        deadline: by ``time.monotonic``, when its answer has to be out; ``None``: nobody waits.
        entry: how it queues for calls of TalentLMS.
        trail: where what is done by it is written down; ``None``: in the log alone.
        person: whom it is about, ``Identity.key``; empty while that is not known.
        left: what it has left.
    """

    reference: str = "-"
    client: str = ""
    user_agent: str = ""
    deadline: float | None = None
    entry: QueueEntry = field(default_factory=QueueEntry)
    trail: Trail | None = None
    person: str = ""
    left: Allowance = field(default_factory=Allowance)


_current: ContextVar[Context | None] = ContextVar("work", default=None)


def begin(
    client: str = "",
    user_agent: str = "",
    *,
    seconds: float | None = None,
    entry: QueueEntry | None = None,
    trail: Trail | None = None,
) -> Context:
    """Begin a piece of work, with a reference code of its own, such as ``7K2M-9QXD`` (40 bits of chance).

    Args:
        client: as ``Context`` has it, like ``user_agent``, ``entry`` and ``trail``.
        user_agent: likewise.
        seconds: from now until the answer has to be out.
        entry: default: as work queues of which nothing is said.
        trail: likewise.
    """
    chance = secrets.randbits(40)
    letters = "".join([_ALPHABET[chance >> shift & 31] for shift in range(0, 40, 5)])
    deadline = None if seconds is None else time.monotonic() + seconds
    work = Context(f"{letters[:4]}-{letters[4:]}", client, user_agent, deadline, entry or QueueEntry(), trail)
    _current.set(work)
    return work


def reference_of(typed: str) -> str:
    """Return the reference code that somebody means, as it is written; empty for what can be none.

    Args:
        typed: in letters of any case, with or without the hyphen or blanks; ``O`` is read as ``0``, ``I`` and ``L`` as
            ``1``: no code has these letters.
    """
    kept = typed.translate(_MISREAD)
    letters = kept.upper() if kept.isascii() else ""
    if len(letters) != _LETTERS or not set(_ALPHABET).issuperset(letters):
        return ""
    return f"{letters[:4]}-{letters[4:]}"


def end() -> Context:
    """End the piece of work, and return it; what follows belongs to none."""
    ended = current()
    _current.set(None)
    return ended


def current() -> Context:
    """Return the work at hand."""
    return _current.get() or Context()


def queue_as(entry: QueueEntry) -> None:
    """Say from here on how the work at hand queues."""
    work = current()
    work.left.asked = 0
    _current.set(replace(work, entry=entry))


def is_about(person: str) -> None:
    """Say from here on whom the work at hand is about, ``Identity.key``; work that nobody has begun takes no note."""
    work = _current.get()
    if work is not None and work.person != person:
        _current.set(replace(work, person=person))


def note_withheld() -> None:
    """Take note that a dry-run kept a call of the work at hand from being sent."""
    current().left.withheld += 1


def note_repeat() -> None:
    """Take note that a call of the work at hand is sent once again; what "already enrolled" means depends on it."""
    current().left.repeats += 1


def note_call(seconds: float) -> None:
    """Take note that a call of TalentLMS was made for the work at hand, and how long it took."""
    left = current().left
    left.calls += 1
    left.call_seconds += seconds


def note_session(person: str) -> None:
    """Take note of whose session the browser of the work at hand has, ``Identity.key``; empty: of none."""
    current().left.session_of = person


def note_problem(code: str) -> None:
    """Take note of the code of the error that the work at hand is answered with."""
    current().left.problem = code


def note_event(name: str, facts: Mapping[str, Any]) -> Context:
    """Remember what happened to the work at hand until it ends; return that work.

    Args:
        name: a dotted name, as ``gateway.log`` has them.
        facts: as they are; whoever writes them anywhere redacts them.
    """
    work = current()
    if len(work.left.events) < EVENTS:
        work.left.events.append((name, facts))
    return work


def note_answer() -> None:
    """Take note that TalentLMS has answered a call of the work at hand."""
    current().left.answered += 1


def remaining(at_most: float) -> float:
    """Return the seconds that one step may take.

    Args:
        at_most: what the step would like to have.

    Returns:
        ``at_most``, or what is left until the deadline if that is less; never below zero.
    """
    deadline = current().deadline
    return at_most if deadline is None else max(0.0, min(at_most, deadline - time.monotonic()))
