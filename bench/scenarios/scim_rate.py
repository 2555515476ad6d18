"""How many SCIM requests a gateway answers in a second, with either database."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus

from bench import databases, figures, people, turns, usage
from bench.contestants.contestant import Contestant
from bench.databases import Kind
from bench.findings import Findings, Goal, Table, at_least, at_most, told
from bench.http_client import Answer
from bench.load import Tally, steady
from bench.plan import Plan
from bench.scenarios import directory
from bench.scim_operations import Known, mixture
from bench.stage import Stage
from bench.turns import Turn

PER_SECOND = 25
"""Requests that Entra's gallery has a provider of applications sustain for each of its customers."""
SLOWEST_SECONDS = 0.6
AT_ONCE = 8
_PATIENCE_SECONDS = 60.0
_MILLI = 1000

_NOTE = (
    "A provisioner keeps {people:,} people in step: of 20 requests 9 are filters, 3 reads of a person, 1 is a page, 4 "
    "patch people, 1 adds one, and 2 patch the group of all. One worker on its own core; load and PostgreSQL have the "
    "other, and both databases write to disk what they commit. No process follows at TalentLMS meanwhile. As fast as "
    "answers come, over 8 connections: requests per second and core are what the gateway's CPU would allow; those of "
    "the run are also bounded by the disk. Then 25 requests a second: the last two columns."
)


@dataclass(frozen=True)
class Taken:
    """What was measured with one database.

    Attributes:
        turns: as fast as answers came.
        database_cpu: seconds of CPU that the database's server used, of each turn.
        sustained: at the rate that is asked for.
    """

    turns: list[Turn]
    database_cpu: list[float]
    sustained: Tally


def run(stage: Stage, plan: Plan) -> Findings:
    """Measure."""
    stage.upstream.set()
    people.signed_in(stage.redis_url, 0)
    with databases.every_kind(stage, "scim") as kinds:
        taken = {kind.name: _with(stage, plan, kind) for kind in kinds}
    columns = (
        *("", "CPU per request, ms", "spread", "PostgreSQL, ms", "requests/s and core", "requests/s of the run"),
        *("p50 at 25/s, ms", "p99 at 25/s, ms"),
    )
    note = _NOTE.format(people=plan.provisioned_people)
    return Findings(
        goals=[goal for name, one in taken.items() for goal in _goals(name, one)],
        tables=[Table("SCIM requests", columns, [_row(name, one) for name, one in taken.items()], note)],
    )


def _with(stage: Stage, plan: Plan, kind: Kind) -> Taken:
    contestant = directory.start(stage, kind, plan.provisioned_people)
    known = Known(stage, contestant.target.port, plan.provisioned_people)
    taken, database_cpu = [], []
    for number in range(plan.scim_rounds + 1):
        asked = _asked(contestant, known, number * plan.scim_requests, plan.scim_requests)
        before = usage.cpu_seconds(*kind.processes)
        patient = replace(plan, slice_clicks=plan.scim_requests, slice_seconds=_PATIENCE_SECONDS)
        turn = turns.one(stage, asked, patient, connections=AT_ONCE)
        if number:  # the first warms up
            taken.append(turn)
            database_cpu.append(usage.cpu_seconds(*kind.processes) - before)
    requests = min(plan.scim_requests, PER_SECOND * 8)
    asked = _asked(contestant, known, (plan.scim_rounds + 1) * plan.scim_requests, requests)
    sustained = steady(asked.target, per_second=PER_SECOND, clicks=requests)
    stage.processes.end(contestant.process)
    return Taken(taken, database_cpu, sustained)


def _asked(contestant: Contestant, known: Known, first: int, number: int) -> Contestant:
    requests = mixture(known, first, number)
    return replace(contestant, target=replace(contestant.target, requests=requests, check=_is_done))


def _is_done(answer: Answer) -> str:
    is_done = HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES
    return "" if is_done else f"{answer.status} to a request"


def _goals(name: str, taken: Taken) -> Iterator[Goal]:
    wrong = told(sum((turn.tally.faults for turn in taken.turns), Counter()))
    per_core = _MILLI / figures.median(turns.cpu(taken.turns))
    yield at_least(f"SCIM requests per second and core, {name}", PER_SECOND, per_core, "", faults=wrong)
    slowest = max(taken.sustained.latencies, default=_PATIENCE_SECONDS)
    what = f"{PER_SECOND} SCIM requests per second, {name}: the slowest answer"
    yield at_most(what, SLOWEST_SECONDS, slowest, " s", faults=told(taken.sustained.faults))


def _row(name: str, taken: Taken) -> list[str]:
    cpu = figures.median(turns.cpu(taken.turns))
    database = [each / turn.tally.good for each, turn in zip(taken.database_cpu, taken.turns, strict=True)]
    return [
        name,
        f"{cpu:.2f}",
        f"\N{PLUS-MINUS SIGN} {figures.spread(turns.cpu(taken.turns)):.0%}",
        f"{figures.median(database) * _MILLI:.2f}",
        f"{_MILLI / cpu:.0f}",
        f"{figures.median(turns.rate(taken.turns)):.0f}",
        *(f"{figures.percentile(taken.sustained.latencies, percent) * _MILLI:.1f}" for percent in (50, 99)),
    ]
