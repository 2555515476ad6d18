"""Bursts: a thousand and three thousand clicks within one second, on workers that have not served anybody yet."""

from collections import Counter

from bench import figures, people
from bench.contestants import empty_flask, gateway
from bench.contestants.contestant import Contestant
from bench.findings import Findings, Goal, Table, at_most, told
from bench.load import Tally, steady
from bench.people import Person
from bench.plan import Plan
from bench.stage import Stage

UPSTREAM_SECONDS = 0.2
WORKERS = 2
BURSTS = ((1000, 1.5 * (1 + UPSTREAM_SECONDS)), (3000, 3.0))
"""How many clicks within a second, and by when the last is served, in seconds."""
_TAIL = 99
_MILLI = 1000

_NOTE = (
    "Two workers on both cores, which they share with load, Redis and the stand-in; the budget off, TalentLMS over TLS "
    "answering after 200 ms. Each click opens a connection of its own, evenly over one second, and the workers are new "
    "for each burst. The last answer counts from the first click on; figures are medians over the bursts. An empty "
    "Flask 302, which asks nobody, gets the same bursts on the same two workers: sooner no application answers here."
)


def run(stage: Stage, plan: Plan) -> Findings:
    """Measure."""
    stage.upstream.set(latency=UPSTREAM_SECONDS)
    signed_in = people.signed_in(stage.redis_url, max(clicks for clicks, _ in BURSTS))
    results = [
        (clicks, goal, [_burst(stage, signed_in, clicks) for _ in range(plan.bursts)]) for clicks, goal in BURSTS
    ]
    floor = [(clicks, [_empty(stage, clicks) for _ in range(plan.bursts)]) for clicks, _ in BURSTS]
    return Findings(
        goals=[_goal(clicks, goal, tallies) for clicks, goal, tallies in results],
        tables=[
            Table(
                "Bursts",
                ("", "served", "last, s", "p50, ms", "p99, ms"),
                [_row(f"{clicks:,} clicks", clicks, tallies) for clicks, _, tallies in results]
                + [_row(f"{clicks:,} clicks, empty Flask", clicks, tallies) for clicks, tallies in floor],
                _NOTE,
            )
        ],
    )


def _burst(stage: Stage, signed_in: list[Person], clicks: int) -> Tally:
    shape = gateway.Shape(per_hour=0, per_5_seconds=0, workers=WORKERS)
    return _clicked(stage, gateway.start(stage, signed_in, shape, cores=stage.cores.both), clicks)


def _empty(stage: Stage, clicks: int) -> Tally:
    return _clicked(stage, empty_flask.start(stage, workers=WORKERS, cores=stage.cores.both), clicks)


def _clicked(stage: Stage, contestant: Contestant, clicks: int) -> Tally:
    tally = steady(contestant.target, per_second=clicks, clicks=clicks, keep=False)
    stage.processes.end(contestant.process)
    return tally


def _goal(clicks: int, goal: float, tallies: list[Tally]) -> Goal:
    wrong = told(sum((tally.faults for tally in tallies), Counter()))
    last = figures.median([tally.seconds for tally in tallies])
    what = f"{clicks:,} clicks in one second, upstream 200 ms, cold: all served, the last within"
    return at_most(what, round(goal, 2), last, " s", faults=wrong)


def _row(name: str, clicks: int, tallies: list[Tally]) -> list[str]:
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
    ]
