"""The sandbox's clock: the machine's, plus what a test has asked it to run ahead."""

import time


class Clock:
    """Tells the time in seconds since 1970, UTC. It can be put forward, never back."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        """Return the current time, in seconds with fractions."""
        return time.time() + self._ahead

    def seconds(self) -> int:
        """Return the current time in whole seconds, as every record keeps it."""
        return int(self.now())

    def advance(self, seconds: float) -> None:
        """Put the clock forward by ``seconds``; a negative figure is a ``ValueError``."""
        if seconds < 0:
            raise ValueError("the clock only runs forward")
        self._ahead += seconds

    def reset(self) -> None:
        """Show the machine's time again."""
        self._ahead = 0.0
