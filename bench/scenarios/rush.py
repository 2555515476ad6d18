"""The Monday rush: more people than the budget has calls, and a browser each that waits its turn."""

import asyncio
import re
import time
from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

import uvloop

from bench import figures, people
from bench.contestants import gateway
from bench.contestants.contestant import PATH, Contestant
from bench.findings import TIMES, Findings, Goal, Table, at_most, exactly, told
from bench.http_client import Answer, Broken, connect
from bench.load import PATIENCE_SECONDS, at_their_times, request
from bench.people import Person
from bench.plan import Plan
from bench.ports import HOST
from bench.stage import Stage

UPSTREAM_SECONDS = 0.05
INSTANCES = 2
WORKERS = 2
LEAST_TIMES = 1.1
ORDER_SECONDS = 1.0
GIVE_UP_TIMES = 2.5
"""After so many times the least possible time nobody waits any more."""
LEAST_PAUSE_SECONDS = 1.0

_REFRESH = re.compile(r"\s*([0-9]+)(?:\s*[;,]\s*(?:url\s*=\s*)?[\"']?([^\"']+))?", re.IGNORECASE)
_NOTE = (
    "Two gateway instances of two workers share one Redis; TalentLMS, over TLS, answers after 50 ms, and throttles "
    "beyond its limit within any five seconds. Browsers follow the waiting page's `Refresh` until they have a link. "
    "The least possible time is that of calls made the moment the limit allows. Somebody overtakes whose call reaches "
    "TalentLMS before that of a person who asked earlier."
)


@dataclass
class Visit:
    """One person's way to a link.

    Attributes:
        person: who.
        asked: when they clicked, seconds of the monotonic clock; 0 for not yet.
        served: when the link was there; 0 for never.
        waits: how many waiting pages they saw.
        fault: what went wrong, empty where nothing did.
    """

    person: Person
    asked: float = 0.0
    served: float = 0.0
    waits: int = 0
    fault: str = ""


@dataclass(frozen=True)
class Rush:
    """What happened.

    Attributes:
        visits: everybody's, in the order of their clicks.
        reached: when each person's call reached TalentLMS, by user id.
        calls: how many calls TalentLMS counted.
        throttled: how many it refused.
    """

    visits: list[Visit]
    reached: dict[int, float]
    calls: int
    throttled: int


def run(stage: Stage, plan: Plan) -> Findings:
    """Measure."""
    rush = _rush(stage, plan)
    asked = [visit.asked for visit in rush.visits]
    least = figures.least_times(asked, plan.rush_limit)[-1] + UPSTREAM_SECONDS - asked[0]
    served = [visit for visit in rush.visits if visit.served]
    last = max((visit.served for visit in served), default=asked[0]) - asked[0]
    goals = _goals(rush, plan, last / least)
    rows = [
        ["clicks", f"{len(rush.visits):,}"],
        ["served", f"{len(served):,}"],
        ["least possible time, s", f"{least:.1f}"],
        ["last served after, s", f"{last:.1f}"],
        ["waiting pages per click", f"{sum(visit.waits for visit in rush.visits) / len(rush.visits):.1f}"],
        ["calls that TalentLMS counted", f"{rush.calls:,}"],
    ]
    return Findings(goals=goals, tables=[Table("The Monday rush", ("", ""), rows, _NOTE)])


def _goals(rush: Rush, plan: Plan, times: float) -> list[Goal]:
    visits = rush.visits
    wrong = Counter(visit.fault for visit in visits if visit.fault)
    served = sum(1 for visit in visits if visit.served and not visit.fault)
    reached = [visit for visit in visits if visit.person.user_id in rush.reached]
    overtaken = figures.overtaking(
        [visit.asked for visit in reached], [rush.reached[visit.person.user_id] for visit in reached]
    )
    what = f"Monday rush, {len(visits):,} clicks in {plan.rush_seconds:g} s, {plan.rush_limit} per 5 s"
    return [
        exactly(
            f"{what}: all served",
            f"{len(visits):,}",
            "; ".join(filter(None, (f"{served:,}", told(wrong)))),
            held=served == len(visits),
        ),
        exactly(f"{what}: TalentLMS throttles", "never", f"{rush.throttled} times", held=rush.throttled == 0),
        at_most(
            f"{what}: the last, beside the least possible time", LEAST_TIMES, times, f" {TIMES}", faults=told(wrong)
        ),
        at_most(f"{what}: overtaken by at most", ORDER_SECONDS, overtaken, " s"),
        exactly(f"{what}: calls", f"{len(visits):,}", f"{rush.calls:,}", held=rush.calls == len(visits)),
    ]


def _rush(stage: Stage, plan: Plan) -> Rush:
    signed_in = people.signed_in(stage.redis_url, plan.rush_clicks)
    shape = gateway.Shape(per_hour=gateway.UNREACHED_PER_HOUR, per_5_seconds=plan.rush_limit, workers=WORKERS)
    instances = [gateway.start(stage, [], shape, cores=stage.cores.both) for _ in range(INSTANCES)]
    stage.upstream.set(latency=UPSTREAM_SECONDS, limit=plan.rush_limit)
    visits = [Visit(person) for person in signed_in]
    least = plan.rush_clicks / plan.rush_limit * figures.WINDOW_SECONDS
    uvloop.run(_all(visits, instances, plan, time.monotonic() + GIVE_UP_TIMES * max(least, plan.rush_seconds)))
    for instance in instances:
        stage.processes.end(instance.process)
    seen = stage.upstream.seen()
    return Rush(visits, {user: moment for moment, user in reversed(seen.served)}, seen.calls, seen.throttled)


async def _all(visits: list[Visit], instances: list[Contestant], plan: Plan, end: float) -> None:
    step = plan.rush_seconds / len(visits)
    steps = [(number * step, visit) for number, visit in enumerate(visits)]
    await at_their_times(steps, lambda visit: _visit(visit, instances, end))


async def _visit(visit: Visit, instances: list[Contestant], end: float) -> None:
    """Click, and do as the waiting page says; a load balancer sends each asking to the next instance."""
    visit.asked = time.monotonic()
    path = PATH
    while not visit.served and not visit.fault:
        instance = instances[(visit.person.user_id + visit.waits) % len(instances)]
        answer = await _ask(visit, instance, path)
        if answer is None:
            return
        if answer.status != HTTPStatus.SERVICE_UNAVAILABLE:
            visit.fault = instance.target.check(answer)
            visit.served = 0.0 if visit.fault else answer.ended
            return
        visit.waits += 1
        seconds, path = again(answer, path)
        if time.monotonic() + seconds > end:
            visit.fault = "still waiting when the benchmark gave up"
        else:
            await asyncio.sleep(seconds)


async def _ask(visit: Visit, instance: Contestant, path: str) -> Answer | None:
    connection = None
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            connection = await connect(HOST, instance.target.port)
            return await connection.ask(request(instance.target.port, path, visit.person.cookie))
    except (Broken, TimeoutError) as error:
        visit.fault = f"no answer: {error or type(error).__name__}"
        return None
    finally:
        if connection is not None:
            connection.close()


def again(answer: Answer, path: str) -> tuple[float, str]:
    """Return after how many seconds a browser asks again, and for which path.

    Args:
        answer: a 503; its ``Refresh`` header counts, without one a person's patience with ``Retry-After``.
        path: what was asked for.
    """
    found = _REFRESH.match(answer.header("Refresh"))
    if found:
        parts = urlsplit(urljoin(path, found[2] or path))
        return float(found[1]), parts.path + (f"?{parts.query}" if parts.query else "")
    told = answer.header("Retry-After")
    return (float(told) if told.isdigit() else LEAST_PAUSE_SECONDS), path
