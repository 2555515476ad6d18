"""How throughput grows with workers while the CPU is not the limit."""

from collections import Counter

from bench import people
from bench.contestants import gateway
from bench.findings import TIMES, Findings, Table, at_most, told
from bench.load import Tally, closed
from bench.people import Person
from bench.plan import Plan
from bench.stage import Stage

UPSTREAM_SECONDS = 0.2
WORKERS = (1, 2, 3, 4)
THREADS = 16
QUEUED = 4
"""Clicks under way for each thread: more than one, so that no worker runs dry while another has a queue."""
PEOPLE = 500
CLICKS_AT_MOST = 100_000
DEVIATION_PERCENT = 10.0
_PERCENT = 100

_NOTE = (
    "Workers of 16 threads on both cores, TalentLMS over TLS answering after 200 ms, so that a worker can carry 80 "
    "clicks/s at most; four clicks under way for each thread, each on a connection of its own."
)


def run(stage: Stage, plan: Plan) -> Findings:
    """Measure."""
    stage.upstream.set(latency=UPSTREAM_SECONDS)
    signed_in = people.signed_in(stage.redis_url, PEOPLE)
    tallies = {workers: _load(stage, plan, signed_in, workers) for workers in WORKERS}
    alone = tallies[1].per_second
    off = max(abs(tally.per_second / (alone * workers) - 1) for workers, tally in tallies.items()) * _PERCENT
    wrong = told(sum((tally.faults for tally in tallies.values()), Counter()))
    rows = [
        [str(workers), f"{tally.per_second:.0f}", f"{tally.per_second / alone:.2f} {TIMES}"]
        for workers, tally in tallies.items()
    ]
    return Findings(
        goals=[
            at_most("1 → 4 workers of 16 threads at 200 ms: off linear by", DEVIATION_PERCENT, off, " %", faults=wrong)
        ],
        tables=[Table("Workers", ("workers", "clicks/s", "of one worker"), rows, _NOTE)],
    )


def _load(stage: Stage, plan: Plan, signed_in: list[Person], workers: int) -> Tally:
    shape = gateway.Shape(per_hour=0, per_5_seconds=0, workers=workers, threads=THREADS)
    contestant = gateway.start(stage, signed_in, shape, cores=stage.cores.both)
    at_once = workers * THREADS * QUEUED
    closed(contestant.target, connections=at_once, clicks=at_once, seconds=plan.slice_seconds, keep=False)
    tally = closed(
        contestant.target, connections=at_once, clicks=CLICKS_AT_MOST, seconds=2 * plan.slice_seconds, keep=False
    )
    stage.processes.end(contestant.process)
    return tally
