"""CPU per click and clicks per second and core, beside everybody else; TalentLMS calls per click."""

from bench import figures, people, turns
from bench.contestants import apache, empty_flask, gateway, nginx, script
from bench.contestants.contestant import Contestant
from bench.findings import TIMES, Bar, Findings, Goal, Table, at_least, at_most, exactly
from bench.plan import Plan
from bench.stage import Stage
from bench.turns import Turn

PEOPLE = 500
EMPTY_TIMES = 3.0
SCRIPT_TIMES = 30.0

_NOTE = (
    "Every contestant has one worker on the same core; load, Redis and the stand-in for TalentLMS, which answers at "
    "once, have the other. The contestants take turns, round after round; 16 kept connections click as fast as answers "
    "come. CPU is the user and system time of the server's processes; figures are medians over the rounds, the spread "
    "is half the range, ratios are medians of the ratios within a round. A turn ends after 9,000 clicks, before any "
    "limit of calls binds. nginx does not fill its core: its clicks per second are the load generator's."
)


def run(stage: Stage, plan: Plan) -> Findings:
    """Measure."""
    stage.upstream.set()
    contestants = _contestants(stage)
    taken = turns.take(stage, contestants, plan)
    for contestant in contestants:
        stage.processes.end(contestant.process)
    empty = taken["empty Flask"]
    return Findings(
        goals=_goals(taken),
        tables=[
            Table("CPU per click", turns.COLUMNS, [turns.row(name, own, empty) for name, own in taken.items()], _NOTE)
        ],
        bars=[Bar(name, figures.median(turns.cpu(own)), name.startswith("gateway")) for name, own in taken.items()],
    )


def _contestants(stage: Stage) -> list[Contestant]:
    signed_in = people.signed_in(stage.redis_url, PEOPLE)
    core = [stage.cores.contestants]
    return [
        gateway.start(stage, signed_in, gateway.Shape(), cores=core, name="gateway, TLS"),
        gateway.start(stage, signed_in, gateway.Shape(tls=False), cores=core, name="gateway, no TLS"),
        script.start(stage, tls=True, name="script by hand, TLS"),
        script.start(stage, tls=False, name="script by hand, no TLS"),
        empty_flask.start(stage),
        apache.start(stage),
        nginx.start(stage),
    ]


def _goals(taken: dict[str, list[Turn]]) -> list[Goal]:
    ours, by_hand = taken["gateway, TLS"], taken["script by hand, TLS"]
    wrong = turns.faults(taken)
    return [
        at_most(
            "CPU per click, everything on, upstream over TLS, beside an empty Flask 302",
            EMPTY_TIMES,
            figures.ratio(turns.cpu(ours), turns.cpu(taken["empty Flask"])),
            f" {TIMES}",
            faults=wrong,
        ),
        at_least(
            "CPU per click of the script by hand, upstream over TLS, beside the gateway's",
            SCRIPT_TIMES,
            figures.ratio(turns.cpu(by_hand), turns.cpu(ours)),
            f" {TIMES}",
        ),
        _calls(ours + taken["gateway, no TLS"]),
    ]


def _calls(own: list[Turn]) -> Goal:
    calls, clicks = sum(turn.calls for turn in own), sum(turn.tally.good for turn in own)
    return exactly(
        "TalentLMS calls per click, steady state", "exactly 1", f"{calls:,} for {clicks:,} clicks", held=calls == clicks
    )
