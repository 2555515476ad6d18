"""``talentlms-gateway worker`` whose leases and pauses are short, so that a storm of kills is over in a minute."""

from gateway.database import order_queue
from gateway.store import locks

order_queue.LEASE_SECONDS = 3  # before the worker's modules take it from there
locks.LEASE_SECONDS = 2.0

from gateway.cli import main  # noqa: E402
from gateway.worker import backoff  # noqa: E402

backoff.FIRST_SECONDS, backoff.LONGEST_SECONDS = 0.2, 1.0

if __name__ == "__main__":
    main(["worker"])
