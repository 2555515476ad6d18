"""A worker that is killed before or after any call, or any write, leaves what another one brings to the same end."""

import time
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from gateway.database.upgrade import opened
from gateway.flows import membership_changes
from gateway.outbound.client import HttpClient
from gateway.store.connection import connect
from gateway.talentlms.client import TalentLMS
from schemas.secret import Secret
from tests.conftest import API_KEY
from tests.databases import new_database
from tests.gateway.flows.assignments import Mapped, rule
from tests.gateway.flows.scene import KIM
from tests.gateway.flows.test_interrupted_fulfilment import (
    HOUR,
    Deadly,
    DeadlyTransport,
    Killed,
    assert_the_end_is_the_same,
)

PARTS = 2
RULES = (
    rule("Sales", courses=[12, 34], groups=["KEY12345"], branch="emea"),
    rule("Legal", courses=[34, 56], branch="emea"),
    rule("Keeps", "keep", courses=[19]),
)


def scene(portal, folder, deadly):
    """Return sign-ins and a worker that go on as long as nobody dies, and are begun anew where somebody did."""
    portal.control.reset()
    transport = DeadlyTransport(portal.url, Secret(API_KEY), HttpClient())
    transport.deadly = deadly
    database = opened(Secret(new_database(folder)))
    mapped = Mapped(TalentLMS(transport), connect(None), database)
    mapped.sets(*RULES)
    whole = database.transaction

    @contextmanager
    def transaction():
        with whole() as connection:
            yield connection
        deadly.here()

    def in_the_end(*groups):
        deadly.begins()
        database.transaction = transaction
        try:
            step(*groups)
        except Killed:
            database.transaction = whole
            step(*groups)
        finally:
            database.transaction = whole

    def step(*groups):
        mapped.signs_in(*groups)
        mapped.clicks()
        with database.transaction() as connection:  # leases of whoever died are over
            connection.exec_driver_sql("UPDATE assigned_people SET lease = '', lease_until = 0")
        mapped.works()

    mapped.in_the_end = in_the_end
    return mapped


def story(mapped, portal):
    """A course that was there before, another department, one that both have, and the end; yield how each ends."""
    portal.control.enrol(portal.control.add_user(KIM.email), 56)
    portal.control.advance(HOUR)
    for groups in (("Sales", "Keeps"), ("Legal", "Keeps"), ()):
        mapped.in_the_end(*groups)
        yield outcome(mapped, portal)


def outcome(mapped, portal):
    state = portal.control.state()
    [user_id] = [user["id"] for user in state["users"] if user["email"] == KIM.email]
    courses = sorted(one["course_id"] for one in state["enrolments"] if one["user_id"] == user_id)
    names = [one["name"] for kind in ("groups", "branches") for one in state[kind] if user_id in one["users"]]
    return courses, names, mapped.ledger()


@pytest.fixture(autouse=True)
def later(monkeypatch):
    """Our clock goes with TalentLMS's, which the story puts forward."""
    monkeypatch.setattr(membership_changes, "time", SimpleNamespace(time=lambda: time.time() + HOUR))


@pytest.mark.parametrize("part", range(PARTS))
def test_whenever_it_is_interrupted_the_end_is_the_same(shared_portal, tmp_path, part):
    def told(deadly):
        return list(story(scene(shared_portal, tmp_path, deadly), shared_portal))

    nobody = Deadly(0)
    expected = told(nobody)
    assert expected[1][:2] == ([1, 19, 34, 56], ["emea"])
    assert expected[2][:2] == ([1, 19, 56], [])
    assert sum(nobody.moments) > 60
    assert_the_end_is_the_same(told, nobody.moments, expected, 1 + part, PARTS)
