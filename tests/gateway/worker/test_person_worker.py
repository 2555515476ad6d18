"""The worker that gives what rules assign: who is due is looked at, and comes back where that led to nothing."""

import io
import json
import threading

import pytest

from gateway import log
from gateway.database.assigned_people import PersonQueue
from gateway.outbound.client import HttpClient
from gateway.store.connection import connect
from gateway.talentlms.client import TalentLMS
from gateway.talentlms.transport import HttpTransport
from gateway.worker import due_worker
from gateway.worker.due_worker import DueWorker
from gateway.worker.person_worker import PersonWork
from schemas.secret import Secret
from tests.conftest import API_KEY
from tests.gateway.flows.assignments import Mapped, rule
from tests.gateway.flows.scene import KIM, OTHER_KIM
from tests.patience import PATIENT_SECONDS, wait_until


@pytest.fixture
def mapped(portal, database):
    lms = TalentLMS(HttpTransport(portal.url, Secret(API_KEY), HttpClient()))
    made = Mapped(lms, connect(None), database)
    made.sets(rule("Sales", courses=[12]))
    return made


@pytest.fixture
def worker(mapped, database, monkeypatch):
    """A worker that looks often, and tries again at once."""
    monkeypatch.setattr(due_worker, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(due_worker, "pause", lambda _tries: 0.0)
    made = []

    def one(assigning=None):
        work = PersonWork(assigning or mapped.assigning)
        made.append(DueWorker(PersonQueue(database), work, threading.Event(), 4))
        return made[-1]

    yield one
    for each in made:
        each.stop(PATIENT_SECONDS)


@pytest.fixture
def logged(own_log_handlers):
    stream = io.StringIO()
    log.configure("info", stream)
    lines = lambda: [json.loads(line) for line in stream.getvalue().splitlines()]  # noqa: E731
    return lambda event: [line for line in lines() if line["event"] == event]


def test_whoever_signs_in_is_given_what_rules_say_in_the_background(mapped, worker):
    worker().start()
    mapped.signs_in("Sales")
    mapped.clicks()
    wait_until(lambda: mapped.ledger() == {"12": "given"})
    wait_until(lambda: mapped.assignments.people.find(KIM.key).state == "done")


def test_an_outage_is_told_and_passes_by(mapped, worker, portal, logged):
    mapped.signs_in("Sales")
    mapped.clicks()
    portal.control.fault("addusertocourse", kind="status", status=500, times=6)
    worker().start()
    wait_until(lambda: mapped.ledger() == {"12": "given"})
    assert {told["person"] for told in logged("person.postponed")} == {KIM.key}


class Failing:
    """Fails in an unforeseen way for one person."""

    def __init__(self, assigning):
        self.assigning, self.failed = assigning, 0

    def apply(self, person, tries, check):
        if person == OTHER_KIM.key and self.failed < 3:
            self.failed += 1
            raise ZeroDivisionError
        return self.assigning.apply(person, tries, check)


def test_a_fault_of_ours_with_one_person_holds_up_nobody_else(mapped, worker, logged):
    for identity in (OTHER_KIM, KIM):
        mapped.signs_in("Sales", identity=identity)
    mapped.clicks()
    worker(Failing(mapped.assigning)).start()
    wait_until(lambda: mapped.ledger() == {"12": "given"})
    wait_until(lambda: len(logged("person.unforeseen")) == 3)
    assert "ZeroDivisionError" in logged("person.unforeseen")[0]["traceback"]
    wait_until(lambda: mapped.assignments.people.find(OTHER_KIM.key).state == "done")
