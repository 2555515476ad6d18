"""Everything that runs in the background of a process: begun and ended together."""

from collections.abc import Sequence
from typing import Protocol

from gateway.services import Services
from gateway.worker.order_worker import worker_of
from gateway.worker.person_worker import person_worker_of
from gateway.worker.upkeep import upkeep_of


class Loop(Protocol):
    """What runs until it is stopped."""

    def start(self) -> None:
        """Begin, in a thread."""

    def stop(self, wait: float = 0.0, /) -> None:
        """Begin nothing new, and wait so many seconds at most for what is under way."""


class Background:
    """Loops.

    Args:
        loops: those that run.
    """

    def __init__(self, loops: Sequence[Loop]) -> None:
        self._loops = loops

    def start(self) -> None:
        """Begin with all of them."""
        for loop in self._loops:
            loop.start()

    def stop(self, wait: float = 0.0) -> None:
        """End all of them.

        Args:
            wait: seconds to wait, at most, for what each has under way.
        """
        for loop in self._loops:
            loop.stop(wait)


def background_of(services: Services) -> Background:
    """Return what runs in the background of a process; nothing runs yet.

    Orders are those of storefronts, and people those to whom rules give something, or whom directories have.
    """
    loops: list[Loop] = [upkeep_of(services)]
    if services.settings.storefronts:
        loops.append(worker_of(services))
    if services.has_people_work:
        loops.append(person_worker_of(services))
    return Background(loops)
