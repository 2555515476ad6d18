"""Doing the same thing in several processes at the same moment.

They begin as copies of one that has imported the gateway, which is most of what a start costs. A process of tests can
have but one of those, so it is the one that the storm's workers need: its leases of locks and orders are short.
"""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing.synchronize import Barrier
from typing import Any

from tests.storm.workers import WORKER

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([WORKER])
_shared: list[Barrier] = []


def processes_at_once(count: int, action: Callable[..., Any], *given: Any) -> list[Any]:
    """Call ``action(*given, number)`` in so many processes at the same moment, and return what each returned.

    Args:
        count: of processes; each gets one of the numbers from 0.
        action: of a module that can be imported, and that does not take long to.
        given: for all of them.

    Raises:
        Exception: what one of them raised.
    """
    barrier = _CONTEXT.Barrier(count)
    with ProcessPoolExecutor(count, _CONTEXT, _begin, (barrier,)) as pool:
        return list(pool.map(partial(_together, action, given), range(count)))


def _begin(barrier: Barrier) -> None:
    _shared.append(barrier)


def _together(action: Callable[..., Any], given: tuple[Any, ...], number: int) -> Any:
    _shared[0].wait()
    return action(*given, number)
