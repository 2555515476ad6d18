"""Tests that have the machine to themselves: those that fail for want of time when other processes' tests load it.

Every test holds a shared lock while it runs, from the set-up of its fixtures to their end. One that is marked ``alone``
waits until no process holds that lock, and then holds it exclusively. Whoever waits keeps a second lock, so that no
test begins before it: otherwise the others would take turns, and it would wait until all of them are done.

Servers that fixtures of other processes keep for a module or a session are idle meanwhile.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILES = Path(__file__), Path(__file__).with_name("conftest.py")
"""Two that every process of tests finds; nothing is written to them."""


@contextmanager
def turn(*, alone: bool, files: tuple[Path, Path] = FILES) -> Iterator[None]:
    """Wait until a test may run, and let it run in the ``with`` block.

    Args:
        alone: whether it runs while no other does.
        files: which are locked: the first by tests that run, the second by the one that begins next.
    """
    with _opened(files[0]) as running, _opened(files[1]) as following:
        fcntl.flock(following, fcntl.LOCK_EX)
        fcntl.flock(running, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(following, fcntl.LOCK_UN)
        yield


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    file = os.open(path, os.O_RDONLY)
    try:
        yield file
    finally:
        # closing alone is not enough: a child that was forked meanwhile shares the open file, and with it the lock
        fcntl.flock(file, fcntl.LOCK_UN)
        os.close(file)
