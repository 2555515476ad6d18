"""The latency that the gateway adds to TalentLMS's own, at half of the load that it can carry."""

from collections import Counter
from dataclasses import dataclass

from bench import figures, people, turns
from bench.contestants import gateway
from bench.contestants.contestant import Contestant
from bench.findings import Findings, Table, at_most, told
from bench.load import Tally, steady
from bench.people import Person
from bench.plan import Plan
from bench.stage import Stage

UPSTREAM_SECONDS = 0.05
PEOPLE = 500
MEDIAN_MS = 2.0
TAIL_MS = 10.0
MOST_PER_SECOND = 0.9 * gateway.UNREACHED_PER_5_SECONDS / figures.WINDOW_SECONDS
"""At a higher rate calls would wait for the largest limit that can be set."""
_MIDDLE, _TAIL = 50, 99
_MILLI = 1000

_NOTE = (
    "One worker on its own core, TalentLMS over TLS answering after 50 ms, clicks at a fixed rate of half of what the "
    "worker carried when asked as fast as it answers. Added is the gateway's latency less the median of the same call "
    "made to the stand-in directly, over warm connections, at the same rate, by the same load generator. Each round "
    "asks both; figures are medians over the rounds, the worst is the worst of all."
)


@dataclass(frozen=True)
class Round:
    """One round.

    Attributes:
        direct: what the stand-in answered.
        through: what came through the gateway.
    """

    direct: Tally
    through: Tally

    def added(self, percent: float) -> float:
        """Return a percentile of what the gateway adds, in milliseconds."""
        return (figures.percentile(self.through.latencies, percent) - figures.median(self.direct.latencies)) * _MILLI


def run(stage: Stage, plan: Plan) -> Findings:
    """Measure."""
    signed_in = people.signed_in(stage.redis_url, PEOPLE)
    contestant = gateway.start(stage, signed_in, gateway.Shape(), cores=[stage.cores.contestants])
    stage.upstream.set()
    half = min(turns.one(stage, contestant, plan).tally.per_second / 2, MOST_PER_SECOND)
    stage.upstream.set(latency=UPSTREAM_SECONDS)
    rounds = [_round(stage, plan, signed_in, contestant, half) for _ in range(plan.steady_rounds)]
    stage.processes.end(contestant.process)
    directly, through = [each.direct for each in rounds], [each.through for each in rounds]
    wrong = told(sum((tally.faults for tally in directly + through), Counter()))
    middle, tail = (figures.median([each.added(percent) for each in rounds]) for percent in (_MIDDLE, _TAIL))
    return Findings(
        goals=[
            at_most("latency added at half load, p50", MEDIAN_MS, middle, " ms", faults=wrong),
            at_most("latency added at half load, p99", TAIL_MS, tail, " ms", faults=wrong),
        ],
        tables=[
            Table(
                f"Latency at half load, {half:,.0f} clicks/s",
                ("", "p50, ms", "p99, ms", "worst, ms"),
                [_row("TalentLMS itself", directly), _row("through the gateway", through)],
                _NOTE,
            )
        ],
    )


def _round(stage: Stage, plan: Plan, signed_in: list[Person], contestant: Contestant, half: float) -> Round:
    clicks = int(half * plan.steady_seconds)
    direct = steady(gateway.upstream(stage, signed_in), per_second=half, clicks=clicks)
    return Round(direct, steady(contestant.target, per_second=half, clicks=clicks))


def _row(name: str, tallies: list[Tally]) -> list[str]:
    middle, tail = (
        figures.median([figures.percentile(tally.latencies, percent) for tally in tallies])
        for percent in (_MIDDLE, _TAIL)
    )
    worst = max(max(tally.latencies) for tally in tallies)
    return [name, *(f"{seconds * _MILLI:.1f}" for seconds in (middle, tail, worst))]
