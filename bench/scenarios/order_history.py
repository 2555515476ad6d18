"""Whether a webhook, or a worker's claim of an order, takes longer where many orders are on record."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from bench import databases, figures, order_rows, people, shop
from bench.contestants import gateway
from bench.contestants.contestant import Contestant
from bench.databases import Kind
from bench.findings import Findings, Goal, Table, at_most, told
from bench.load import closed
from bench.plan import Plan
from bench.scenarios.webhooks import is_accepted
from bench.stage import Stage
from gateway.database.connection import Database
from gateway.database.order_queue import OrderQueue
from gateway.database.upgrade import opened
from schemas.secret import Secret

FLAT_PERCENT = 10.0
AT_A_TIME = 15
"""Webhooks, and claims, that are measured before the other number of orders takes its turn."""
DUE_PART = 10
"""One in so many of those on record is due, and all where there are few."""
_PATIENCE_SECONDS = 60.0
_PERCENT = 100
_MILLI = 1000

_NOTE = (
    "The tables are filled with orders of one line, which were given what they entitle to; a tenth is due, and all of "
    "ten. Few and many take turns, in one run, both with a gateway and a database of their own: 15 webhooks of new "
    "orders, one after the other, then 15 claims, each as the worker makes it, with what is due next asked first. "
    "Figures are medians, the ratio is the median of the ratios within a turn. The webhooks stay on record."
)


@dataclass
class Record:
    """A number of orders on record, and what was measured with it.

    Attributes:
        orders: how many.
        database: where they are.
        contestant: a gateway that takes webhooks in.
        webhooks: seconds, the median of each turn.
        claims: likewise.
        faults: what was wrong with answers, and how often.
    """

    orders: int
    database: Database
    contestant: Contestant
    webhooks: list[float] = field(default_factory=list)
    claims: list[float] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)


def run(stage: Stage, plan: Plan) -> Findings:
    """Measure."""
    stage.upstream.set()
    people.signed_in(stage.redis_url, 0)
    goals: list[Goal] = []
    rows: list[list[str]] = []
    with databases.every_kind(stage, "history") as kinds:
        for kind in kinds:
            with _records(stage, plan, kind) as (few, many):
                _measure(stage, plan, few, many)
            goals += _goals(kind, few, many)
            rows += [_row(kind, record) for record in (few, many)]
    columns = ("", "orders on record", "webhook, ms", "claim, ms")
    return Findings(goals=goals, tables=[Table("Orders on record", columns, rows, _NOTE)])


@contextmanager
def _records(stage: Stage, plan: Plan, kind: Kind) -> Iterator[tuple[Record, Record]]:
    few, many = (_record(stage, kind, orders) for orders in plan.known_orders)
    try:
        yield few, many
    finally:
        for record in (few, many):
            stage.processes.end(record.contestant.process)
            record.database.close()


def _record(stage: Stage, kind: Kind, orders: int) -> Record:
    url = kind.new(f"of{orders}")
    database = opened(Secret(url))
    order_rows.fill(database, orders, max(min(orders, AT_A_TIME), orders // DUE_PART))
    shape = gateway.Shape(database_url=url, config=shop.config(stage), worker="apart")
    return Record(orders, database, gateway.start(stage, [], shape, cores=[stage.cores.contestants]))


def _measure(stage: Stage, plan: Plan, few: Record, many: Record) -> None:
    for turn in range(plan.order_pairs + 1):
        pair = (few, many) if turn % 2 else (many, few)
        first = max(plan.known_orders) + 1 + turn * AT_A_TIME
        for record in pair:
            webhooks = _webhooks(stage, record, range(first, first + AT_A_TIME))
            if turn:  # the first warms up
                record.webhooks.append(webhooks)
        for record in pair:
            claims = _claims(record)
            if turn:
                record.claims.append(claims)


def _webhooks(stage: Stage, record: Record, numbers: range) -> float:
    """Return how long a webhook took, the median."""
    target = record.contestant.target
    requests = shop.webhooks(stage, target.port, numbers)
    asked = replace(target, requests=requests, check=is_accepted)
    tally = closed(asked, connections=1, clicks=len(requests), seconds=_PATIENCE_SECONDS)
    record.faults.update(tally.faults)
    return figures.median(tally.latencies)


def _claims(record: Record) -> float:
    """Return how long it took to claim an order, the median; each is due again at once."""
    queue, taken = OrderQueue(record.database), []
    for _ in range(AT_A_TIME):
        began = time.perf_counter()
        due = queue.next_at()
        claims = queue.claim()
        taken.append(time.perf_counter() - began)
        if due is None or len(claims) != 1:
            record.faults["nothing to claim"] += 1
        for claim in claims:
            queue.postpone(claim, 0, "", "", counts=False)
    return figures.median(taken)


def _goals(kind: Kind, few: Record, many: Record) -> list[Goal]:
    what = f"{few.orders} → {many.orders:,} orders on record, {kind.name}"
    wrong = told(few.faults + many.faults)
    webhook, claim = figures.ratio(many.webhooks, few.webhooks), figures.ratio(many.claims, few.claims)
    return [
        at_most(f"{what}: a webhook slower by", FLAT_PERCENT, (webhook - 1) * _PERCENT, " %", faults=wrong),
        at_most(f"{what}: a claim slower by", FLAT_PERCENT, (claim - 1) * _PERCENT, " %", faults=wrong),
    ]


def _row(kind: Kind, record: Record) -> list[str]:
    medians = (figures.median(record.webhooks), figures.median(record.claims))
    return [kind.name, f"{record.orders:,}", *(f"{seconds * _MILLI:.2f}" for seconds in medians)]
