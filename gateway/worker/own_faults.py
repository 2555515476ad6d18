"""Rows that TalentLMS does not answer although it answers others: a fault of their own, and no outage."""

from collections.abc import Hashable

MOST = 10_000
"""Of so many rows it is remembered; with more, all of them are told from an outage anew."""


class OwnFaults:
    """What looks like an outage in one row, over and over: it is none once another row was answered in between.

    It stays the row's own until the row is answered: an outage that begins meanwhile is met by others as well.
    """

    def __init__(self) -> None:
        self._answers = 0
        self._met: dict[Hashable, int] = {}
        self._own: set[Hashable] = set()

    def answered(self, row: Hashable) -> None:
        """Take note that TalentLMS has answered all that a row needed."""
        self._answers += 1
        self._met.pop(row, None)
        self._own.discard(row)

    def met(self, row: Hashable) -> bool:
        """Take note that a row met what looks like an outage; return whether that is the row's own fault."""
        if len(self._met) >= MOST:
            self._met.clear()
            self._own.clear()
        if self._met.setdefault(row, self._answers) < self._answers:
            self._own.add(row)
        self._met[row] = self._answers
        return row in self._own
