"""The rate limits: so many calls per hour by plan, and so many per five seconds for everyone."""

from collections import deque
from dataclasses import dataclass, field

HOUR = 3600
BURST = 5
NO_LIMIT = 1_000_000


@dataclass
class Limits:
    """Counts calls. The hour is a fixed window that the first call opens; the five seconds slide.

    Attributes:
        per_hour: calls per hour; 0 means no limit.
        per_5_seconds: calls per 5 seconds; 0 means no limit.
    """

    per_hour: int
    per_5_seconds: int
    _used: int = 0
    _window: float = 0.0
    _recent: deque[float] = field(default_factory=deque)

    def take(self, now: float) -> int:
        """Count one call at ``now``. Return 0 if it passes, else the seconds to wait; a refused call is free."""
        self._roll(now)
        if self.per_hour and self._used >= self.per_hour:
            return max(1, round(self._window + HOUR - now))
        if self.per_5_seconds and len(self._recent) >= self.per_5_seconds:
            return max(1, round(self._recent[0] + BURST - now))
        self._used += 1
        self._recent.append(now)
        return 0

    def remaining(self, now: float) -> int:
        """Return how many calls this hour still allows."""
        self._roll(now)
        return max(0, self.limit - self._used)

    @property
    def limit(self) -> int:
        """Calls per hour as ``ratelimit`` tells them; without a limit a figure that nobody reaches."""
        return self.per_hour or NO_LIMIT

    def resets_at(self, now: float) -> int:
        """Return the second at which the hour's window ends."""
        self._roll(now)
        return int(self._window + HOUR)

    def used(self, now: float) -> int:
        """Return how many calls this hour has seen."""
        self._roll(now)
        return self._used

    def _roll(self, now: float) -> None:
        if now >= self._window + HOUR:
            self._window, self._used = now, 0
        while self._recent and self._recent[0] <= now - BURST:
            self._recent.popleft()
