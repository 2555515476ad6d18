"""Workers are killed again and again while TalentLMS fails: in the end every paid line is enrolled, and nothing else is."""

import os
import random
import signal
import time
from contextlib import suppress

import pytest
from sqlalchemy import text

from gateway.database.order_listing import OrderListing
from gateway.database.tables import METADATA
from gateway.errors import DatabaseUnavailable
from tests.conftest import API_KEY
from tests.gateway.database.orders import orders_of
from tests.gateway.store.redis_groups import GROUPS
from tests.gateway.store.redis_server import RedisServer
from tests.gateway.test_factory import clean_environment
from tests.storm.shop import BOSS, Storm
from tests.storm.workers import begun

ORDERS = int(os.environ.get("STORM_ORDERS", "50"))
SEED = int(os.environ.get("STORM_SEED") or random.SystemRandom().randrange(10**9))
KINDS = os.environ.get("STORM_REDIS", "single").split(",")
"""How Redis is run: single, sentinel, cluster."""
WORKERS = 2
DAY = 86_400
FAULTS = (
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 502, "carried_out": True},
    {"kind": "status", "status": 503, "retry_after": 0},
    {"kind": "throttled", "retry_after": 1},
    {"kind": "slow", "seconds": 0.4},
    {"kind": "cut"},
    {"kind": "dropped", "carried_out": True},
    {"kind": "html", "status": 500},
)
CONFIG = """
[[storefronts]]
name = "shop"
kind = "standard"
webhook_secrets = ["whsec_c3Rvcm0tb2Ytb3JkZXJzLTEyMzQ1Njc4OTAxMjM0NTY="]
[storefronts.products]
INTRO = { course = 12 }
SAFETY = { course = 19 }
LAW = { course = 34 }
SALES = { course = 56 }
ALL = { category = 3 }
"""


@pytest.fixture(params=KINDS)
def redis_of_the_storm(request, tmp_path):
    folder = tmp_path / "redis"
    folder.mkdir()
    server = GROUPS.get(request.param, RedisServer)(folder)
    try:
        yield server.start()
    finally:
        server.stop()


class Workers:
    """Worker processes, of which one is killed, and another begins, whenever a test says so."""

    def __init__(self, environment, folder):
        self._environment, self._folder, self._running = environment, folder, []
        while len(self._running) < WORKERS:
            self._begin()

    def kill_one(self):
        _kill(self._running.pop(0))
        self._begin()

    def end(self):
        for process in self._running:
            _kill(process)

    def text(self):
        return (self._folder / "workers.log").read_text()

    def _begin(self):
        self._running.append(begun(self._environment, self._folder / "workers.log"))


def _kill(process):
    assert process.is_alive()
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL


@pytest.fixture
def workers(tmp_path, portal, database, database_url, redis_of_the_storm):
    made = []

    def begin():
        config = tmp_path / "gateway.toml"
        config.write_text(CONFIG)
        environment = clean_environment(
            GATEWAY_CONFIG=str(config),
            GATEWAY_DATABASE_URL=database_url.reveal(),
            GATEWAY_REDIS_URL=redis_of_the_storm.url.reveal(),
            GATEWAY_WORKER="apart",
            TALENTLMS_URL=portal.url,
            TALENTLMS_API_KEY=API_KEY,
            TALENTLMS_CALLS_PER_HOUR="0",
            TALENTLMS_CALLS_PER_5_SECONDS="0",
            TALENTLMS_CALLS_PER_PERSON="off",
        )
        made.append(Workers(environment, tmp_path))
        return made[-1]

    yield begin
    for each in made:
        each.end()


def enrolments(portal):
    state = portal.control.state()
    emails = {user["id"]: user["email"] for user in state["users"]}
    assert len(set(emails.values())) == len(emails)
    return {(emails[one["user_id"]], one["course_id"]) for one in state["enrolments"]}


def old_accounts(portal, chance):
    """Some learners had accounts, and some of these courses, for a day."""
    portal.control.add_user(BOSS, user_type="SuperAdmin")
    for number in range(0, 6, 2):
        user_id = portal.control.add_user(f"learner{number}@storm.example")
        portal.control.enrol(user_id, chance.choice((12, 19, 34, 56)))
    snapshot = portal.control.snapshot()
    for one in snapshot["enrolments"]:
        one["enrolled_on"] -= DAY
    portal.control.restore(snapshot)


def received(orders, event):
    """Deliver an event as a shop does: again, until it is taken."""
    while True:
        with suppress(DatabaseUnavailable):
            return orders.receive("shop", event)
        time.sleep(0.1)


def everything(database):
    with database.reading() as connection:
        return repr(
            [[tuple(row) for row in connection.execute(text(f"SELECT * FROM {name}"))] for name in METADATA.tables]
        )


@pytest.mark.timeout(600 + 4 * ORDERS)
def test_in_the_end_every_paid_line_is_enrolled_once_and_nothing_else_is(
    portal, database, workers, redis_of_the_storm, database_url, request
):
    print(f"STORM_SEED={SEED} STORM_ORDERS={ORDERS}")  # noqa: T201 - pytest shows it where the storm ends badly
    chance = random.Random(SEED)
    storm, orders, listing = Storm(chance, ORDERS), orders_of(database), OrderListing(database)
    old_accounts(portal, chance)
    before = enrolments(portal)
    running = workers()
    deliveries = storm.deliveries()
    for number, event in enumerate(deliveries):
        if number % 3 == 0:
            portal.control.fault(chance.choice(("", "addusertocourse", "usersignup")), **chance.choice(FAULTS))
        if number % 25 == 24:
            running.kill_one()
        if number == len(deliveries) // 2:
            restart(redis_of_the_storm, request, database_url)
        received(orders, event)
        time.sleep(chance.uniform(0, 0.06))
    for _ in range(4):
        running.kill_one()
        time.sleep(chance.uniform(0.3, 1.2))
    portal.control.clear_faults()
    end = time.monotonic() + 200 + ORDERS
    while waiting := listing.listed(state="waiting"):
        assert time.monotonic() < end, (SEED, waiting, running.text()[-3000:])
        time.sleep(0.1)
    expected = storm.expected()
    wanted, found = before | expected.enrolled, enrolments(portal)
    assert (SEED, sorted(wanted - found), sorted(found - wanted)) == (SEED, [], [])
    dead = {one.id: one.error for one in listing.listed(state="dead", at_most=10_000)}
    assert (SEED, dead.keys()) == (SEED, expected.dead.keys())
    assert all(error in expected.dead[order] for order, error in dead.items())
    assert "Traceback" not in running.text()
    assert "://" not in everything(database).replace("https://id.", "")


def restart(redis_server, request, database_url):
    """Restart Redis, or lose the one that takes commands; and restart the database where it is a server."""
    if isinstance(redis_server, RedisServer):
        redis_server.stop()
        redis_server.start()
    else:
        redis_server.lose()
        redis_server.restore()
    if database_url.reveal().startswith("postgresql"):
        server = request.getfixturevalue("postgresql")
        server.stop()
        server.start()
