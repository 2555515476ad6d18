"""What a worker has done with rows that are due: one kind of work, and how it stands with a row afterwards."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from gateway.admission import Lane
from gateway.database.due_rows import DueClaim, DueState
from gateway.errors import DatabaseUnavailable

W_contra = TypeVar("W_contra", bound=DueClaim, contravariant=True)


class Result(Protocol):
    """How it stands with what was looked at."""

    @property
    def state(self) -> DueState:
        """``waiting`` for what is to be tried again."""

    @property
    def error(self) -> str:
        """The code of a fault; or empty."""

    @property
    def note(self) -> str:
        """The same as a sentence."""


class Work(Protocol[W_contra]):
    """One kind of work, and what is logged of it."""

    name: str
    lane: Lane

    def look(self, claim: W_contra, check: Callable[[], None]) -> Result:
        """Do what is left to do, and say how it stands then.

        Args:
            claim: the row.
            check: raises ``LeaseLost`` where the row may be another worker's; to be called before each change.
        """

    def postponed(self, claim: W_contra, seconds: float, why: str, note: str) -> None:
        """Log that a row is tried again after so many seconds."""

    def failed(self, claim: W_contra, error: Exception) -> None:
        """Log a fault of the gateway's own in one row."""

    def unforeseen(self, error: Exception) -> None:
        """Log one in the loop itself."""

    def not_claimed(self, error: DatabaseUnavailable) -> None:
        """Log that nobody knows what is due."""

    def not_renewed(self, error: DatabaseUnavailable) -> None:
        """Log that leases cannot be renewed."""

    def not_released(self, error: DatabaseUnavailable) -> None:
        """Log that what became of a row cannot be written."""
