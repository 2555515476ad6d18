"""What a click costs that has to wait for the budget, and one that is refused."""

from collections import Counter
from dataclasses import replace
from http import HTTPStatus

from bench import figures, people, turns
from bench.contestants import empty_flask, gateway
from bench.contestants.contestant import Contestant
from bench.contestants.gateway import UNREACHED_PER_5_SECONDS, UNREACHED_PER_HOUR, Shape
from bench.findings import TIMES, Findings, Goal, Table, at_most, exactly, told
from bench.http_client import Answer
from bench.plan import Plan
from bench.stage import Stage

PEOPLE = 500
_SERVED = "a link, for one whose turn had come"
EMPTY_TIMES = 1.5
SHAPES = {
    "waiting for the short window": Shape(per_hour=UNREACHED_PER_HOUR, per_5_seconds=1),
    "refused, the hour is spent": Shape(per_hour=1, per_5_seconds=UNREACHED_PER_5_SECONDS),
}

_NOTE = (
    "As above, with limits so low that nearly every click is told to come again: the 503 with its page, asked for anew "
    "by the same 500 people. The few links, for those whose turn comes, count for nobody, though their CPU does."
)


def run(stage: Stage, plan: Plan) -> Findings:
    """Measure."""
    stage.upstream.set()
    signed_in = people.signed_in(stage.redis_url, PEOPLE)
    core = [stage.cores.contestants]
    contestants = [
        *(
            _told_to_wait(gateway.start(stage, signed_in, shape, cores=core, name=name))
            for name, shape in SHAPES.items()
        ),
        empty_flask.start(stage),
    ]
    try:
        taken = turns.take(stage, contestants, plan)
    except turns.NoGoodAnswer as instead:
        return Findings(goals=[_unmeasured(str(instead))])
    finally:
        for contestant in contestants:
            stage.processes.end(contestant.process)
    empty = taken["empty Flask"]
    rows = [turns.row(name, own, empty) for name, own in taken.items()]
    return Findings(
        goals=[
            at_most(
                _what(name),
                EMPTY_TIMES,
                figures.ratio(turns.cpu(taken[name]), turns.cpu(empty)),
                f" {TIMES}",
                faults=_faults(taken[name]),
            )
            for name in SHAPES
        ],
        tables=[Table("A click that is told to come again", turns.COLUMNS, rows, _NOTE)],
    )


def _what(name: str) -> str:
    return f"CPU of a click that is {name}, beside an empty Flask 302"


def _told_to_wait(contestant: Contestant) -> Contestant:
    return replace(contestant, target=replace(contestant.target, check=_waits))


def _waits(answer: Answer) -> str:
    if answer.status == HTTPStatus.FOUND:
        return _SERVED
    if answer.status == HTTPStatus.SERVICE_UNAVAILABLE and answer.header("Retry-After"):
        return ""
    return f"{answer.status} instead of 503 with Retry-After"


def _faults(own: list[turns.Turn]) -> str:
    """Return what went wrong: links are, at one per five seconds, as many as turns came, and no fault."""
    wrong = sum((turn.tally.faults for turn in own), Counter[str]())
    wrong.pop(_SERVED, None)
    return told(wrong)


def _unmeasured(instead: str) -> Goal:
    return exactly(
        "CPU of a click that waits or is refused", f"≤ {EMPTY_TIMES:g} {TIMES}", f"not measured: {instead}", held=False
    )
