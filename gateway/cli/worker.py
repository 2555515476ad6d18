"""``talentlms-gateway worker``: what else runs in the gateway's background, in a process of its own."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click

from gateway import log, tracing
from gateway.cli.steps import settings_in_force
from gateway.database.upgrade import newer_tables
from gateway.errors import DatabaseUnavailable
from gateway.operator.assembly import observed
from gateway.operator.listener import opened
from gateway.operator.server import OperatorServer
from gateway.services import Services
from gateway.worker.background import background_of

END_SECONDS = 15.0
"""How long calls that are under way have to end."""


@click.command()
def worker() -> None:
    """Fulfil orders, give what rules assign and clear the audit trail until SIGTERM or Ctrl-C; several may run.

    For GATEWAY_WORKER=apart. With GATEWAY_METRICS_BIND it has an operator listener of its own.
    """
    settings = settings_in_force()
    if settings.worker != "apart":
        sys.exit("GATEWAY_WORKER is not apart: the gateway's own processes fulfil orders. Set it for them, too.")
    log.configure(settings.log_level)
    if fault := tracing.start(os.environ, settings.trace_hosts):
        log.event("tracing.not_started", level=logging.ERROR, note=fault)
    services = Services(settings)
    _refuse_newer_tables(services)
    running, told_to_end = background_of(services), threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        told_to_end.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    with _observed(services):
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


@contextmanager
def _observed(services: Services) -> Iterator[None]:
    """Count, and answer operators, while a ``with`` block lasts.

    Where nothing can listen, such as beside a gateway with the same setting, work is done all the same: an order is
    worth more than its metrics.
    """
    bind, made = services.settings.metrics_bind, observed(services, kind="worker")
    if bind is None or made is None:
        yield
        return
    server = None
    try:
        server = OperatorServer(opened(bind), made.listener)
        server.start()
    except OSError as error:
        remedy = "Give the worker a GATEWAY_METRICS_BIND of its own, or none."
        why = error.strerror or type(error).__name__
        log.event("worker.not_observed", level=logging.ERROR, why=why, remedy=remedy)
    made.recorder.start()
    try:
        yield
    finally:
        made.recorder.stop(END_SECONDS)
        if server is not None:
            server.stop()
