"""Doing the same thing many times at the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor


def at_once(count, action):
    """Call ``action(number)`` in so many threads at the same moment and return what each returned, or what it raised."""
    barrier = threading.Barrier(count)

    def one(number):
        barrier.wait()
        return action(number)

    with ThreadPoolExecutor(count) as pool:
        futures = [pool.submit(one, number) for number in range(count)]
        return [future.exception() or future.result() for future in futures]
