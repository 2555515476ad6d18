"""Whether a click takes longer while thousands of orders wait, and the worker inside the gateway works them off."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench import databases, figures, order_rows, people, shop
from bench.contestants import gateway
from bench.contestants.contestant import Contestant
from bench.databases import Kind
from bench.findings import Findings, Goal, Table, at_most, exactly, told
from bench.load import Tally, steady
from bench.people import Person
from bench.plan import Plan
from bench.stage import Stage
from bench.stand_in import Seen
from gateway.database.connection import Database
from gateway.database.upgrade import opened
from schemas.secret import Secret

UPSTREAM_SECONDS = 0.05
LIMIT = 200
"""Calls that TalentLMS allows within five seconds."""
CLICKS_PER_SECOND = 20
"""Half of what TalentLMS allows."""
WORKERS = 2
"""As many as there are by default."""
PEOPLE = 500
FIRST = 1001
"""The number of the first order, whose customer is none of those who click."""
SPARE_PER_SECOND, SPARE_AT_FIRST = 10, 60
"""More orders than these are not fulfilled in a turn, the calls of the first five seconds among them; so many more wait
at the beginning."""
GROWTH_PERCENT = 25.0
WARM_UP_SECONDS = 5.0
"""At most; no longer than a turn."""
_TAIL = 99
_PERCENT = 100
_MILLI = 1000

_NOTE = (
    "A gateway of two processes on one core, which fulfil orders besides; TalentLMS, over TLS, answers after 50 ms, "
    "and throttles beyond 200 calls within any five seconds. People click 20 times a second, without a pause. By turns "
    "no order is due, and all of them are; there are always more than the given number, and what the clicks and the "
    "fifth that is kept for them leave of the limit is spent on orders. Added is the click's latency less the median "
    "of the stand-in itself; growth is the median of the ratios within a pair."
)


@dataclass(frozen=True)
class Turn:
    """Clicks of one turn.

    Attributes:
        tally: what came of them.
        orders: how many orders were fulfilled meanwhile.
    """

    tally: Tally
    orders: int

    def added(self, direct: float, percent: float) -> float:
        """Return a percentile of what was added to TalentLMS's own latency, seconds."""
        return figures.percentile(self.tally.latencies, percent) - direct


@dataclass(frozen=True)
class Pairs:
    """Turns side by side.

    Attributes:
        direct: the latency of the stand-in itself, seconds.
        alone: turns in which no order was due.
        beside: turns in which all were.
        waiting: how many orders waited at the end.
        seen: what the stand-in saw.
    """

    direct: float
    alone: list[Turn]
    beside: list[Turn]
    waiting: int
    seen: Seen

    @property
    def growth(self) -> float:
        """By what factor the tail of the added latency is longer beside orders."""
        ours, theirs = ([turn.added(self.direct, _TAIL) for turn in turns] for turns in (self.beside, self.alone))
        return figures.ratio(ours, theirs)


def run(stage: Stage, plan: Plan) -> Findings:
    """Measure."""
    with databases.every_kind(stage, "clicks-first") as kinds:
        taken = {kind.name: _pairs(stage, plan, kind) for kind in kinds}
    return Findings(
        goals=[goal for name, pairs in taken.items() for goal in _goals(name, pairs, plan.waiting_orders)],
        tables=[
            Table(
                "Clicks beside orders that wait",
                ("", "p50 added, ms", "p99 added, ms", "worst added, ms", "orders/s"),
                [
                    _row(f"{what}, {name}", pairs.direct, turns)
                    for name, pairs in taken.items()
                    for what, turns in (("no orders", pairs.alone), (f"{plan.waiting_orders:,} orders", pairs.beside))
                ],
                _NOTE,
            )
        ],
    )


def _pairs(stage: Stage, plan: Plan, kind: Kind) -> Pairs:
    url = kind.new("orders")
    database = opened(Secret(url))
    spare = plan.waiting_pairs * int(plan.waiting_seconds * SPARE_PER_SECOND + SPARE_AT_FIRST)
    order_rows.fill(database, plan.waiting_orders + spare, plan.waiting_orders + spare, FIRST)
    order_rows.make_due(database, is_due=False)
    signed_in = people.signed_in(stage.redis_url, PEOPLE)
    warm_up = min(WARM_UP_SECONDS, plan.waiting_seconds)
    direct = _direct(stage, signed_in, warm_up)
    stage.upstream.set(latency=UPSTREAM_SECONDS, limit=LIMIT)
    turns: dict[bool, list[Turn]] = {False: [], True: []}
    with _gateway(stage, signed_in, url) as contestant:
        _clicks(contestant, warm_up)
        for number in range(plan.waiting_pairs):
            for is_due in (True, False) if number % 2 else (False, True):
                turns[is_due].append(_turn(contestant, database, plan.waiting_seconds, is_due=is_due))
    waiting = order_rows.count(database, "waiting")
    database.close()
    return Pairs(direct, turns[False], turns[True], waiting, stage.upstream.seen())


@contextmanager
def _gateway(stage: Stage, signed_in: list[Person], url: str) -> Iterator[Contestant]:
    shape = gateway.Shape(per_5_seconds=LIMIT, database_url=url, config=shop.config(stage), workers=WORKERS)
    contestant = gateway.start(stage, signed_in, shape, cores=[stage.cores.contestants])
    yield contestant
    stage.processes.end(contestant.process)


def _direct(stage: Stage, signed_in: list[Person], seconds: float) -> float:
    """Return the latency of the stand-in itself, without its limit, of which the gateway would not know."""
    stage.upstream.set(latency=UPSTREAM_SECONDS)
    clicks = int(CLICKS_PER_SECOND * seconds)
    tally = steady(gateway.upstream(stage, signed_in), per_second=CLICKS_PER_SECOND, clicks=clicks)
    return figures.median(tally.latencies)


def _turn(contestant: Contestant, database: Database, seconds: float, *, is_due: bool) -> Turn:
    order_rows.make_due(database, is_due=is_due)
    before = order_rows.count(database, "done")
    tally = _clicks(contestant, seconds)
    return Turn(tally, order_rows.count(database, "done") - before)


def _clicks(contestant: Contestant, seconds: float) -> Tally:
    return steady(contestant.target, per_second=CLICKS_PER_SECOND, clicks=int(CLICKS_PER_SECOND * seconds))


def _goals(name: str, pairs: Pairs, orders: int) -> list[Goal]:
    what = f"clicks while {orders:,} orders wait, {name}"
    wrong = told(sum((turn.tally.faults for turn in (*pairs.alone, *pairs.beside)), Counter()))
    growth = (pairs.growth - 1) * _PERCENT
    fulfilled = sum(turn.orders for turn in pairs.beside)
    return [
        at_most(f"{what}: latency added, p99, more by", GROWTH_PERCENT, growth, " %", faults=wrong),
        exactly(
            f"{what}: orders that wait at the end, and were fulfilled meanwhile",
            f"≥ {orders:,}, and some",
            f"{pairs.waiting:,}, and {fulfilled:,}",
            held=pairs.waiting >= orders and fulfilled > 0,
        ),
        exactly(
            f"{what}: TalentLMS throttles", "never", f"{pairs.seen.throttled} times", held=not pairs.seen.throttled
        ),
    ]


def _row(name: str, direct: float, turns: list[Turn]) -> list[str]:
    seconds = sum(turn.tally.seconds for turn in turns)
    return [
        name,
        *(f"{figures.median([turn.added(direct, each) for turn in turns]) * _MILLI:.1f}" for each in (50, _TAIL)),
        f"{max(turn.added(direct, 100) for turn in turns) * _MILLI:.1f}",
        f"{sum(turn.orders for turn in turns) / seconds:.1f}",
    ]
