"""The memory of a worker with many clicks under way, and how it grows over many clicks."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bench import people, usage
from bench.contestants import gateway
from bench.contestants.contestant import Contestant
from bench.findings import Findings, Table, at_most, told
from bench.load import closed
from bench.plan import Plan
from bench.stage import Stage
from bench.usage import Memory

PEOPLE = 500
BUSY_SECONDS = 4.0
BUSY_UPSTREAM_SECONDS = 0.2
CLICKS_AT_ONCE = 256
CLICKS_AT_MOST = 100_000
PAUSE_SECONDS = 0.25
MOST_SECONDS = 300.0
MIB = 1024**2
MOST_MIB = 80.0
GROWTH_PERCENT = 5.0
_PERCENT = 100

_NOTE = (
    "One worker, TalentLMS over TLS; while measured, it answers after 200 ms and 256 clicks are under way, "
    "before and after the clicks in between. The largest of the samples counts. RSS are all "
    "pages of the worker, PSS divides those that it shares with gunicorn's master."
)


@dataclass(frozen=True)
class Sample:
    """A worker at one moment.

    Attributes:
        memory: what it keeps.
        threads: how many threads it has.
    """

    memory: Memory
    threads: int


def run(stage: Stage, plan: Plan) -> Findings:
    """Measure."""
    signed_in = people.signed_in(stage.redis_url, PEOPLE)
    contestant = gateway.start(stage, signed_in, gateway.UNLIMITED, cores=[stage.cores.contestants])
    idle = _sample(contestant)
    before = _busy(stage, contestant)
    stage.upstream.set()
    between = closed(contestant.target, connections=16, clicks=plan.growth_clicks, seconds=MOST_SECONDS)
    after = _busy(stage, contestant)
    stage.processes.end(contestant.process)
    growth = (after.memory.resident / before.memory.resident - 1) * _PERCENT
    wrong = told(between.faults)
    largest = max(before.memory.resident, after.memory.resident) / MIB
    return Findings(
        goals=[
            at_most(f"memory per worker, {CLICKS_AT_ONCE} clicks under way, RSS", MOST_MIB, largest, " MiB"),
            at_most(f"growth over {between.good:,} clicks", GROWTH_PERCENT, growth, " %", faults=wrong),
        ],
        tables=[
            Table(
                "Memory of one worker",
                ("", "RSS, MiB", "PSS, MiB", "threads"),
                [_row("idle", idle), _row("busy", before), _row(f"busy, {between.good:,} clicks later", after)],
                _NOTE,
            )
        ],
    )


def _busy(stage: Stage, contestant: Contestant) -> Sample:
    """Return the largest sample of a worker with many clicks under way."""
    stage.upstream.set(latency=BUSY_UPSTREAM_SECONDS)
    with ThreadPoolExecutor(1) as beside:
        samples = beside.submit(_samples, contestant)
        closed(contestant.target, connections=CLICKS_AT_ONCE, clicks=CLICKS_AT_MOST, seconds=BUSY_SECONDS)
    return max(samples.result(), key=lambda sample: sample.memory.resident)


def _samples(contestant: Contestant) -> list[Sample]:
    samples = []
    end = time.monotonic() + BUSY_SECONDS
    while time.monotonic() < end:
        samples.append(_sample(contestant))
        time.sleep(PAUSE_SECONDS)
    return samples


def _sample(contestant: Contestant) -> Sample:
    worker = contestant.workers()[0]
    return Sample(usage.memory(worker), usage.threads(worker))


def _row(name: str, sample: Sample) -> list[str]:
    sizes = (sample.memory.resident / MIB, sample.memory.proportional / MIB)
    return [name, *(f"{size:.1f}" for size in sizes), str(sample.threads)]
