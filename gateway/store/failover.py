"""While another Redis takes over, commands wait for it, and of a process one asks whether it has."""

import threading
import time
from collections.abc import Callable
from typing import Any

import redis

from gateway import context

TAKE_OVER_SECONDS = 8.0
"""How long after a Redis was lost commands wait for another one; from then on nobody waits. A browser waits for 15, and
TalentLMS needs the rest. Five seconds until the loss counts as one and one or two for an election are less."""
PAUSE_SECONDS = 0.1
"""How long until it is asked again."""


class NotHere(redis.RedisError):
    """What answers on a connection, which is closed now, does not serve such commands."""


LOST = (redis.ConnectionError, redis.TimeoutError, OSError, NotHere)
"""What says that there is nobody who takes commands. Each of them may have been carried out all the same."""

Ask = Callable[..., list[Any]]


class Failover:
    """Commands that are repeated until another server has taken over, or nobody waits any longer.

    Whatever is repeated may have been carried out before, with an answer that got lost. All commands and scripts of
    this package bear it; ``docs/operating.md`` says what it costs.

    Args:
        ask: sends commands once and returns their answers.
    """

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._lost_at: float | None = None
        self._asking = threading.Lock()

    def ask(self, *commands: tuple[str | float | bytes, ...]) -> list[Any]:
        """Send commands together and return the answers in order.

        Raises:
            redis.RedisError, OSError: as the last try, where nobody has taken over in time.
        """
        end = time.monotonic() + context.remaining(TAKE_OVER_SECONDS)
        while True:
            if not self._is_awaited():
                try:
                    return self._tried(commands)
                except LOST:
                    if not self._is_awaited():
                        raise
            answers = self._in_line(commands, min(end, (self._lost_at or end) + TAKE_OVER_SECONDS))
            if answers is not None:
                return answers

    def _is_awaited(self) -> bool:
        lost_at = self._lost_at
        return lost_at is not None and time.monotonic() < lost_at + TAKE_OVER_SECONDS

    def _in_line(self, commands: tuple[Any, ...], end: float) -> list[Any] | None:
        """Ask until there is an answer; ``None`` if somebody else got one, so that all may ask again."""
        if not self._asking.acquire(timeout=max(0.0, end - time.monotonic())):
            raise redis.ConnectionError("no other server has taken over")
        try:
            while self._lost_at is not None:
                try:
                    return self._tried(commands)
                except LOST:
                    if time.monotonic() + PAUSE_SECONDS > end:
                        raise
                time.sleep(PAUSE_SECONDS)
            return None
        finally:
            self._asking.release()

    def _tried(self, commands: tuple[Any, ...]) -> list[Any]:
        try:
            answers = self._ask(*commands)
        except LOST:
            if self._lost_at is None:
                self._lost_at = time.monotonic()
            raise
        except redis.RedisError:
            self._lost_at = None
            raise
        self._lost_at = None
        return answers
