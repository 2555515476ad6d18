"""``talentlms-gateway worker`` whose leases and pauses are short, so that a storm of kills is over in a moment.

Whoever imports this has them short in the own process, too: workers of the storm alone do.
"""

import os

from gateway.database import due_rows
from gateway.store import locks

due_rows.LEASE_SECONDS = 3  # before the worker's modules take it from there
locks.LEASE_SECONDS = 2.0

from gateway.cli import main  # noqa: E402
from gateway.worker import backoff, due_worker  # noqa: E402

backoff.FIRST_SECONDS, backoff.LONGEST_SECONDS = 0.2, 1.0
due_worker.LOOK_SECONDS = 0.2


def run(environment, output):
    """Be a worker with these variables; what it says is added to a file."""
    with output.open("ab") as sink:
        for descriptor in (1, 2):
            os.dup2(sink.fileno(), descriptor)
    os.environ.clear()
    os.environ.update(environment)
    main(["worker"])
