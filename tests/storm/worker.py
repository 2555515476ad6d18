"""``talentlms-gateway worker`` whose leases and pauses are short, so that a storm of kills is over in a moment.

Each is forked from a process in which all is loaded already: what is killed as often would load for most of its life.
"""

import multiprocessing
import os

from gateway.database import order_queue
from gateway.store import locks

order_queue.LEASE_SECONDS = 3  # before the worker's modules take it from there
locks.LEASE_SECONDS = 2.0

from gateway.cli import main  # noqa: E402
from gateway.worker import backoff, order_worker  # noqa: E402

backoff.FIRST_SECONDS, backoff.LONGEST_SECONDS = 0.2, 1.0
order_worker.LOOK_SECONDS = 0.2


def begun(environment, output):
    """Begin a worker with these variables, and return its process; what it says is added to a file."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=_run, args=(environment, output), daemon=True)
    process.start()
    return process


def _run(environment, output):
    with output.open("ab") as sink:
        for descriptor in (1, 2):
            os.dup2(sink.fileno(), descriptor)
    os.environ.clear()
    os.environ.update(environment)
    main(["worker"])
