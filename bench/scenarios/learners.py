"""Whether a click costs more, or a worker keeps more, where many learners are known."""

from dataclasses import dataclass, replace

from bench import figures, people, turns, usage
from bench.contestants import gateway
from bench.findings import Findings, Table, at_most
from bench.plan import Plan
from bench.stage import Stage
from bench.turns import Turn

FLAT_PERCENT = 10.0
MIB = 1024**2
_PERCENT = 100

_NOTE = (
    "One worker on its own core, TalentLMS over TLS answering at once. Each learner has a session in Redis, and the "
    "clicks go through all of them in turn."
)


@dataclass(frozen=True)
class Measured:
    """One number of learners.

    Attributes:
        learners: how many.
        taken: the turns.
        resident: the worker's RSS afterwards, bytes.
    """

    learners: int
    taken: list[Turn]
    resident: int

    @property
    def cpu(self) -> float:
        """Milliseconds of CPU per click."""
        return figures.median(turns.cpu(self.taken))


def run(stage: Stage, plan: Plan) -> Findings:
    """Measure."""
    stage.upstream.set()
    few, many = (_with(stage, plan, learners) for learners in plan.known_learners)
    wrong = turns.faults({str(one.learners): one.taken for one in (few, many)})
    what = f"{few.learners} → {many.learners:,} known learners"
    return Findings(
        goals=[
            at_most(
                f"{what}: CPU per click more by", FLAT_PERCENT, (many.cpu / few.cpu - 1) * _PERCENT, " %", faults=wrong
            ),
            at_most(
                f"{what}: memory per worker more by", FLAT_PERCENT, (many.resident / few.resident - 1) * _PERCENT, " %"
            ),
        ],
        tables=[
            Table(
                "Known learners",
                ("learners", "CPU per click, ms", "spread", "RSS of the worker, MiB"),
                [_row(few), _row(many)],
                _NOTE,
            )
        ],
    )


def _with(stage: Stage, plan: Plan, learners: int) -> Measured:
    signed_in = people.signed_in(stage.redis_url, learners)
    contestant = gateway.start(stage, signed_in, gateway.WITHOUT_WINDOW, cores=[stage.cores.contestants])
    taken = turns.take(stage, [contestant], replace(plan, rounds=plan.learner_rounds))[contestant.name]
    resident = usage.memory(contestant.workers()[0]).resident
    stage.processes.end(contestant.process)
    return Measured(learners, taken, resident)


def _row(one: Measured) -> list[str]:
    spread = figures.spread(turns.cpu(one.taken))
    return [f"{one.learners:,}", f"{one.cpu:.3f}", f"± {spread:.0%}", f"{one.resident / MIB:.1f}"]
