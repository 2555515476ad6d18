"""The loop that deletes what nobody needs any more, now and then, a bounded number of rows at a time."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway import log
from gateway.errors import DatabaseUnavailable
from gateway.services import Services

LOOK_SECONDS = 600.0
"""How often it is looked; the first time so long after a start, which has enough to do."""
BATCH = 500
"""Rows that one transaction deletes: with SQLite, whoever writes waits for it."""
PAUSE_SECONDS = 0.2
"""Between two of them, for whoever waits."""
DAY_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Clearing:
    """What is deleted of one table.

    Attributes:
        table: which, for the log.
        clear: deletes so many rows at most, and returns how many.
    """

    table: str
    clear: Callable[[int], int]


class Upkeep:
    """Deletes what is too old. Any number of processes may do so at once.

    Args:
        clearings: of which tables.
    """

    def __init__(self, clearings: Sequence[Clearing]) -> None:
        self._clearings = clearings
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Run in a thread of this process."""
        self._thread = threading.Thread(target=self.run, name="upkeep", daemon=True)
        self._thread.start()

    def stop(self, wait: float = 0.0) -> None:
        """Begin no further batch.

        Args:
            wait: seconds to wait, at most, for the one that is under way.
        """
        self._ended.set()
        if self._thread is not None:
            self._thread.join(wait)

    def run(self) -> None:
        """Look now and then, until ``stop``."""
        while not self._ended.wait(LOOK_SECONDS):
            self.look()

    def look(self) -> None:
        """Delete what is too old; where one table cannot be cleared, the others are all the same."""
        for one in self._clearings:
            try:
                self._clear(one)
            except DatabaseUnavailable as error:
                log.event("upkeep.not_cleared", table=one.table, why=error.code, note=error.note)
            except Exception:  # this thread must not end
                logging.getLogger("gateway").exception("upkeep.unforeseen", extra={"fields": {"table": one.table}})

    def _clear(self, one: Clearing) -> None:
        number, cleared = 0, BATCH
        while cleared == BATCH and not (number and self._ended.wait(PAUSE_SECONDS)):
            cleared = one.clear(BATCH)
            number += cleared
        if number:
            log.event("upkeep.cleared", table=one.table, number=number)


def upkeep_of(services: Services) -> Upkeep:
    """Return the loop of a process, for the audit trail and hand-off tokens that have expired; nothing runs yet."""
    kept = services.settings.audit.retention_days * DAY_SECONDS

    def clear_audit_trail(at_most: int) -> int:
        return services.audit_trail.clear(int(time.time()) - kept, at_most)

    return Upkeep([Clearing("audit_trail", clear_audit_trail), Clearing("used_handoffs", services.used_handoffs.clear)])
