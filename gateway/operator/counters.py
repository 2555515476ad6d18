"""What is counted as it happens: the one place that says what counts as what.

Labels have few values, all of them known beforehand: names of the settings, words of the code, codes of errors. No
label names a person, an account, a course or an order. Every process of a gunicorn counts for itself, in a file of its
own; a scrape of any of them adds all of them up, those that have ended included.
"""

import logging
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from gateway import log

PREFIX = "talentlms_gateway_"
PASSWORD = "password"  # noqa: S105 - how people sign in
OTHER = "other"
"""What a label says in place of a word that a stranger made up."""

CALL_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Up to what a call of TalentLMS takes at most."""
WAIT_SECONDS = (0.1, 0.5, 1.0, 2.0, 4.0, 10.0)

Facts = Mapping[str, Any]


class Counters:
    """The metrics that are counted.

    Args:
        registry: where they are kept.
        origins: the names of identity providers and storefronts, by which people sign in.
    """

    def __init__(self, registry: CollectorRegistry, origins: Collection[str]) -> None:
        self._origins = frozenset({*origins, PASSWORD})
        self._has_failed = False

        # by their labels' values, of which there are few: prometheus_client would take a lock to find one of them
        def counter(name: str, meaning: str, *labels: str) -> Callable[..., Counter]:
            return cache(Counter(PREFIX + name, meaning, labels, registry=registry).labels)

        def histogram(name: str, meaning: str, label: str, buckets: Collection[float]) -> Callable[..., Histogram]:
            return cache(Histogram(PREFIX + name, meaning, [label], buckets=tuple(buckets), registry=registry).labels)

        self._clicks = counter("clicks_total", "Clicks on links into TalentLMS.", "outcome")
        self._scim = counter("scim_requests_total", "Requests to the SCIM directory.", "outcome")
        self._sign_ins = counter("sign_ins_total", "Sign-ins that were completed or refused.", "provider", "outcome")
        self._steps = counter("provisioning_total", "Accounts that were made, adopted or refused.", "step", "outcome")
        self._audited = counter("audit_events_total", "Events of the audit trail.", "event", "outcome")
        self._calls = counter("talentlms_calls_total", "Calls of TalentLMS.", "operation", "outcome")
        self._call_seconds = histogram(
            "talentlms_call_seconds", "How long TalentLMS took to answer.", "operation", CALL_SECONDS
        )
        self._wait_seconds = histogram(
            "budget_wait_seconds", "How long work was held for a call of the budget.", "lane", WAIT_SECONDS
        )
        self._postponed = counter(
            "budget_postponed_total", "How often work was told to come back for a call.", "lane", "limit"
        )
        self._breaker = Gauge(
            PREFIX + "talentlms_breaker_open",
            "1 where a process has stopped to call TalentLMS because it fails.",
            registry=registry,
            multiprocess_mode="livemax",
        )
        self._breaker.set(0)
        self._by_name: Mapping[str, Callable[[Facts], None]] = {
            "click": self._click,
            "scim.request": self._scim_request,
            "talentlms.call": self._call,
            "talentlms.breaker": self._breaker_changed,
            "budget.waited": self._waited,
            "budget.postponed": self._was_postponed,
            "audit.sign_in": self._sign_in,
            "audit.password_sign_in": self._password_sign_in,
            "audit.provisioning": self._provisioning,
        }

    def note(self, name: str, facts: Facts) -> None:
        """Count what happened; a ``log.Observer``. Whatever goes wrong here, what happened goes on."""
        try:
            count = self._by_name.get(name)
            if count is not None:
                count(facts)
            if name.startswith("audit."):
                self._audited(name.removeprefix("audit."), facts["outcome"]).inc()
        except Exception as error:  # noqa: BLE001 - a metric is never worth a click
            if not self._has_failed:
                self._has_failed = True  # before the log tells of it, which comes back here
                log.event("metrics.not_counted", level=logging.ERROR, what=name, why=type(error).__name__)

    def _click(self, facts: Facts) -> None:
        self._clicks(facts["outcome"]).inc()

    def _scim_request(self, facts: Facts) -> None:
        self._scim(facts["outcome"]).inc()

    def _call(self, facts: Facts) -> None:
        self._calls(facts["operation"], facts["outcome"]).inc()
        self._call_seconds(facts["operation"]).observe(facts["seconds"])

    def _breaker_changed(self, facts: Facts) -> None:
        self._breaker.set(1 if facts["is_open"] else 0)

    def _waited(self, facts: Facts) -> None:
        self._wait_seconds(facts["lane"].lower()).observe(facts["seconds"])

    def _was_postponed(self, facts: Facts) -> None:
        self._postponed(facts["lane"].lower(), facts["limit"]).inc()

    def _sign_in(self, facts: Facts) -> None:
        self._count_sign_in(facts["provider"], facts["outcome"])

    def _password_sign_in(self, facts: Facts) -> None:
        self._count_sign_in(PASSWORD, facts["outcome"])

    def _count_sign_in(self, provider: str, outcome: str) -> None:
        self._sign_ins(provider if provider in self._origins else OTHER, outcome).inc()

    def _provisioning(self, facts: Facts) -> None:
        self._steps(facts.get("step") or facts["reason"], facts["outcome"]).inc()
