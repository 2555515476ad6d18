"""What is too old is deleted, a bounded number of rows at a time."""

import io
import json
import time

import pytest
from sqlalchemy import func, select

from gateway import log
from gateway.config import load
from gateway.database.tables import USED_HANDOFFS
from gateway.errors import DatabaseUnavailable
from gateway.services import Services
from gateway.worker import upkeep
from gateway.worker.upkeep import DAY_SECONDS, Clearing, Upkeep, upkeep_of
from schemas.audit_entry import AuditEntry
from tests.databases import new_database
from tests.gateway.test_factory import clean_environment
from tests.patience import PATIENT_SECONDS, wait_until


@pytest.fixture
def logged(own_log_handlers):
    stream = io.StringIO()
    log.configure("info", stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Batches of three, and a loop that looks at once."""
    monkeypatch.setattr(upkeep, "BATCH", 3)
    monkeypatch.setattr(upkeep, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(upkeep, "LOOK_SECONDS", 0.05)


@pytest.fixture
def environment(tmp_path):
    return clean_environment(GATEWAY_DATABASE_URL=new_database(tmp_path))


@pytest.fixture
def services(environment):
    """A gateway with ten entries of the audit trail that are too old and one that is not, and likewise five tokens."""
    made = Services(load(environment))
    for days in (399, *range(401, 411)):
        at = int(time.time()) - days * DAY_SECONDS + 3600
        made.audit_trail.add(AuditEntry(at=at, event="sign_in", outcome="success", reference=str(days)))
    for number, seconds in enumerate((600, -1, -1, -1, -1, -1)):
        made.used_handoffs.used("shop", f"{number:064}", "b" * 64, int(time.time()) + seconds)
    return made


def entries(services):
    return [entry.reference for entry in services.audit_trail.listed()]


def tokens(services):
    with services.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(USED_HANDOFFS)).scalar()


def test_what_is_too_old_is_deleted_and_what_is_not_stays(services, logged):
    upkeep_of(services).look()
    assert (entries(services), tokens(services)) == (["399"], 1)
    assert not services.used_handoffs.may_be_used("shop", f"{0:064}", "c" * 64)
    told = [(line["event"], line["table"], line["number"]) for line in logged()]
    assert told == [("upkeep.cleared", "audit_trail", 10), ("upkeep.cleared", "used_handoffs", 5)]


def test_where_nothing_is_too_old_nothing_is_told(services, logged):
    one = upkeep_of(services)
    one.look()
    before = logged()
    one.look()
    assert logged() == before


def test_entries_are_kept_as_long_as_the_settings_say(services, environment, tmp_path):
    (tmp_path / "gateway.toml").write_text("[audit]\nretention_days = 405\n")
    upkeep_of(Services(load(environment | {"GATEWAY_CONFIG": str(tmp_path / "gateway.toml")}))).look()
    assert entries(services) == ["399", "401", "402", "403", "404", "405"]


class Counted:
    """Has so many rows that are too old, counts what is asked of it, and fails where it is told to."""

    def __init__(self, rows, faults=()):
        self.rows, self.faults, self.asked = rows, list(faults), []

    def clear(self, at_most):
        self.asked.append(at_most)
        if self.faults:
            raise self.faults.pop(0)
        cleared = min(self.rows, at_most)
        self.rows -= cleared
        return cleared


def test_a_transaction_deletes_no_more_than_a_batch():
    counted = Counted(10)
    Upkeep([Clearing("one", counted.clear)]).look()
    assert counted.asked == [3] * 4


def test_whoever_is_told_to_end_deletes_no_further_batch():
    counted = Counted(10)
    one = Upkeep([Clearing("one", counted.clear)])
    one.stop()
    one.look()
    assert (counted.rows, counted.asked) == (7, [3])


def test_what_keeps_one_table_from_being_cleared_keeps_no_other_and_does_not_end_the_loop(logged):
    away, fine = Counted(4, [DatabaseUnavailable("it is away"), ZeroDivisionError()]), Counted(4)
    loop = Upkeep([Clearing("away", away.clear), Clearing("fine", fine.clear)])
    loop.start()
    wait_until(lambda: away.rows == 0)
    loop.stop(PATIENT_SECONDS)
    assert fine.rows == 0
    events = [(line["event"], line["table"]) for line in logged()]
    expected = ["upkeep.not_cleared", "upkeep.unforeseen", "upkeep.cleared"]
    assert events[:1] == [("upkeep.not_cleared", "away")]
    assert [event for event, table in events if table == "away"] == expected
