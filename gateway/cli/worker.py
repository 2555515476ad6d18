"""``talentlms-gateway worker``: paid orders become enrolments in a process of their own."""

import signal
import sys
import threading
from types import FrameType

import click

from gateway import log
from gateway.cli.steps import settings_in_force
from gateway.services import Services
from gateway.worker.order_worker import worker_of

END_SECONDS = 15.0
"""How long calls that are under way have to end."""


@click.command()
def worker() -> None:
    """Fulfil orders until SIGTERM or Ctrl-C, where GATEWAY_WORKER=apart; several may run at once."""
    settings = settings_in_force()
    if settings.worker != "apart":
        sys.exit("GATEWAY_WORKER is not apart: the gateway's own processes fulfil orders. Set it for them, too.")
    log.configure(settings.log_level)
    services = Services(settings)
    running, told_to_end = worker_of(services), threading.Event()

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
