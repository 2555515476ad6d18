"""The memory of a worker with everything aboard and many clicks under way, and how it grows over many clicks."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from bench import people, postgresql, usage
from bench.contestants import gateway
from bench.contestants.contestant import Contestant
from bench.findings import Findings, Table, at_most, told
from bench.load import Tally, closed
from bench.people import Person
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
MOST_MIB = 110.0
GROWTH_PERCENT = 5.0
STILL_PERCENT = 1.0
"""What counts as no growth: a sample is that of a moment."""
_PERCENT = 100

_NOTE = (
    "One worker, TalentLMS over TLS, PostgreSQL. Alembic is loaded by none but a worker that changes the tables, and "
    "stays there until it is started anew; with a SQLite file psycopg is not loaded either. While measured, TalentLMS "
    "answers after 200 ms and 256 clicks are under way; between that it answers at once. The largest of the samples "
    "counts. RSS are all pages of the worker, PSS divides those that it shares with gunicorn's master."
)


def run(stage: Stage, plan: Plan) -> Findings:
    """Measure."""
    signed_in = people.signed_in(stage.redis_url, PEOPLE)
    server = postgresql.start(stage, "memory")
    first_ever = _gateway(stage, signed_in, server.url)
    with_alembic = usage.memory(first_ever.workers()[0])
    stage.processes.end(first_ever.process)
    contestant = _gateway(stage, signed_in, server.url)
    idle, before = usage.memory(contestant.workers()[0]), _busy(stage, contestant)
    first, then = _clicks(stage, contestant, plan.growth_clicks), _busy(stage, contestant)
    second, later = _clicks(stage, contestant, plan.growth_clicks // 2), _busy(stage, contestant)
    stage.processes.end(contestant.process)
    stage.processes.end(server.process)
    largest = max(before.resident, then.resident, later.resident) / MIB
    wrong = told(sum((tally.faults for tally in (first, second)), Counter()))
    return Findings(
        goals=[
            at_most(f"memory per worker, {CLICKS_AT_ONCE} clicks under way, RSS", MOST_MIB, largest, " MiB"),
            at_most(f"growth over {first.good:,} clicks", GROWTH_PERCENT, _growth(before, then), " %", faults=wrong),
            at_most(f"growth over the next {second.good:,}", STILL_PERCENT, _growth(then, later), " %"),
        ],
        tables=[
            Table(
                "Memory of one worker",
                ("", "RSS, MiB", "PSS, MiB"),
                [
                    _row("idle, having made the tables", with_alembic),
                    _row("idle, with tables that were there", idle),
                    _row("busy", before),
                    _row(f"busy, {first.good:,} clicks later", then),
                    _row(f"busy, another {second.good:,} clicks later", later),
                ],
                _NOTE,
            )
        ],
    )


def _gateway(stage: Stage, signed_in: list[Person], database_url: str) -> Contestant:
    shape = replace(gateway.WITHOUT_WINDOW, database_url=database_url)
    return gateway.start(stage, signed_in, shape, cores=[stage.cores.contestants])


def _clicks(stage: Stage, contestant: Contestant, clicks: int) -> Tally:
    stage.upstream.set()
    return closed(contestant.target, connections=16, clicks=clicks, seconds=MOST_SECONDS)


def _busy(stage: Stage, contestant: Contestant) -> Memory:
    """Return the largest sample of a worker with many clicks under way."""
    stage.upstream.set(latency=BUSY_UPSTREAM_SECONDS)
    with ThreadPoolExecutor(1) as beside:
        samples = beside.submit(_samples, contestant.workers()[0])
        closed(contestant.target, connections=CLICKS_AT_ONCE, clicks=CLICKS_AT_MOST, seconds=BUSY_SECONDS)
    return max(samples.result(), key=lambda memory: memory.resident)


def _samples(worker: int) -> list[Memory]:
    samples = []
    end = time.monotonic() + BUSY_SECONDS
    while time.monotonic() < end:
        samples.append(usage.memory(worker))
        time.sleep(PAUSE_SECONDS)
    return samples


def _growth(before: Memory, after: Memory) -> float:
    return (after.resident / before.resident - 1) * _PERCENT


def _row(name: str, memory: Memory) -> list[str]:
    return [name, f"{memory.resident / MIB:.1f}", f"{memory.proportional / MIB:.1f}"]
