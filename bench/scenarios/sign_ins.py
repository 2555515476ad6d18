"""What a sign-in costs, of new people and of known ones, with either database."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bench import browser, figures, people, postgresql, usage
from bench.browser import SignIns
from bench.contestants import gateway
from bench.contestants.contestant import Contestant
from bench.findings import Findings, Goal, Table, exactly, told
from bench.plan import Plan
from bench.ports import HOST
from bench.stage import Stage
from sandbox.idp.control_client import Control

AT_ONCE = 8
KINDS = {"new": 2, "known": 1}
"""Calls of TalentLMS: the look-up of the account by its address, and the link."""
_MILLI = 1000

_NOTE = (
    "From the click of somebody without a session to their link: `/login`, the identity provider, `/callback/default`, "
    "`/go/course/12`, by 8 browsers at a time that follow the redirects. New people have an account at TalentLMS, "
    "which is looked up by its verified address and remembered; of known people the database says whose it is. One "
    "worker on its own core; load, Redis, PostgreSQL, the stand-in for TalentLMS, over TLS, and the sandbox's identity "
    "provider have the other. Both databases write to disk what they commit. Sign-ins per second and core are what the "
    "gateway's CPU would allow; those of the run are also bounded by the provider, which fills the other core."
)


@dataclass(frozen=True)
class Pass:
    """A number of people who signed in.

    Attributes:
        done: what came of it.
        cpu: seconds of CPU that the gateway used.
        database_cpu: the same of PostgreSQL; 0 for SQLite, whose work is the gateway's own.
        calls: calls that the stand-in for TalentLMS counted.
    """

    done: SignIns
    cpu: float
    database_cpu: float
    calls: int


def run(stage: Stage, plan: Plan) -> Findings:
    """Measure."""
    stage.upstream.set()
    people.signed_in(stage.redis_url, 0)
    rounds = list(_rounds(stage, plan))
    server = postgresql.start(stage, "sign-ins")
    taken = {
        "SQLite": _with(stage, rounds, f"sqlite:///{stage.directory / 'sign-ins.db'}", []),
        "PostgreSQL": _with(stage, rounds, server.url, [server.process.pid]),
    }
    stage.processes.end(server.process)
    return Findings(
        goals=[
            _calls(kind, calls, [one for passes in taken.values() for one in passes[kind]])
            for kind, calls in KINDS.items()
        ],
        tables=[
            Table(
                "Sign-ins",
                ("", "CPU per sign-in, ms", "spread", "PostgreSQL, ms", "sign-ins/s and core", "sign-ins/s of the run"),
                [_row(f"{kind} people, {name}", passes[kind]) for name, passes in taken.items() for kind in KINDS],
                _NOTE,
            )
        ],
    )


def _rounds(stage: Stage, plan: Plan) -> Iterator[list[str]]:
    """Make people known to the provider, others for each round and one for the beginning."""
    provider = Control(stage.provider.issuer)
    provider.settings(auto_pick=True)
    for number in range(plan.sign_in_rounds + 1):
        first = number * plan.sign_ins
        yield [_known_to(provider, person) for person in range(first + 1, first + 1 + plan.sign_ins)]


def _known_to(provider: Control, number: int) -> str:
    return provider.add_person(
        f"person.{number}",
        sub=f"00u{number:017d}",
        given_name="Kim",
        family_name="Lee",
        preferred_username=f"person.{number}",
        email=f"person.{number}@example.com",
        email_verified=True,
    )


def _with(stage: Stage, rounds: Sequence[list[str]], url: str, database: list[int]) -> dict[str, list[Pass]]:
    shape = replace(gateway.Shape(), database_url=url, issuer=stage.provider.issuer)
    contestant = gateway.start(stage, [], shape, cores=[stage.cores.contestants])
    callback = f"http://{HOST}:{contestant.target.port}/callback/default"
    Control(stage.provider.issuer).client(redirect_uris=[callback])
    taken: dict[str, list[Pass]] = {kind: [] for kind in KINDS}
    for number, someone in enumerate(rounds):
        for kind in KINDS:
            one = _pass(stage, contestant, someone, database)
            if number:  # the first warms up
                taken[kind].append(one)
    stage.processes.end(contestant.process)
    return taken


def _pass(stage: Stage, contestant: Contestant, someone: list[str], database: list[int]) -> Pass:
    stage.upstream.reset()
    target = contestant.target
    cpu, database_cpu = contestant.cpu_seconds(), usage.cpu_seconds(*database)
    done = browser.sign_in(someone, target.port, target.check, AT_ONCE)
    cpu, database_cpu = contestant.cpu_seconds() - cpu, usage.cpu_seconds(*database) - database_cpu
    return Pass(done, cpu, database_cpu, stage.upstream.seen().calls)


def _calls(kind: str, each: int, passes: list[Pass]) -> Goal:
    good, calls = sum(one.done.good for one in passes), sum(one.calls for one in passes)
    wrong = told(sum((one.done.faults for one in passes), Counter()))
    measured = "; ".join(filter(None, (f"{calls:,} for {good:,} sign-ins", wrong)))
    what = f"TalentLMS calls per sign-in of {kind} people"
    return exactly(what, f"exactly {each}", measured, held=calls == each * good and not wrong)


def _row(name: str, passes: list[Pass]) -> list[str]:
    each = [one.cpu / max(1, one.done.good) * _MILLI for one in passes]
    cpu = figures.median(each)
    return [
        name,
        f"{cpu:.2f}",
        f"± {figures.spread(each):.0%}",
        f"{figures.median([one.database_cpu / max(1, one.done.good) * _MILLI for one in passes]):.2f}",
        f"{_MILLI / cpu:.0f}",
        f"{figures.median([one.done.per_second for one in passes]):.0f}",
    ]
