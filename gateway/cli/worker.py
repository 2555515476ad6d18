"""``talentlms-gateway worker``: what else runs in the gateway's background, in a process of its own."""

import signal
import sys
import threading
from types import FrameType

import click

from gateway import log
from gateway.cli.steps import settings_in_force
from gateway.database.upgrade import newer_tables
from gateway.errors import DatabaseUnavailable
from gateway.services import Services
from gateway.worker.background import background_of

END_SECONDS = 15.0
"""How long calls that are under way have to end."""


@click.command()
def worker() -> None:
    """Fulfil orders, give what rules assign and clear the audit trail until SIGTERM or Ctrl-C; several may run.

    For GATEWAY_WORKER=apart.
    """
    settings = settings_in_force()
    if settings.worker != "apart":
        sys.exit("GATEWAY_WORKER is not apart: the gateway's own processes fulfil orders. Set it for them, too.")
    log.configure(settings.log_level)
    services = Services(settings)
    _refuse_newer_tables(services)
    running, told_to_end = background_of(services), threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        told_to_end.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    running.start()
    log.event("worker.started")
    told_to_end.wait()
    running.stop(END_SECONDS)
    services.budget.settle()
    log.event("worker.ended")


def _refuse_newer_tables(services: Services) -> None:
    """End where a newer version of the gateway has changed the tables; a server that is away may come back."""
    try:
        newer = newer_tables(services.database)
    except DatabaseUnavailable:
        return  # told by whatever needs the database first
    if newer:
        sys.exit(f"GATEWAY_DATABASE_URL: {newer}")
