"""What is cleared away now and then: hand-off tokens that were used and have expired since."""

import time

from gateway import log
from gateway.database.used_handoffs import UsedHandoffs
from gateway.errors import DatabaseUnavailable

PAUSE_SECONDS = 60.0
"""How long nothing is cleared away after all of it was."""
ROWS_AT_ONCE = 1000
"""How many rows one transaction clears away: nobody waits for long behind it."""


class Upkeep:
    """Clearing away, a little at a time.

    Args:
        used_handoffs: the tokens.
    """

    def __init__(self, used_handoffs: UsedHandoffs) -> None:
        self._used_handoffs = used_handoffs
        self._next = 0.0

    def look(self) -> None:
        """Clear away some of what has expired, unless that was done within the last minute and nothing was left."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + PAUSE_SECONDS
        try:
            if self._used_handoffs.clear(ROWS_AT_ONCE) == ROWS_AT_ONCE:
                self._next = 0.0
        except DatabaseUnavailable as error:
            log.event("handoffs.not_cleared", why=error.code, note=error.note)
