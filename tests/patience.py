"""How long the tests wait for something that is sure to come, however busy the machine is.

A limit of these only ends a test that would fail anyway: it measures nothing.
"""

import time
from collections.abc import Callable

PATIENT_SECONDS = 60.0
"""For one answer, one thread or one process; below what pytest gives a whole test."""


def wait_until(holds: Callable[[], object], seconds: float = 90.0, what: str = "it never came to that") -> None:
    """Ask again and again, and return as soon as it holds.

    Args:
        holds: asked every 0.05 seconds; what it raises ends the wait.
        seconds: how long, at most. This limit only ends a test that would fail anyway, however busy the machine is; the
            default is below the 120 seconds that pytest gives a whole test, so that the message is seen.
        what: the message, where it does not hold in that time.

    Raises:
        AssertionError: it did not hold in that time.
    """
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.05)
