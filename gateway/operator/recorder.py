"""What a process writes down for the operator's page: in memory as it happens, and into Redis a little later.

Nobody waits for it: a click writes into a dictionary, and a thread writes that into Redis every ``WRITE_SECONDS``.
While Redis is away a bounded part is kept and written afterwards.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gateway import context, log
from gateway.errors import PersonQueued, Queued, StoreUnavailable
from gateway.store.activity import MINUTE_SECONDS, MINUTES_SECONDS, Activity, Batch, Failure, ProcessState

WRITE_SECONDS = 5.0
SEEN_SECONDS = 20.0
"""How often a process says that it is there when it has nothing else to say."""
FAILURES_AT_ONCE = 50
"""Failures that wait to be written; of more the newest, and of those that strangers can make up fewer."""
REFUSALS_AT_ONCE = 20

CLICK, SIGN_IN, CALL = "click", "sign_in", "call"
CALLS_LEFT = "calls_left"
_SERVER_ERROR = 500
_DIRECTORY = "/scim/v2"
_NOT_FAILURES = frozenset({Queued.code, PersonQueued.code})
"""Who has to wait has not failed."""

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Ourselves:
    """What a process tells of itself.

    Attributes:
        host: the machine's name.
        number: of the process.
        kind: ``gateway`` or ``worker``.
        version: of the gateway.
    """

    host: str
    number: int
    kind: str
    version: str


class Recorder:
    """What one process writes down.

    Args:
        activity: where to.
        calls_left: how many calls the hour still has; ``None`` where there is no limit by it.
        ourselves: this process.
        clock: epoch seconds, UTC.
    """

    def __init__(
        self,
        activity: Activity,
        calls_left: Callable[[], int | None],
        ourselves: Ourselves,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._activity = activity
        self._calls_left = calls_left
        self._clock = clock
        name = f"{ourselves.host}:{ourselves.number}"
        self._process = ProcessState(name, ourselves.kind, ourselves.version, int(clock()), 0, is_breaker_open=False)
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._counts: dict[int, dict[str, int]] = {}
        self._levels: dict[int, dict[str, int]] = {}
        self._faults: deque[Failure] = deque(maxlen=FAILURES_AT_ONCE)
        self._refusals: deque[Failure] = deque(maxlen=REFUSALS_AT_ONCE)
        self._is_breaker_open = False
        self._written_at = 0.0
        self._levels_of = 0  # the minute whose levels were taken down last
        self._has_failed = False
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._by_name: Mapping[str, Callable[[Facts], None]] = {
            "click": lambda facts: self._count(f"{CLICK}:{facts['outcome']}"),
            "talentlms.call": lambda facts: self._count(f"{CALL}:{facts['operation']}:{facts['outcome']}"),
            "audit.sign_in": lambda facts: self._count(f"{SIGN_IN}:{facts['outcome']}"),
            "audit.password_sign_in": lambda facts: self._count(f"{SIGN_IN}:{facts['outcome']}"),
            "talentlms.breaker": self._breaker_changed,
            "problem.shown": self._failed,
            "scim.failed": lambda facts: self._failed({**facts, "route": _DIRECTORY}),
        }

    def note(self, name: str, facts: Facts) -> None:
        """Take note of what happened; a ``log.Observer``. Whatever goes wrong here, what happened goes on."""
        take_note = self._by_name.get(name)
        if take_note is None:
            return
        try:
            take_note(facts)
        except Exception as error:  # noqa: BLE001 - a figure is never worth a click
            if not self._has_failed:
                self._has_failed = True  # before the log tells of it, which comes back here
                log.event("metrics.not_counted", level=logging.ERROR, what=name, why=type(error).__name__)

    def start(self) -> None:
        """Write from here on, in a thread."""
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def stop(self, wait: float = 0.0) -> None:
        """Write what is left, and that this process ends; where Redis is away, that is lost.

        Args:
            wait: seconds to wait at most for what the thread is just writing.
        """
        self._ended.set()
        if self._thread is not None:
            self._thread.join(wait)
        try:
            self.write()
            self._activity.ended(self._process.name)
        except StoreUnavailable as error:
            log.event("activity.not_written", why=error.code, note=error.note)

    def write(self) -> None:
        """Write all that is left.

        Raises:
            StoreUnavailable: it is kept, and written the next time.
        """
        with self._writing:
            self._write()

    def _write(self) -> None:
        batch = self._taken()
        try:
            self._activity.write(batch)
        except StoreUnavailable:
            self._give_back(batch)
            raise
        self._written_at = self._clock()

    def _write_unless_ended(self) -> None:
        """Write as the thread: after ``stop`` it would bring back a process that has told of its end."""
        with self._writing:
            if not self._ended.is_set():
                self._write()

    def _run(self) -> None:
        is_away = is_begun = False
        while not self._ended.wait(WRITE_SECONDS):
            try:
                if not is_begun:
                    self._activity.ended(*self._activity.silent(int(self._clock())))
                    is_begun = True
                self._look_at_budget()
                if self._is_due():
                    self._write_unless_ended()
                is_away = False
            except StoreUnavailable as error:
                if not is_away:
                    log.event("activity.not_written", why=error.code, note=error.note)
                is_away = True
            except Exception:  # this thread must not end
                logging.getLogger("gateway").exception("activity.unforeseen")

    def _is_due(self) -> bool:
        has_some = bool(self._counts or self._levels or self._faults or self._refusals)
        return has_some or self._clock() - self._written_at >= SEEN_SECONDS

    def _look_at_budget(self) -> None:
        """Take down once a minute how many calls are left."""
        minute = self._minute()
        if self._levels_of >= minute:
            return
        left = self._calls_left()
        self._levels_of = minute
        if left is not None:
            with self._lock:
                self._levels[minute] = {CALLS_LEFT: left}

    def _minute(self) -> int:
        now = int(self._clock())
        return now - now % MINUTE_SECONDS

    def _count(self, name: str) -> None:
        with self._lock:
            figures = self._counts.setdefault(self._minute(), {})
            figures[name] = figures.get(name, 0) + 1

    def _failed(self, facts: Facts) -> None:
        """Take down an error; one at an address that does not exist is noise that anybody can make."""
        if not facts["route"] or facts["problem"] in _NOT_FAILURES:
            return
        reference = context.current().reference
        failure = Failure(int(self._clock()), reference, facts["problem"], int(facts["status"]), facts["route"])
        with self._lock:
            (self._faults if failure.status >= _SERVER_ERROR else self._refusals).append(failure)

    def _breaker_changed(self, facts: Facts) -> None:
        self._is_breaker_open = facts["is_open"]
        self._written_at = 0.0

    def _taken(self) -> Batch:
        """Return what is left to be written, and forget it."""
        with self._lock:
            counts, self._counts = self._counts, {}
            levels, self._levels = self._levels, {}
            failures = sorted([*self._faults, *self._refusals], key=lambda failure: failure.at)
            self._faults.clear()
            self._refusals.clear()
            seen_at = int(self._clock())
            self._process = replace(self._process, seen_at=seen_at, is_breaker_open=self._is_breaker_open)
        return Batch(counts, levels, failures, self._process)

    def _give_back(self, batch: Batch) -> None:
        """Keep what could not be written, as far as somebody would still look at it."""
        oldest = self._clock() - MINUTES_SECONDS
        with self._lock:
            for minute, figures in batch.counts.items():
                if minute > oldest:
                    later = self._counts.setdefault(minute, {})
                    for name, number in figures.items():
                        later[name] = later.get(name, 0) + number
            for minute, levels in batch.levels.items():
                if minute > oldest:
                    self._levels.setdefault(minute, dict(levels))
            for failure in reversed(batch.failures):
                kept = self._faults if failure.status >= _SERVER_ERROR else self._refusals
                if len(kept) < (kept.maxlen or 0):
                    kept.appendleft(failure)
