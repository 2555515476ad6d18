"""Whether a SCIM request takes longer where many people are in the directory, and their group is large."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from bench import databases, directory_rows, figures, people, scim_client
from bench.contestants import gateway
from bench.contestants.contestant import Contestant
from bench.databases import Kind
from bench.findings import TIMES, Findings, Goal, Table, at_most, exactly, told
from bench.load import closed
from bench.plan import Plan
from bench.scim_operations import KINDS, OPERATIONS, Known, Operation
from bench.stage import Stage
from gateway.database.upgrade import opened
from schemas.secret import Secret

SLOWER_PERCENT = 20.0
SLOWEST_SECONDS = 0.6
"""Of any read, in Okta's older test suite."""
AT_A_TIME = 6
"""Requests that are measured before the other directory takes its turn; even, as some go to and fro."""
_PATIENCE_SECONDS = 60.0
_PERCENT = 100
_MILLI = 1000

_NOTE = (
    "The directory is filled by SQL with people as Entra pushes them, and a group of {few} and of {group:,} of them. "
    "Few and many take turns, in one run, both with a gateway and a database of their own: of each kind 6 requests, "
    "one after the other over one connection. Pages have 5 people. Figures are milliseconds, medians; the ratio is the "
    "median of the ratios within a turn. The people who are added stay. A list by `startIndex` passes over all before "
    "it, and has a limit instead; `cursor` does not."
)


@dataclass
class Record:
    """A number of people, and what was measured with them.

    Attributes:
        known: the gateway that knows them.
        contestant: the same.
        seconds: by the operation's name, the median of each turn.
        faults: what was wrong with answers, and how often.
    """

    known: Known
    contestant: Contestant
    seconds: Mapping[str, list[float]] = field(default_factory=lambda: {one.name: [] for one in OPERATIONS})
    faults: Counter[str] = field(default_factory=Counter)


def run(stage: Stage, plan: Plan) -> Findings:
    """Measure."""
    stage.upstream.set()
    people.signed_in(stage.redis_url, 0)
    taken: dict[str, tuple[Record, Record]] = {}
    with databases.every_kind(stage, "directory") as kinds:
        for kind in kinds:
            with _records(stage, plan, kind) as pair:
                _measure(plan, *pair)
                taken[kind.name] = pair
    few, many = plan.directory_people
    note = _NOTE.format(few=few, group=min(many, directory_rows.LARGEST_GROUP))
    columns = ("", *(f"{name}, {what}" for name in taken for what in (f"{few:,}", f"{many:,}", "ratio")))
    rows = [_row(one, taken) for one in OPERATIONS]
    return Findings(
        goals=[goal for name, pair in taken.items() for goal in _goals(name, *pair)],
        tables=[Table("People in the directory", columns, rows, note)],
    )


@contextmanager
def _records(stage: Stage, plan: Plan, kind: Kind) -> Iterator[tuple[Record, Record]]:
    few, many = (_record(stage, kind, number) for number in plan.directory_people)
    try:
        yield few, many
    finally:
        for record in (few, many):
            stage.processes.end(record.contestant.process)


def _record(stage: Stage, kind: Kind, number: int) -> Record:
    contestant = start(stage, kind, number)
    return Record(Known(stage, contestant.target.port, number), contestant)


def start(stage: Stage, kind: Kind, number: int) -> Contestant:
    """Start a gateway on a core of its own, with a new database of so many people."""
    url = kind.new(f"of{number}")
    database = opened(Secret(url))
    database.prepare()
    directory_rows.fill(database, number)
    database.close()
    shape = gateway.Shape(database_url=url, config=scim_client.config(stage), worker="apart")
    return gateway.start(stage, [], shape, cores=[stage.cores.contestants])


def _measure(plan: Plan, few: Record, many: Record) -> None:
    for turn in range(plan.directory_pairs + 1):
        for operation in OPERATIONS:
            for record in (few, many) if turn % 2 else (many, few):
                seconds = _asked(record, operation, turn * AT_A_TIME)
                if turn:  # the first warms up
                    record.seconds[operation.name].append(seconds)


def _asked(record: Record, operation: Operation, first: int) -> float:
    """Return how long an answer took, the median."""
    requests = operation.requests(record.known, first, AT_A_TIME)
    target = replace(record.contestant.target, requests=requests, check=operation.check)
    tally = closed(target, connections=1, clicks=len(requests), seconds=_PATIENCE_SECONDS)
    record.faults.update({f"{operation.name}: {fault}": number for fault, number in tally.faults.items()})
    return figures.median(tally.latencies) if tally.latencies else _PATIENCE_SECONDS


def _goals(name: str, few: Record, many: Record) -> Iterator[Goal]:
    wrong = told(few.faults + many.faults)
    ratios = {one: figures.ratio(many.seconds[one.name], few.seconds[one.name]) for one in OPERATIONS if one.is_flat}
    for kind in KINDS:
        what = f"{few.known.people} \N{RIGHTWARDS ARROW} {many.known.people:,} people, {name}: SCIM {kind}, slower by"
        worst = max((one for one in ratios if one.kind == kind), key=lambda one: ratios[one])
        more = (ratios[worst] - 1) * _PERCENT
        held = more <= SLOWER_PERCENT and not wrong
        measured = "; ".join(filter(None, (f"{more:.3g} % ({worst.name})", wrong)))
        yield exactly(what, f"\N{LESS-THAN OR EQUAL TO} {SLOWER_PERCENT:g} % each", measured, held=held)
    for one in OPERATIONS:
        if not one.is_flat:
            what = f"{many.known.people:,} people, {name}: {one.name}"
            yield at_most(what, SLOWEST_SECONDS, figures.median(many.seconds[one.name]), " s", faults=wrong)


def _row(operation: Operation, taken: Mapping[str, tuple[Record, Record]]) -> list[str]:
    return [operation.name, *(cell for pair in taken.values() for cell in _cells(operation.name, *pair))]


def _cells(name: str, few: Record, many: Record) -> Iterator[str]:
    for record in (few, many):
        yield f"{figures.median(record.seconds[name]) * _MILLI:.2f}"
    yield f"{figures.ratio(many.seconds[name], few.seconds[name]):.2f} {TIMES}"
