"""What is read when it is asked for: how it stands with the store, the database and the work that is left.

It is read once in ``FRESH_SECONDS`` at most, by one scrape at a time, and with the time limits of the store and the
database; no click waits for it. What cannot be read has no figure, and ``source_up`` says so.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from gateway.database.due_rows import Stock
from gateway.errors import DatabaseUnavailable, StoreUnavailable
from gateway.operator.counters import PREFIX
from gateway.readiness import State

FRESH_SECONDS = 10.0

_STOCK = {
    "due": ("work_due", "Rows of work that are due now."),
    "oldest_seconds": ("work_oldest_due_seconds", "How long the work has been due that has been so longest."),
    "retrying": ("work_retrying", "Rows of work that will be tried again because the last try led to nothing."),
    "dead": ("dead_letters", "Rows of work whose fault waits for a person."),
}


class Gauges(Collector):
    """Figures that nobody counts.

    Args:
        ready: tells whether clicks can be served.
        calls_left: tells how many calls of the hour are left; ``None`` where there is no limit.
        stocks: by kind of work, how much there is to do.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        ready: Callable[[], State],
        calls_left: Callable[[], int | None],
        stocks: Mapping[str, Callable[[], Stock]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ready = ready
        self._calls_left = calls_left
        self._stocks = stocks
        self._clock = clock
        self._one = threading.Lock()
        self._last: tuple[float, list[Metric]] | None = None

    def describe(self) -> Iterable[Metric]:
        """Return what there is, without reading it: a registry asks when it is made."""
        return []

    def collect(self) -> Iterable[Metric]:
        """Return the figures."""
        with self._one:
            if self._last is None or self._clock() - self._last[0] >= FRESH_SECONDS:
                self._last = self._clock(), [*self._read()]
            return self._last[1]

    def _read(self) -> Iterator[Metric]:
        source_up = _family("source_up", "1 where what the figures are read from answers.", "source")
        yield _family("ready", "1 where clicks can be served.", value=int(self._ready().is_ready))
        try:
            left = self._calls_left()
            source_up.add_metric(["store"], 1)
        except StoreUnavailable:
            left = None
            source_up.add_metric(["store"], 0)
        if left is not None:
            yield _family("budget_calls_left", "Calls of TalentLMS that the hour still has.", value=left)
        try:
            stocks = {kind: read() for kind, read in self._stocks.items()}
            source_up.add_metric(["database"], 1)
        except DatabaseUnavailable:
            stocks = {}
            source_up.add_metric(["database"], 0)
        yield source_up
        for attribute, (name, meaning) in _STOCK.items():
            family = _family(name, meaning, "kind")
            for kind, stock in stocks.items():
                family.add_metric([kind], getattr(stock, attribute))
            yield family


def _family(name: str, meaning: str, label: str = "", *, value: float | None = None) -> GaugeMetricFamily:
    return GaugeMetricFamily(PREFIX + name, meaning, value=value, labels=[label] if label else None)
