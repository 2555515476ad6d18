"""The operator listener of a process, made of its services."""

import socket

from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector

from gateway import log
from gateway.operator.counters import Counters
from gateway.operator.gauges import Gauges
from gateway.operator.listener import OperatorListener
from gateway.services import Services


def operator_listener(services: Services, *, files: str | None = None) -> OperatorListener | None:
    """Return what answers at the operator listener, and begin to count; ``None`` where there is none.

    Args:
        services: of this process.
        files: the folder in which all processes of this gunicorn count; ``None``: this process counts for itself.
            Empty: there is to be one, which is not made yet, so that nothing is counted.
    """
    settings = services.settings
    if settings.metrics_bind is None or files == "":
        log.observe_by(None)
        return None
    counted = CollectorRegistry()
    origins = [entry.name for entry in settings.identity_providers] + [shop.name for shop in settings.storefronts]
    log.observe_by(Counters(counted, origins).note)
    scraped = counted
    if files:
        scraped = CollectorRegistry()
        MultiProcessCollector(scraped, files)
    stocks = {"orders": services.order_queue.stock, "people": services.person_queue.stock}
    scraped.register(Gauges(services.readiness.look, services.budget.calls_left, stocks))
    own_name = socket.gethostname()
    return OperatorListener(scraped, services.readiness, settings.metrics_bind, settings.operator_token, own_name)
