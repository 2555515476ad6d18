"""A sampling profiler of CPU time, inside the process: where the stack stands whenever some CPU time has passed."""

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import CodeType, FrameType

INTERVAL_SECONDS = 0.001
"""What is asked of the kernel; it answers in steps of its own clock, often 4 ms."""

Place = tuple[str, str]
"""A file and the name of a function in it."""


@dataclass
class Samples:
    """Stacks, innermost function first, and how often each was met."""

    stacks: Counter[tuple[CodeType, ...]] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """How many samples there are."""
        return self.stacks.total()

    def shares(self) -> Iterator[tuple[list[Place], float]]:
        """Return each stack with its share of all samples, 0 to 1."""
        for stack, count in self.stacks.items():
            yield [(code.co_filename, code.co_qualname) for code in stack], count / self.total

    def take(self, _signal: int, frame: FrameType | None) -> None:
        """Write down where the program stands."""
        stack = []
        while frame is not None:
            stack.append(frame.f_code)
            frame = frame.f_back
        self.stacks[tuple(stack)] += 1


@contextmanager
def sampling() -> Iterator[Samples]:
    """Sample the main thread for the length of a ``with`` block."""
    samples = Samples()
    before = signal.signal(signal.SIGPROF, samples.take)
    signal.setitimer(signal.ITIMER_PROF, INTERVAL_SECONDS, INTERVAL_SECONDS)
    try:
        yield samples
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
