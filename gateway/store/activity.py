"""What happened lately, right across all processes that share a Redis: figures by the minute, failures, processes.

It is small and goes by itself: some names in each minute, the newest failures, and the processes of a day. Nothing of
it names a person, an account or a link.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.store.connection import Store
from gateway.store.keys import tagged
from gateway.store.records import packed, unpacked

MINUTE_SECONDS = 60
MINUTES_SECONDS = 4 * 3600
"""How long the figures of a minute are kept."""
FAILURES = 50
"""How many failures are kept of each kind: what strangers are refused does not displace faults."""
FAILURES_SECONDS = 7 * 24 * 3600
SILENT_SECONDS = 90
"""After so long without a word a process counts as ended."""
PROCESSES_SECONDS = 24 * 3600
_SERVER_ERROR = 500

_PROCESSES = tagged("activity-processes:running")
_FAULTS, _REFUSALS = tagged("activity-failures:faults"), tagged("activity-failures:refusals")

Figures = Mapping[str, int]
"""By name: how often something happened, or how much of something there was."""


@dataclass(frozen=True)
class Failure:
    """An error page, or an error told to a machine.

    Attributes:
        at: epoch seconds, UTC.
        reference: the code that the page shows.
        problem: the error's code.
        status: of the answer; from 500 on it is a fault, below it something was refused.
        route: the address as the code has it, such as ``/go/course/<course>``, without what a browser filled in.
    """

    at: int
    reference: str
    problem: str
    status: int
    route: str


@dataclass(frozen=True)
class ProcessState:
    """A process, as it tells of itself.

    Attributes:
        name: host and number, which tell it apart.
        kind: ``gateway`` or ``worker``.
        version: of the gateway.
        started_at: epoch seconds, UTC.
        seen_at: when it told this.
        is_breaker_open: whether it has stopped to call TalentLMS because it fails.
    """

    name: str
    kind: str
    version: str
    started_at: int
    seen_at: int
    is_breaker_open: bool


@dataclass(frozen=True)
class Batch:
    """What a process has to write.

    Attributes:
        counts: by minute, epoch seconds, how often what happened.
        levels: by minute, how much there was of something; what is written last holds.
        failures: the oldest first.
        process: how it stands with the process.
    """

    counts: Mapping[int, Figures]
    levels: Mapping[int, Figures]
    failures: Sequence[Failure]
    process: ProcessState


@dataclass(frozen=True)
class Lately:
    """What happened lately.

    Attributes:
        minutes: figures of each minute that was asked for, the oldest first.
        faults: failures with a status from 500 on, the newest first.
        refusals: the other ones, the newest first.
        processes: those that have told of themselves within ``SILENT_SECONDS``.
    """

    minutes: Sequence[Figures]
    faults: Sequence[Failure]
    refusals: Sequence[Failure]
    processes: Sequence[ProcessState]


class Activity:
    """The record. Every method raises ``StoreUnavailable`` where Redis cannot be asked, and takes one round trip.

    Args:
        store: Redis.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def write(self, batch: Batch) -> None:
        """Add what a process has to write, all or nothing; where an answer got lost it may be added twice."""
        commands: list[tuple[str | float | bytes, ...]] = []
        for minute, figures in batch.counts.items():
            commands += [("HINCRBY", _minute(minute), name, number) for name, number in figures.items()]
        for minute, figures in batch.levels.items():
            commands += [("HSET", _minute(minute), name, number) for name, number in figures.items()]
        commands += [("EXPIRE", _minute(minute), MINUTES_SECONDS) for minute in {*batch.counts, *batch.levels}]
        for key, failures in _by_kind(batch.failures).items():
            commands += [("LPUSH", key, *map(packed, failures)), ("LTRIM", key, 0, FAILURES - 1)]
            commands += [("EXPIRE", key, FAILURES_SECONDS)]
        commands += [("HSET", _PROCESSES, batch.process.name, packed(batch.process))]
        self._store.ask_all([*commands, ("EXPIRE", _PROCESSES, PROCESSES_SECONDS)])

    def lately(self, now: int, minutes: int) -> Lately:
        """Return what happened.

        Args:
            now: epoch seconds, UTC.
            minutes: how many of them, the one that is not over among them.
        """
        current = now - now % MINUTE_SECONDS
        asked = range(current - (minutes - 1) * MINUTE_SECONDS, current + 1, MINUTE_SECONDS)
        questions: list[tuple[str | float | bytes, ...]] = [("HGETALL", _minute(minute)) for minute in asked]
        questions += [("LRANGE", key, 0, FAILURES - 1) for key in (_FAULTS, _REFUSALS)]
        *figures, faults, refusals, processes = self._store.ask_all([*questions, ("HVALS", _PROCESSES)])
        told = [state for state in (unpacked(ProcessState, record) for record in processes) if state is not None]
        return Lately(
            [_figures(fields) for fields in figures],
            [one for one in (unpacked(Failure, record) for record in faults) if one is not None],
            [one for one in (unpacked(Failure, record) for record in refusals) if one is not None],
            sorted((state for state in told if now - state.seen_at <= SILENT_SECONDS), key=lambda state: state.name),
        )

    def ended(self, *names: str) -> None:
        """Forget processes."""
        if names:
            self._store.ask("HDEL", _PROCESSES, *names)

    def silent(self, now: int) -> Sequence[str]:
        """Return the names of processes that have ended without a word, and of what another version wrote."""
        fields = _pairs(self._store.ask("HGETALL", _PROCESSES))
        return [name.decode() for name, record in fields if now - _seen_at(record) > SILENT_SECONDS]


def _minute(minute: int) -> str:
    return tagged(f"activity-minute:{minute}")


def _by_kind(failures: Sequence[Failure]) -> dict[str, list[Failure]]:
    kinds: dict[str, list[Failure]] = {}
    for failure in failures:
        kinds.setdefault(_FAULTS if failure.status >= _SERVER_ERROR else _REFUSALS, []).append(failure)
    return kinds


def _figures(fields: Any) -> Figures:
    return {name.decode(): int(number) for name, number in _pairs(fields)}


def _pairs(fields: Any) -> list[tuple[bytes, bytes]]:
    """Return the fields of a hash: a map by RESP3, and a list of names and values by RESP2."""
    return list(fields.items() if isinstance(fields, dict) else zip(fields[::2], fields[1::2], strict=True))


def _seen_at(record: bytes) -> int:
    try:
        return int(json.loads(record)["seen_at"])
    except (ValueError, TypeError, KeyError):
        return 0
