"""How quickly the orders are fulfilled that wait, against TalentLMS's own limit."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench import databases, figures, order_rows, order_worker, people, shop, usage
from bench.contestants import gateway
from bench.databases import Kind
from bench.findings import Findings, Goal, Table, at_least, exactly
from bench.plan import Plan
from bench.stage import Stage
from bench.stand_in import Seen
from gateway.admission import Lane
from gateway.database.connection import Database
from gateway.database.upgrade import opened
from gateway.store.budget import RESERVE
from schemas.secret import Secret

UPSTREAM_SECONDS = 0.05
LIMIT = 200
"""Calls that TalentLMS allows within five seconds."""
LEFT = int(LIMIT * (1 - RESERVE[Lane.PURCHASE]))
"""How many of them are left to purchases while nobody clicks."""
CALLS = 2
"""Of an order of somebody who has an account: the look-up of the account by its address, and the enrolment."""
LEAST_PERCENT = 95.0
PATIENCE_SECONDS = 120.0
_LOOK_SECONDS = 0.5
_PERCENT = 100
_MILLI = 1000

_NOTE = (
    "Paid orders, each of another customer who has an account, wait when the worker process begins, which has a core "
    "of its own. TalentLMS, over TLS, answers after 50 ms, and throttles beyond 200 calls within any five seconds; a "
    "fifth of them is left to clicks. Each allowed call can be made again five seconds later at the earliest; how much "
    "later it is made says which part of them is used."
)


@dataclass(frozen=True)
class Drain:
    """Orders that were fulfilled.

    Attributes:
        seen: what the stand-in saw.
        left: how many orders were not done when the benchmark gave up.
        cpu: seconds of CPU that the worker used.
        database_cpu: the same of the database's server.
    """

    seen: Seen
    left: int
    cpu: float
    database_cpu: float


def run(stage: Stage, plan: Plan) -> Findings:
    """Measure."""
    with databases.every_kind(stage, "orders") as kinds:
        taken = {kind.name: _drain(stage, plan, kind) for kind in kinds}
    return Findings(
        goals=[goal for name, drain in taken.items() for goal in _goals(name, drain, plan.paid_orders)],
        tables=[
            Table(
                "Orders that wait",
                (
                    *("", "orders", "orders/s", "calls in 5 s", "of them allowed"),
                    *("CPU per order, ms", "PostgreSQL, ms"),
                ),
                [_row(name, drain, plan.paid_orders) for name, drain in taken.items()],
                _NOTE,
            )
        ],
    )


def _drain(stage: Stage, plan: Plan, kind: Kind) -> Drain:
    url = kind.new("backlog")
    database = opened(Secret(url))
    order_rows.fill(database, plan.paid_orders, plan.paid_orders)
    people.signed_in(stage.redis_url, 0)
    stage.upstream.set(latency=UPSTREAM_SECONDS, limit=LIMIT)
    shape = gateway.Shape(per_5_seconds=LIMIT, database_url=url, config=shop.config(stage), worker="apart")
    server_before = usage.cpu_seconds(*kind.processes)
    worker = order_worker.start(stage, shape, cores=[stage.cores.contestants])
    left = _wait_for(database, time.monotonic() + PATIENCE_SECONDS)
    cpu, server = usage.cpu_seconds(worker.pid), usage.cpu_seconds(*kind.processes) - server_before
    stage.processes.end(worker)
    database.close()
    return Drain(stage.upstream.seen(), left, cpu, server)


def _wait_for(database: Database, end: float) -> int:
    """Return how many orders wait still, none or when the time is over."""
    while (left := order_rows.count(database, "waiting")) and time.monotonic() < end:
        time.sleep(_LOOK_SECONDS)
    return left


def used(moments: Sequence[float], allowed: int) -> float:
    """Return which part of the calls was made that a limit allows, as long as there was something to call for.

    Args:
        moments: when each call was made, seconds, ascending; more than are allowed in a window.
        allowed: how many any five seconds may hold.
    """
    again = [later - earlier for earlier, later in zip(moments, moments[allowed:], strict=False)]
    return figures.WINDOW_SECONDS / (sum(again) / len(again))


def _goals(name: str, drain: Drain, orders: int) -> list[Goal]:
    enrolled, calls = drain.seen.enrolled, drain.seen.calls
    once = len(enrolled) == len(set(enrolled)) == orders
    what = f"{orders:,} paid orders that wait, {LIMIT} calls per 5 s, {name}"
    goals = [
        exactly(
            f"{what}: enrolled, each once",
            f"{orders:,}",
            f"{len(set(enrolled)):,} by {len(enrolled):,} calls",
            held=once and not drain.left,
        ),
        exactly(
            f"{what}: TalentLMS throttles", "never", f"{drain.seen.throttled} times", held=not drain.seen.throttled
        ),
        exactly(f"{what}: calls", f"{CALLS * orders:,}", f"{calls:,}", held=calls == CALLS * orders),
    ]
    if len(drain.seen.moments) <= LEFT:  # a quick run, whose calls all fit into the first window
        return goals
    part = used(drain.seen.moments, LEFT) * _PERCENT
    return [at_least(f"{what}: calls, of those that the limit leaves to orders", LEAST_PERCENT, part, " %"), *goals]


def _row(name: str, drain: Drain, orders: int) -> list[str]:
    moments = drain.seen.moments
    part = used(moments, LEFT) if len(moments) > LEFT else float("nan")
    rate = part * LEFT / figures.WINDOW_SECONDS
    return [
        name,
        f"{orders:,}",
        f"{rate / CALLS:.1f}",
        f"{rate * figures.WINDOW_SECONDS:.0f} of {LEFT}",
        f"{part:.1%}",
        f"{drain.cpu / orders * _MILLI:.1f}",
        f"{drain.database_cpu / orders * _MILLI:.1f}",
    ]
