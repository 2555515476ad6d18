"""How throughput grows with workers while the CPU is not the limit."""

from collections import Counter
from dataclasses import replace

from bench import people
from bench.contestants import gateway
from bench.findings import TIMES, Findings, Table, at_most, told
from bench.load import Tally, closed
from bench.people import Person
from bench.plan import Plan
from bench.stage import Stage

UPSTREAM_SECONDS = 0.2
WORKERS = (1, 2, 3, 4)
AT_ONCE = 16
"""Connections of a worker, and so its clicks under way; the others wait in the kernel."""
QUEUED = 12
"""Clicks begun for each of them: so many that no worker runs dry while another, by chance, has more of them."""
PEOPLE = 500
CLICKS_AT_MOST = 100_000
DEVIATION_PERCENT = 10.0
_PERCENT = 100

SPREAD_SECONDS = QUEUED * UPSTREAM_SECONDS
"""How long a worker needs for them; they begin spread over it, for clicks that come in step also wait in step."""

_NOTE = (
    "Workers of 16 connections on both cores, TalentLMS over TLS answering after 200 ms, so that a worker can carry 80 "
    f"clicks/s at most; {QUEUED} clicks under way for each of them, each on a connection of its own. Counted is what "
    "is answered while all of them are under way, neither as they begin nor as they end."
)


def run(stage: Stage, plan: Plan) -> Findings:
    """Measure."""
    stage.upstream.set(latency=UPSTREAM_SECONDS)
    signed_in = people.signed_in(stage.redis_url, PEOPLE)
    tallies = {workers: _load(stage, plan, signed_in, workers) for workers in WORKERS}
    rates = {
        workers: tally.per_second_between(SPREAD_SECONDS, SPREAD_SECONDS + _seconds(plan))
        for workers, tally in tallies.items()
    }
    alone = rates[1]
    off = max(abs(rate / (alone * workers) - 1) for workers, rate in rates.items()) * _PERCENT
    wrong = told(sum((tally.faults for tally in tallies.values()), Counter()))
    rows = [[str(workers), f"{rate:.0f}", f"{rate / alone:.2f} {TIMES}"] for workers, rate in rates.items()]
    return Findings(
        goals=[
            at_most(
                "1 → 4 workers of 16 connections at 200 ms: off linear by", DEVIATION_PERCENT, off, " %", faults=wrong
            )
        ],
        tables=[Table("Workers", ("workers", "clicks/s", "of one worker"), rows, _NOTE)],
    )


def _load(stage: Stage, plan: Plan, signed_in: list[Person], workers: int) -> Tally:
    shape = replace(gateway.UNLIMITED, workers=workers, gunicorn=("--worker-connections", str(AT_ONCE)))
    contestant = gateway.start(stage, signed_in, shape, cores=stage.cores.both)
    at_once = workers * AT_ONCE * QUEUED
    closed(contestant.target, connections=at_once, clicks=at_once, seconds=plan.slice_seconds, keep=False)
    tally = closed(
        contestant.target,
        connections=at_once,
        clicks=CLICKS_AT_MOST,
        seconds=SPREAD_SECONDS + _seconds(plan),
        keep=False,
        spread=SPREAD_SECONDS,
    )
    stage.processes.end(contestant.process)
    return tally


def _seconds(plan: Plan) -> float:
    return 2 * plan.slice_seconds
