"""One address attacks while people go on with their work: everybody is served, and nobody pays for it.

All of it comes from one address, as behind a proxy that the settings do not name. What is counted does not depend on
how fast the machine is; the people's clicks are made at a rate that it can bear. ``make soak`` goes on for many rounds,
each of which is longer and has more people and sign-ins.
"""

import json
import math
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import uvloop

from bench.load import FreshLinks
from bench.people import signed_in
from tests.journeys.attack import COURSE, PEOPLE, ROUNDS, SIGN_INS, Outcome, Round, adversarial_requests, affordable
from tests.journeys.backing_services import start_portal, start_redis
from tests.journeys.gateway_process import gateway_at

SEEDED = 20
"""TalentLMS ids up to here are those of accounts that the sandbox comes with."""
BUCKET, BUCKET_PER_SECOND = 20, 1
"""What ``TALENTLMS_CALLS_PER_PERSON`` grants by default."""
MOST_LOG = 2560
"""Bytes of log that one request may write."""

pytestmark = pytest.mark.timeout(600 * ROUNDS)


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return tmp_path_factory.mktemp("attack")


@pytest.fixture(scope="module")
def own_portal(here):
    """A TalentLMS whose limits do not bind, with a learner for everybody who clicks."""
    portal = start_portal(here, "api-key-of-the-attacked")
    for user_id in range(SEEDED + 1, SEEDED + PEOPLE + 2):
        portal.control.add_user(f"person.{user_id}@example.com", id=user_id)
        portal.control.enrol(user_id, 12)
    yield portal
    portal.process.stop()


@pytest.fixture(scope="module")
def own_redis(here):
    server = start_redis(here)
    yield server
    server.process.stop()


@pytest.fixture(scope="module")
def attacked(here, addresses, own_portal, provider, own_redis):
    """A gateway of two workers that keeps a budget, though one that does not bind."""
    settings = {
        "TALENTLMS_CALLS_PER_HOUR": "1000000",
        "TALENTLMS_CALLS_PER_5_SECONDS": "10000",
        "TALENTLMS_CALLS_PER_PERSON": f"{BUCKET},{BUCKET_PER_SECOND},5%",
    }
    gateway = gateway_at(addresses["attacked"], here, own_portal, provider, own_redis.url(), settings)
    yield gateway.start()
    gateway.end()


@pytest.fixture(scope="module")
def everybody(own_redis):
    """People who are signed in: those who click in turn, and one more."""
    *people, greedy = signed_in(own_redis.url(), SEEDED + PEOPLE + 1)[SEEDED:]
    return people, greedy


@pytest.fixture(scope="module")
def outcome(attacked, own_portal, everybody, provider):
    """What came of the attack, and the calls for people that TalentLMS counted meanwhile."""
    people, greedy = everybody
    port = int(attacked.url.rpartition(":")[2])
    links = FreshLinks(own_portal.url)
    authorization = f"{provider.issuer}/"

    def is_sign_in(answer):
        return answer.status == 302 and answer.header("Location").startswith(authorization)

    calls = []
    with ThreadPoolExecutor(1) as aside:  # in this thread the browser of other journeys may have a loop that runs
        came = Outcome(aside.submit(lambda: uvloop.run(affordable(port, people, links))).result())
        for _ in range(ROUNDS):
            own_portal.control.clear_calls()
            one = Round(came, port, people, greedy, links, is_sign_in)
            aside.submit(lambda one=one: uvloop.run(one.run())).result()
            calls += [call for call in own_portal.control.calls() if "user_id" in call.arguments]
    return came, calls


def test_everybody_who_clicks_meanwhile_gets_a_link(outcome):
    came, _ = outcome

    assert came.faults == Counter(), f"at {came.rate:.0f} clicks a second, of {came.clicks.total()}"
    assert len(came.clicks) == PEOPLE


def test_every_click_costs_one_call(outcome, everybody):
    came, calls = outcome
    _, greedy = everybody
    by_person = Counter(int(call.arguments["user_id"]) for call in calls)
    del by_person[greedy.user_id]

    assert by_person == came.clicks
    assert {(call.operation, call.status) for call in calls} == {("gotocourse", 200)}


def test_who_clicks_as_fast_as_answers_come_spends_no_more_than_a_bucket(outcome, everybody):
    came, calls = outcome
    _, greedy = everybody
    theirs = [call for call in calls if call.arguments["user_id"] == str(greedy.user_id)]

    assert set(came.greedy) == {"302", "wait"}
    assert came.greedy["302"] == len(theirs)
    assert BUCKET <= len(theirs) <= BUCKET + BUCKET_PER_SECOND * math.ceil(came.ended - came.began)


def test_every_sign_in_that_was_begun_leads_to_the_provider(outcome):
    came, _ = outcome

    assert set(came.sign_ins) == {"302"}
    assert came.sign_ins["302"] == SIGN_INS * ROUNDS


def test_whatever_is_sent_is_answered_and_is_no_fault_of_the_gateways(outcome, attacked):
    came, _ = outcome

    assert came.adversarial.total() >= len(adversarial_requests(int(attacked.url.rpartition(":")[2])))
    assert {told for told in came.adversarial if not told.startswith(("3", "4"))} == set()
    assert [event for event in attacked.events() if event["event"] == "problem.unforeseen"] == []


def test_no_request_writes_more_than_two_and_a_half_kilobytes_of_log(outcome, attacked):
    written = Counter()
    for line in attacked.text().splitlines():
        if line.startswith("{"):
            written[json.loads(line)["reference"]] += len(line.encode())
    del written["-"]

    assert [(reference, size) for reference, size in written.items() if size > MOST_LOG] == []


def test_a_new_person_signs_in_from_the_address_of_the_attack(outcome, attacked, visit, newcomer):
    visitor = visit(attacked.url, newcomer.login)

    assert newcomer.name in visitor.go(COURSE).text
