"""The loop that clears the audit trail of what is older than it is kept, a bounded number of entries at a time."""

import logging
import threading
import time

from gateway import log
from gateway.database.audit_trail import AuditTrail
from gateway.errors import DatabaseUnavailable

FIRST_SECONDS = 60.0
"""After how long it is first looked: a start has enough to do."""
LOOK_SECONDS = 3600.0
"""How often it is looked then."""
BATCH = 500
"""Entries that one transaction deletes: with SQLite, whoever writes waits for it."""
PAUSE_SECONDS = 0.2
"""Between two of them, for whoever waits."""
DAY_SECONDS = 24 * 3600


class Retention:
    """Clears the audit trail. Any number of processes may do so at once.

    Args:
        trail: the audit trail.
        days: how long entries are kept.
    """

    def __init__(self, trail: AuditTrail, days: int) -> None:
        self._trail = trail
        self._seconds = days * DAY_SECONDS
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Run in a thread of this process."""
        self._thread = threading.Thread(target=self.run, name="retention", daemon=True)
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
        """Clear now and then, until ``stop``."""
        pause = FIRST_SECONDS
        while not self._ended.wait(pause):
            pause = LOOK_SECONDS
            try:
                self.clear()
            except DatabaseUnavailable as error:
                log.event("audit.not_cleared", why=error.code, note=error.note)
            except Exception:  # this thread must not end
                logging.getLogger("gateway").exception("audit.unforeseen")

    def clear(self) -> int:
        """Delete all entries that are too old; return how many.

        Raises:
            DatabaseUnavailable: what is left is deleted the next time.
        """
        before, number, cleared = int(time.time()) - self._seconds, 0, BATCH
        while cleared == BATCH and not (number and self._ended.wait(PAUSE_SECONDS)):
            cleared = self._trail.clear(before, BATCH)
            number += cleared
        if number:
            log.event("audit.cleared", number=number)
        return number
