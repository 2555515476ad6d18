"""How long the work at hand may still take: a browser waits at most 15 seconds in all, repeats included.

The deadline travels with the work as a context variable, so that a call four packages down knows how long the browser
still waits, without every signature on the way carrying it. Threads have one each, and so have gevent's greenlets.
"""

import contextvars
import time

BROWSER_SECONDS = 15.0
"""What a browser waits at most, in seconds; proxies are told to wait longer (docs/operating.md)."""

_end: contextvars.ContextVar[float | None] = contextvars.ContextVar("deadline", default=None)


def start(seconds: float = BROWSER_SECONDS) -> None:
    """Start the clock for the work at hand.

    Args:
        seconds: from now until the answer has to be out.
    """
    _end.set(time.monotonic() + seconds)


def clear() -> None:
    """Take the deadline off, for work that nobody waits for."""
    _end.set(None)


def remaining(at_most: float) -> float:
    """Return the seconds that one step may take.

    Args:
        at_most: what the step would like to have, in seconds.

    Returns:
        ``at_most``, or what is left until the deadline if that is less; never below zero.
    """
    end = _end.get()
    return at_most if end is None else max(0.0, min(at_most, end - time.monotonic()))
