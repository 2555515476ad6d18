"""Bursts: a thousand and three thousand clicks within one second, on workers that have not served anybody yet."""

import os
from collections import Counter
from dataclasses import dataclass, replace

from bench import figures, people, usage
from bench.contestants import empty_flask, gateway
from bench.contestants.contestant import Contestant
from bench.findings import TIMES, Findings, Goal, Table, at_most, told
from bench.load import Tally, steady
from bench.people import Person
from bench.plan import Plan
from bench.stage import Stage

UPSTREAM_SECONDS = 0.2
WORKERS = 2
BURSTS = (1000, 3000)
"""How many clicks within a second."""
WITH_A_GOAL = 1000
LEAST_SECONDS = 1 + UPSTREAM_SECONDS
"""When the last click of a second can be answered at the earliest."""
LEAST_TIMES = 1.5
_WHO = ("", ", empty Flask")
_TAIL = 99
_MILLI = 1000

_NOTE = (
    "Two workers on both cores, which they share with load, Redis and the stand-in; no limit in 5 seconds, TalentLMS "
    "over TLS answering after 200 ms. Each click opens a connection of its own, evenly over one second, and workers "
    "are new for each burst. The last answer counts from the first click on; figures are medians over the bursts. An "
    "empty Flask 302, which asks nobody, takes turns with the gateway on the same kind of workers. "
    "CPU per click is that of the workers, and of everything else: all of it has to fit on the two cores."
)


@dataclass(frozen=True)
class Burst:
    """One burst.

    Attributes:
        tally: what came of it.
        workers: CPU of gunicorn per click, in milliseconds.
        others: the same of load, Redis and the stand-in.
    """

    tally: Tally
    workers: float
    others: float


def run(stage: Stage, plan: Plan) -> Findings:
    """Measure."""
    stage.upstream.set(latency=UPSTREAM_SECONDS)
    signed_in = people.signed_in(stage.redis_url, max(BURSTS))
    turns = {clicks: [_turn(stage, signed_in, clicks) for _ in range(plan.bursts)] for clicks in BURSTS}
    return Findings(
        goals=[_goal([turn[0] for turn in turns[WITH_A_GOAL]])],
        tables=[
            Table(
                "Bursts",
                ("", "served", "last, s", "p50, ms", "p99, ms", "CPU per click, ms", "of all else, ms"),
                [
                    _row(f"{clicks:,} clicks{who}", clicks, [turn[number] for turn in taken])
                    for number, who in enumerate(_WHO)
                    for clicks, taken in turns.items()
                ],
                _NOTE,
            )
        ],
    )


def _turn(stage: Stage, signed_in: list[Person], clicks: int) -> tuple[Burst, ...]:
    return (
        _burst(stage, signed_in, clicks),
        _clicked(stage, empty_flask.start(stage, workers=WORKERS, cores=stage.cores.both), clicks),
    )


def _burst(stage: Stage, signed_in: list[Person], clicks: int) -> Burst:
    shape = replace(gateway.WITHOUT_WINDOW, workers=WORKERS)
    return _clicked(stage, gateway.start(stage, signed_in, shape, cores=stage.cores.both), clicks)


def _clicked(stage: Stage, contestant: Contestant, clicks: int) -> Burst:
    all_before, workers_before = usage.cpu_seconds(os.getpid()), contestant.cpu_seconds()
    tally = steady(contestant.target, per_second=clicks, clicks=clicks, keep=False)
    everything = usage.cpu_seconds(os.getpid()) - all_before
    workers = contestant.cpu_seconds() - workers_before
    stage.processes.end(contestant.process)
    return Burst(tally, workers / clicks * _MILLI, (everything - workers) / clicks * _MILLI)


def _goal(bursts: list[Burst]) -> Goal:
    wrong = told(sum((burst.tally.faults for burst in bursts), Counter()))
    last = figures.median([burst.tally.seconds for burst in bursts])
    what = f"{WITH_A_GOAL:,} clicks in one second, upstream 200 ms, cold: all served, beside the least possible time"
    return at_most(what, LEAST_TIMES, last / LEAST_SECONDS, f" {TIMES}", faults=wrong)


def _row(name: str, clicks: int, bursts: list[Burst]) -> list[str]:
    tallies = [burst.tally for burst in bursts]
    times = [seconds * _MILLI for tally in tallies for seconds in tally.latencies]
    served = sum(tally.good for tally in tallies)
    last = figures.median([tally.seconds for tally in tallies])
    tail = figures.percentile(times, _TAIL) if times else float("nan")
    middle = figures.median(times) if times else float("nan")
    return [
        name,
        f"{served:,} of {clicks * len(tallies):,}",
        f"{last:.2f}",
        f"{middle:.0f}",
        f"{tail:.0f}",
        f"{figures.median([burst.workers for burst in bursts]):.2f}",
        f"{figures.median([burst.others for burst in bursts]):.2f}",
    ]
