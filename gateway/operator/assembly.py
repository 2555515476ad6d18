"""The operator listener of a process, made of its services."""

import os
import socket
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector

from gateway import log
from gateway.config.rules import BindAddress
from gateway.operator.access import Access, Forms
from gateway.operator.counters import Counters
from gateway.operator.gauges import Gauges
from gateway.operator.listener import OperatorListener
from gateway.operator.operators_page import OperatorsPage
from gateway.operator.overview import Sources
from gateway.operator.page import About
from gateway.operator.recorder import Ourselves, Recorder
from gateway.services import Services
from gateway.store.activity import Activity

Kind = Literal["gateway", "worker"]


@dataclass(frozen=True)
class Observed:
    """What observes a process.

    Attributes:
        listener: answers operators.
        recorder: writes down what the page shows; to be started, and stopped at the end.
    """

    listener: OperatorListener
    recorder: Recorder


def observed(services: Services, *, files: str | None = None, kind: Kind = "gateway") -> Observed | None:
    """Return what answers at the operator listener, and begin to count; ``None`` where there is none.

    Args:
        services: of this process.
        files: the folder in which all processes of this gunicorn count; ``None``: this process counts for itself.
            Empty: there is to be one, which is not made yet, so that nothing is counted.
        kind: what the process is.
    """
    settings = services.settings
    if settings.metrics_bind is None or files == "":
        log.observe_by(None)
        return None
    counted = CollectorRegistry()
    origins = [entry.name for entry in settings.identity_providers] + [shop.name for shop in settings.storefronts]
    counters = Counters(counted, origins)
    ourselves = Ourselves(socket.gethostname(), os.getpid(), kind, _version())
    activity = Activity(services.store)
    recorder = Recorder(activity, services.budget.calls_left, ourselves)

    def note(name: str, facts: log.Facts) -> None:
        counters.note(name, facts)
        recorder.note(name, facts)

    log.observe_by(note)
    listener = _listener(services, settings.metrics_bind, _scraped(services, counted, files), recorder, activity)
    return Observed(listener, recorder)


def _scraped(services: Services, counted: CollectorRegistry, files: str | None) -> CollectorRegistry:
    """Return what a scrape reads: what was counted, here or by all that count in a folder, and what is read."""
    scraped = counted
    if files:
        scraped = CollectorRegistry()
        MultiProcessCollector(scraped, files)
    stocks = {"orders": services.order_queue.stock, "people": services.person_queue.stock}
    scraped.register(Gauges(services.readiness.look, services.budget.calls_left, stocks))
    return scraped


def _listener(
    services: Services, bind: BindAddress, scraped: CollectorRegistry, recorder: Recorder, activity: Activity
) -> OperatorListener:
    settings = services.settings
    sources = Sources(
        services.readiness,
        activity,
        recorder,
        services.budget.calls_left,
        services.diagnoses.last,
        {"orders": services.order_queue.stock, "people": services.person_queue.stock},
        services.order_listing,
        services.directory_report,
        has_directory=bool(settings.scim.digests),
    )
    page = OperatorsPage(
        About(
            settings.public_url,
            _version(),
            settings.talentlms.calls_per_hour,
            [entry.name for entry in settings.identity_providers],
        ),
        sources,
        Forms(services.keyring),
        services.retries,
        services.audit_rows,
    )
    access = Access(bind, settings.operator_token, socket.gethostname())
    return OperatorListener(scraped, services.readiness, access, page, services.diagnoses.last)


def _version() -> str:
    try:
        return version("talentlms-gateway")
    except PackageNotFoundError:  # started in the folder of its source
        return "unknown"
