"""What the log and the metrics cost of a click."""

from dataclasses import replace

from bench import figures, people, turns
from bench.contestants import gateway
from bench.findings import TIMES, Findings, Table, at_most
from bench.plan import Plan
from bench.stage import Stage

PEOPLE = 500
MOST_TIMES = 1.10
SHORTER = 8
"""Turns are so many times shorter than those of other scenarios, and so many more: of what differs by a few percent, a
machine's speed must not change from one turn to the next."""
_NEITHER, _LOG, _BOTH = "neither log nor metrics", "the log", "the log and the metrics"

_COLUMNS = (*turns.COLUMNS[:3], "of one with neither", *turns.COLUMNS[4:])

_NOTE = (
    "The same gateway three times, each with one worker on the same core, as for *CPU per click*: with "
    "`GATEWAY_LOG_LEVEL = error`, so that a click writes no line; with `info`, the default, at which it writes two; "
    "and with `GATEWAY_METRICS_BIND` besides, so that metrics and the operator's page are kept. The log is written "
    "into a file. What `trace` keeps in Redis is part of all three."
)


def run(stage: Stage, plan: Plan) -> Findings:
    """Measure."""
    stage.upstream.set()
    signed_in = people.signed_in(stage.redis_url, PEOPLE)
    core = [stage.cores.contestants]
    shapes = {
        _NEITHER: gateway.Shape(log_level="error"),
        _LOG: gateway.Shape(),
        _BOTH: gateway.Shape(metrics=True),
    }
    contestants = [gateway.start(stage, signed_in, shape, cores=core, name=name) for name, shape in shapes.items()]
    short = replace(plan, rounds=plan.rounds * SHORTER, slice_seconds=plan.slice_seconds / SHORTER)
    taken = turns.take(stage, contestants, short)
    for contestant in contestants:
        stage.processes.end(contestant.process)
    without = taken[_NEITHER]
    return Findings(
        goals=[
            at_most(
                "CPU per click with the log and the metrics, beside a click with neither",
                MOST_TIMES,
                figures.ratio(turns.cpu(taken[_BOTH]), turns.cpu(without)),
                f" {TIMES}",
                faults=turns.faults(taken),
            )
        ],
        tables=[
            Table(
                "What the log and the metrics cost",
                _COLUMNS,
                [turns.row(name, own, without) for name, own in taken.items()],
                _NOTE,
            )
        ],
    )
