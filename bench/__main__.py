"""``python -m bench``: run the scenarios, print what they find, write ``docs/benchmark.md`` and its chart."""

import argparse
import resource
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType, MappingProxyType

from bench import chart, machine, markdown, stage
from bench.contestants.apache import NotSignedIn
from bench.findings import Findings, Goal
from bench.plan import FULL, QUICK, Plan
from bench.processes import REPOSITORY, NotStarted
from bench.scenarios import (
    burst,
    click_profile,
    clicks_first,
    cpu,
    directory,
    latency,
    learners,
    memory,
    observing,
    order_history,
    orders,
    rush,
    scim_rate,
    sign_ins,
    waiting,
    webhooks,
)
from bench.turns import NoGoodAnswer

Scenario = Callable[[stage.Stage, Plan], Findings]

SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {
        "cpu": cpu.run,
        "observing": observing.run,
        "latency": latency.run,
        "burst": burst.run,
        "waiting": waiting.run,
        "rush": rush.run,
        "signins": sign_ins.run,
        "memory": memory.run,
        "learners": learners.run,
        "webhooks": webhooks.run,
        "orders": orders.run,
        "history": order_history.run,
        "clicksfirst": clicks_first.run,
        "directory": directory.run,
        "scim": scim_rate.run,
        "profile": click_profile.run,
    }
)
"""In the order in which they run and stand in the report."""

CHART_TITLE = "CPU per click"
CHART_UNIT = "ms"
OPEN_FILES = 16_384


def main() -> None:
    """Run what is asked for; exit code 1 where something could not be measured, whatever the goals."""
    given = _arguments()
    signal.signal(signal.SIGTERM, _interrupt)
    _allow_many_connections()
    plan = QUICK if given.quick else FULL
    seconds: dict[str, float] = {}
    findings: list[Findings] = []
    try:
        with stage.running() as on:
            for name in given.only:
                began = time.monotonic()
                findings.append(_run(name, on, plan))
                seconds[name] = time.monotonic() - began
    except (stage.Unprepared, NotStarted, NotSignedIn, NoGoodAnswer) as fault:
        sys.exit(str(fault))
    except KeyboardInterrupt:
        sys.exit("ended; everything that was started is ended too")
    _say("\n" + _goals([goal for one in findings for goal in one.goals]))
    _say(_durations(seconds))
    if given.out is not None:
        _write(findings, given.out, sum(seconds.values()))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--only", type=_names, default=list(SCENARIOS), help=f"some of {','.join(SCENARIOS)}; all if left out"
    )
    parser.add_argument("--quick", action="store_true", help="a short run, to see that everything works")
    parser.add_argument("--out", type=Path, help="directory to write to; default docs/, for a whole run only")
    given = parser.parse_args()
    if given.out is None and not given.quick and given.only == list(SCENARIOS):
        given.out = REPOSITORY / "docs"
    return given


def _names(text: str) -> list[str]:
    asked = text.split(",")
    unknown = [name for name in asked if name not in SCENARIOS]
    if unknown:
        raise argparse.ArgumentTypeError(f"there is no {', '.join(unknown)}")
    return [name for name in SCENARIOS if name in asked]


def _run(name: str, on: stage.Stage, plan: Plan) -> Findings:
    _say(f"\n{name} … ({machine.load():.1f} processes wanted a core during the last minute)")
    findings = SCENARIOS[name](on, plan)
    for table in findings.tables:
        _say("\n" + markdown.table(table.columns, table.rows))
    _say(_goals(findings.goals))
    return findings


def _goals(goals: Sequence[Goal]) -> str:
    return "\n".join(
        f"{'held    ' if goal.held else 'NOT HELD'}  {goal.what}: {goal.measured} (goal {goal.wanted})"
        for goal in goals
    )


def _durations(seconds: Mapping[str, float]) -> str:
    each = ", ".join(f"{name} {taken:.0f} s" for name, taken in seconds.items())
    return f"{each}; all of it {sum(seconds.values()) / 60:.1f} min"


def _write(findings: Sequence[Findings], directory: Path, seconds: float) -> None:
    images = directory / "images"
    images.mkdir(parents=True, exist_ok=True)
    measured = f"{time.strftime('%Y-%m-%d')}, in {seconds / 60:.0f} minutes"
    page = markdown.report(findings, machine.facts(), measured)
    (directory / "benchmark.md").write_text(page)
    bars = [bar for one in findings for bar in one.bars]
    if bars:
        (images / "benchmark.svg").write_text(chart.svg(bars, CHART_TITLE, CHART_UNIT))
    _say(f"\nwritten: {directory / 'benchmark.md'}")


def _allow_many_connections() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if most == resource.RLIM_INFINITY else min(OPEN_FILES, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
