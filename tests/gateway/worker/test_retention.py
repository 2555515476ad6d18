"""The audit trail is cleared of what is too old, a bounded number of entries at a time."""

import io
import json
import time

import pytest

from gateway import log
from gateway.database.audit_trail import AuditTrail
from gateway.errors import DatabaseUnavailable
from gateway.worker import retention
from gateway.worker.retention import DAY_SECONDS, Retention
from schemas.audit_entry import AuditEntry
from tests.gateway.worker.test_order_worker import eventually


@pytest.fixture
def logged(own_log_handlers):
    stream = io.StringIO()
    log.configure("info", stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture
def small(monkeypatch):
    """Batches of three, and a loop that looks at once."""
    monkeypatch.setattr(retention, "BATCH", 3)
    monkeypatch.setattr(retention, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(retention, "FIRST_SECONDS", 0.0)
    monkeypatch.setattr(retention, "LOOK_SECONDS", 0.05)


@pytest.fixture
def trail(database):
    made = AuditTrail(database)
    for days in (399, *range(401, 411)):
        at = int(time.time()) - days * DAY_SECONDS
        made.add(AuditEntry(at=at, event="sign_in", outcome="success", reference=str(days)))
    return made


def kept(trail):
    return [entry.reference for entry in trail.listed()]


def test_what_is_too_old_is_deleted_and_what_is_not_stays(trail, small, logged):
    assert Retention(trail, 400).clear() == 10
    assert kept(trail) == ["399"]
    assert [(line["event"], line["number"]) for line in logged()] == [("audit.cleared", 10)]


def test_where_nothing_is_too_old_nothing_is_told(trail, small, logged):
    assert Retention(trail, 411).clear() == 0
    assert (len(kept(trail)), logged()) == (11, [])


class Counted:
    """Counts what is asked of a trail, and fails where it is told to."""

    def __init__(self, trail, faults=()):
        self.trail, self.faults, self.asked = trail, list(faults), []

    def clear(self, before, at_most):
        self.asked.append(at_most)
        if self.faults:
            raise self.faults.pop(0)
        return self.trail.clear(before, at_most)


def test_a_transaction_deletes_no_more_than_a_batch(trail, small):
    counted = Counted(trail)
    Retention(counted, 400).clear()
    assert counted.asked == [3] * 4


def test_whoever_is_told_to_end_deletes_no_further_batch(trail, small):
    counted = Counted(trail)
    one = Retention(counted, 400)
    one.stop()
    assert (one.clear(), counted.asked) == (3, [3])


def test_the_loop_outlives_an_outage_and_a_fault_of_ours(trail, small, logged):
    one = Retention(Counted(trail, [DatabaseUnavailable("it is away"), ZeroDivisionError()]), 400)
    one.start()
    eventually(lambda: kept(trail) == ["399"])
    one.stop(10)
    events = [line["event"] for line in logged()]
    assert events[:3] == ["audit.not_cleared", "audit.unforeseen", "audit.cleared"]
