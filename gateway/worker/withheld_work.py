"""Wakes what a dry-run kept from being done, once TalentLMS may be changed."""

from typing import Any

from gateway.database.due_rows import DueRows
from gateway.errors import DatabaseUnavailable, DryRun


class WithheldWork:
    """What of one queue waits because of a dry-run.

    Args:
        queue: where it waits.
        is_over: whether the dry-run is over, as the settings say; where not, nothing is woken.
    """

    def __init__(self, queue: DueRows[Any], *, is_over: bool) -> None:
        self._queue = queue
        self._is_to_be_woken = is_over

    def look(self) -> None:
        """Make it due once, as soon as the database can be asked."""
        if self._is_to_be_woken:
            try:
                self._queue.wake({DryRun.code})
            except DatabaseUnavailable:
                return  # whoever claims what is due says so in the log
            self._is_to_be_woken = False
