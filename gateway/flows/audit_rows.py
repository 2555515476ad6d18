"""Which events of the audit trail have a row in its table besides their line in the log, and what becomes of the rest.

- What changes anything that lasts, and who comes in or goes out, has a row: sign-ins, sign-outs, sign-ups, adoptions,
  changes, links, enrolments, entitlements, redeem codes, and whom a provider or a shop has named and who was refused.
- What a click of somebody who is signed in leads to, a link and nothing else, stays in the log alone: such a click
  never asks the database, and there are more of them than of all else together.
- What anybody at all can have refused, known to nobody, may fill no table: a callback with a made-up state, a wrong
  password, a logout notice that is not believed. Each process writes so many of those at once, and then one a minute,
  which says how many went before it; all of them stand in the log.
- A row that cannot be written keeps nobody from anything.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from gateway import log
from gateway.database.audit_trail import AuditTrail
from gateway.errors import DatabaseUnavailable
from schemas.audit_entry import AuditEntry

AT_ONCE = 20
"""Refusals of nobody known that a process writes before it keeps to one every ``SECONDS``."""
SECONDS = 60.0

_BY_ANYBODY = frozenset({"sign_in", "password_sign_in", "provider_logout"})
_WRITTEN_THOUGH_NOTHING_WAS_DONE = frozenset({"would_change"})


class AuditRows:
    """Rows for the events that have one.

    Args:
        trail: the table.
        clock: seconds that only grow.
    """

    log_only = frozenset({"launch", "checkout"})

    def __init__(self, trail: AuditTrail, clock: Callable[[], float] = time.monotonic) -> None:
        self._trail = trail
        self._clock = clock
        self._left = float(AT_ONCE)
        self._looked_at = clock()
        self._unwritten = 0
        self._lock = threading.Lock()

    def add(self, entry: AuditEntry) -> None:
        """Write an entry if it has a row; one that cannot be written is told in the log."""
        if entry.outcome == "nothing" and entry.event not in _WRITTEN_THOUGH_NOTHING_WAS_DONE:
            return
        if entry.outcome == "refused" and entry.event in _BY_ANYBODY:
            unwritten = self._admitted()
            if unwritten is None:
                return
            entry = replace(entry, facts={**entry.facts, "unwritten": unwritten}) if unwritten else entry
        try:
            self._trail.add(entry)
        except DatabaseUnavailable as error:
            self._not_written(entry, error.code, error.note)
        except Exception as error:  # noqa: BLE001 - a fault of the trail's is none of the person's
            self._not_written(entry, type(error).__name__, "a fault of the gateway's own")

    def _admitted(self) -> int | None:
        """Return how many refusals have had no row since the last one that had; ``None`` if this one has none, too."""
        with self._lock:
            now = self._clock()
            self._left = min(float(AT_ONCE), self._left + (now - self._looked_at) / SECONDS)
            self._looked_at = now
            if self._left < 1:
                self._unwritten += 1
                return None
            self._left -= 1
            unwritten, self._unwritten = self._unwritten, 0
            return unwritten

    def _not_written(self, entry: AuditEntry, why: str, note: str) -> None:
        log.event("audit.not_written", level=logging.WARNING, what=entry.event, why=why, note=note)
