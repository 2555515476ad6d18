"""One portal: its state and everything that decides how it answers."""

import threading
from typing import Protocol

from sandbox.talentlms.calls import Calls
from sandbox.talentlms.clock import Clock
from sandbox.talentlms.config import Config
from sandbox.talentlms.faults import Faults
from sandbox.talentlms.limits import Limits
from sandbox.talentlms.quirks import Quirks
from sandbox.talentlms.state import State


class Fill(Protocol):
    """Fills the empty state of a portal."""

    def __call__(self, portal: "Portal", *, full: bool) -> None:
        """Fill it whole if ``full``, else with its owner alone."""


class Portal:
    """Holds state, clock, quirks, limits, faults and calls, and the one lock that guards them.

    Args:
        config: what the sandbox was started with.
        fill: fills an empty state; told whether with the whole portal or with its owner alone.
    """

    def __init__(self, config: Config, fill: "Fill") -> None:
        self.config = config
        self._fill = fill
        self.lock = threading.RLock()
        self.clock = Clock()
        self.state = State()
        self.faults = Faults()
        self.calls = Calls()
        self.quirks = Quirks()
        self.limits = Limits(config.calls_per_hour, config.calls_per_5_seconds)
        self.seed(full=config.seed)

    def reset(self) -> None:
        """Be as at the start again: state, clock, quirks, limits, faults and calls."""
        with self.lock:
            self.clock.reset()
            self.faults.clear()
            self.calls.clear()
            self.quirks = Quirks()
            self.limits = Limits(self.config.calls_per_hour, self.config.calls_per_5_seconds)
            self.seed(full=self.config.seed)

    def seed(self, *, full: bool) -> None:
        """Replace the state by the seed's: the whole portal if ``full``, else its owner alone."""
        with self.lock:
            self.state.clear()
            self._fill(self, full=full)

    @property
    def url(self) -> str:
        """What links begin with."""
        return self.config.url
