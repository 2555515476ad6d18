"""Contestants take turns: one after the other under the same load, round after round, in one run."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench import figures, usage
from bench.contestants.contestant import Contestant
from bench.findings import TIMES, told
from bench.load import Tally, closed
from bench.plan import Plan
from bench.stage import Stage

CONNECTIONS = 16
_WARM_UP_SECONDS = 1.0
_MILLI = 1000


@dataclass(frozen=True)
class Turn:
    """What one contestant did in one round.

    Attributes:
        tally: the answers.
        cpu: seconds of CPU that the server used.
        redis_cpu: seconds of CPU that Redis used meanwhile.
        calls: calls that the stand-in for TalentLMS counted.
    """

    tally: Tally
    cpu: float
    redis_cpu: float
    calls: int

    @property
    def cpu_per_click(self) -> float:
        """Milliseconds of the server's CPU for each good answer."""
        return self.cpu / self.tally.good * _MILLI

    @property
    def redis_per_click(self) -> float:
        """Milliseconds of Redis's CPU for each good answer."""
        return self.redis_cpu / self.tally.good * _MILLI


class NoGoodAnswer(Exception):
    """A contestant gave no good answer at all; the text says who, and what came instead."""


def take(stage: Stage, contestants: Sequence[Contestant], plan: Plan) -> dict[str, list[Turn]]:
    """Let each contestant take its turns, after one that does not count.

    Returns:
        The turns by the contestant's name, in the order of the rounds.

    Raises:
        NoGoodAnswer: then there is nothing to measure.
    """
    for contestant in contestants:
        closed(contestant.target, connections=CONNECTIONS, clicks=plan.slice_clicks, seconds=_WARM_UP_SECONDS)
    turns: dict[str, list[Turn]] = {contestant.name: [] for contestant in contestants}
    for _ in range(plan.rounds):
        for contestant in contestants:
            turns[contestant.name].append(one(stage, contestant, plan))
    return turns


def one(stage: Stage, contestant: Contestant, plan: Plan, *, connections: int = CONNECTIONS) -> Turn:
    """Let one contestant take one turn; errors as ``take``."""
    stage.upstream.reset()
    cpu, redis_cpu = contestant.cpu_seconds(), usage.cpu_seconds(stage.redis_pid)
    tally = closed(contestant.target, connections=connections, clicks=plan.slice_clicks, seconds=plan.slice_seconds)
    cpu, redis_cpu = contestant.cpu_seconds() - cpu, usage.cpu_seconds(stage.redis_pid) - redis_cpu
    if not tally.good:
        raise NoGoodAnswer(f"{contestant.name}: {dict(tally.faults)}")
    return Turn(tally, cpu, redis_cpu, stage.upstream.seen().calls)


def cpu(turns: Sequence[Turn]) -> list[float]:
    """Return the CPU per click of each turn, in milliseconds."""
    return [turn.cpu_per_click for turn in turns]


def rate(turns: Sequence[Turn]) -> list[float]:
    """Return the good answers per second of each turn."""
    return [turn.tally.per_second for turn in turns]


def faults(turns: Mapping[str, Sequence[Turn]]) -> str:
    """Return what went wrong in any turn, empty where nothing did."""
    return "; ".join(
        f"{name}: {told(wrong)}"
        for name, taken in turns.items()
        if (wrong := sum((turn.tally.faults for turn in taken), Counter[str]()))
    )


def row(name: str, turns: Sequence[Turn], empty: Sequence[Turn]) -> list[str]:
    """Return a contestant's line of a table.

    Args:
        name: the contestant's.
        turns: its own.
        empty: those of the empty application, to compare with.
    """
    per_click = figures.median(cpu(turns))
    return [
        name,
        f"{per_click:.3f}",
        f"± {figures.spread(cpu(turns)):.0%}",
        f"{figures.ratio(cpu(turns), cpu(empty)):.2f} {TIMES}",
        f"{figures.median([turn.redis_per_click for turn in turns]):.3f}",
        f"{figures.median(rate(turns)):,.0f}",
        f"{figures.median([turn.cpu / turn.tally.seconds for turn in turns]):.0%}",
    ]


COLUMNS = ("", "CPU per click, ms", "spread", "of an empty Flask 302", "Redis, ms", "clicks/s", "core in use")
