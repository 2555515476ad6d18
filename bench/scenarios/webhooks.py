"""What a webhook costs that tells of a new order, with either database."""

from collections import Counter
from dataclasses import dataclass, replace

from bench import databases, figures, order_rows, people, shop, turns, usage
from bench.contestants import empty_flask, gateway
from bench.contestants.contestant import Contestant
from bench.databases import Kind
from bench.findings import TIMES, Findings, Goal, Table, at_most, exactly, told
from bench.http_client import Answer
from bench.plan import Plan
from bench.stage import Stage
from bench.turns import Turn
from gateway.database.upgrade import opened
from schemas.secret import Secret

AT_ONCE = 16
ACCEPTED_SECONDS = 1.0
_MILLI = 1000

_NOTE = (
    "A shop posts `orders/paid`, each signed and of a new order, over 16 kept connections as fast as answers come; "
    "each is answered once its order is committed, and both databases write to disk what they commit. One worker on "
    "its own core; load and PostgreSQL have the other. No process fulfils orders meanwhile. An empty Flask 302 takes "
    "turns with both. Webhooks per second and core are what the gateway's CPU would allow; those of the run are also "
    "bounded by the disk."
)


@dataclass(frozen=True)
class Intake:
    """A gateway that takes webhooks in.

    Attributes:
        kind: of its database.
        url: of the database.
        contestant: the server.
    """

    kind: Kind
    url: str
    contestant: Contestant


@dataclass(frozen=True)
class Pass:
    """A number of webhooks.

    Attributes:
        turn: what came of them.
        database_cpu: seconds of CPU that the database's server used.
    """

    turn: Turn
    database_cpu: float


def run(stage: Stage, plan: Plan) -> Findings:
    """Measure."""
    stage.upstream.set()
    people.signed_in(stage.redis_url, 0)
    with databases.every_kind(stage, "webhooks") as kinds:
        intakes = [_intake(stage, kind) for kind in kinds]
        empty = empty_flask.start(stage)
        taken: dict[str, list[Pass]] = {kind.name: [] for kind in kinds}
        beside: list[Turn] = []
        for number in range(plan.webhook_rounds + 1):
            passes = {intake.kind.name: _pass(stage, plan, intake, number) for intake in intakes}
            one = turns.one(stage, empty, replace(plan, slice_clicks=plan.webhooks), connections=AT_ONCE)
            if number:  # the first warms up
                beside.append(one)
                for name, each in passes.items():
                    taken[name].append(each)
        committed = {intake.kind.name: _committed(intake) for intake in intakes}
        for contestant in (*(intake.contestant for intake in intakes), empty):
            stage.processes.end(contestant.process)
    sent = plan.webhooks * (plan.webhook_rounds + 1)
    return Findings(
        goals=[goal for name, passes in taken.items() for goal in _goals(name, passes, sent, committed[name])],
        tables=[
            Table(
                "Webhooks",
                (
                    *("", "CPU per webhook, ms", "spread", "of an empty Flask 302", "PostgreSQL, ms"),
                    *("webhooks/s and core", "webhooks/s of the run", "p99, ms"),
                ),
                [_row(name, passes, beside) for name, passes in taken.items()],
                _NOTE,
            )
        ],
    )


def _intake(stage: Stage, kind: Kind) -> Intake:
    url = kind.new("intake")
    shape = gateway.Shape(database_url=url, config=shop.config(stage), worker="apart")
    return Intake(kind, url, gateway.start(stage, [], shape, cores=[stage.cores.contestants]))


def _pass(stage: Stage, plan: Plan, intake: Intake, number: int) -> Pass:
    target, first = intake.contestant.target, 1 + number * plan.webhooks
    requests = shop.webhooks(stage, target.port, range(first, first + plan.webhooks))
    contestant = replace(intake.contestant, target=replace(target, requests=requests, check=is_accepted))
    patient = replace(plan, slice_clicks=plan.webhooks, slice_seconds=plan.webhooks)
    before = usage.cpu_seconds(*intake.kind.processes)
    turn = turns.one(stage, contestant, patient, connections=AT_ONCE)
    return Pass(turn, usage.cpu_seconds(*intake.kind.processes) - before)


def is_accepted(answer: Answer) -> str:
    """Return what is wrong with the answer to a webhook, empty where nothing is."""
    return "" if answer.status == 200 else f"{answer.status} to a webhook"  # noqa: PLR2004 - of the four dialects


def _committed(intake: Intake) -> int:
    database = opened(Secret(intake.url))
    try:
        return order_rows.count(database, "waiting")
    finally:
        database.close()


def _goals(name: str, passes: list[Pass], sent: int, committed: int) -> list[Goal]:
    slowest = max(max(one.turn.tally.latencies) for one in passes)
    wrong = told(sum((one.turn.tally.faults for one in passes), Counter()))
    what = f"webhooks of new orders, {name}"
    measured = f"{committed:,} of {sent:,}"
    return [
        exactly(f"{what}: orders that are committed", f"{sent:,}", measured, held=committed == sent),
        at_most(f"{what}: the slowest answer", ACCEPTED_SECONDS, slowest, " s", faults=wrong),
    ]


def _row(name: str, passes: list[Pass], empty: list[Turn]) -> list[str]:
    own = [one.turn for one in passes]
    cpu = figures.median(turns.cpu(own))
    return [
        name,
        f"{cpu:.2f}",
        f"± {figures.spread(turns.cpu(own)):.0%}",
        f"{figures.ratio(turns.cpu(own), turns.cpu(empty)):.1f} {TIMES}",
        f"{figures.median([one.database_cpu / one.turn.tally.good * _MILLI for one in passes]):.2f}",
        f"{_MILLI / cpu:.0f}",
        f"{figures.median(turns.rate(own)):.0f}",
        f"{figures.median([figures.percentile(turn.tally.latencies, 99) for turn in own]) * _MILLI:.0f}",
    ]
