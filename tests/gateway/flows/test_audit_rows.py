"""Which events have a row, and that none keeps anybody from anything."""

import io
import json
from datetime import datetime

import pytest

from gateway import context, log
from gateway.errors import DatabaseUnavailable
from gateway.flows.audit_rows import AT_ONCE, SECONDS, AuditRows
from tests.gateway.threads import at_once


class Table:
    """Stands where the table is, and may be at fault."""

    def __init__(self):
        self.entries, self.fault = [], None

    def add(self, entry):
        if self.fault is not None:
            raise self.fault
        self.entries.append(entry)


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def table():
    return Table()


@pytest.fixture
def lines(table, clock, own_log_handlers):
    """Begin a piece of work with a trail; return what the log has."""
    written = io.StringIO()
    log.configure("info", written)
    context.begin("203.0.113.7", "Browser", trail=AuditRows(table, clock))
    return lambda: [json.loads(line) for line in written.getvalue().splitlines()]


def test_one_call_writes_the_line_and_the_row(table, lines):
    log.audit(
        "provisioning",
        outcome="refused",
        reason="account-taken",
        provider="acme",
        person="a" * 32,
        user_id=7,
        condition="email_verified is absent",
        linked_issuer="https://id.example",
        step=None,
        remedy="have it verified",
    )
    (line,), (entry,) = lines(), table.entries
    assert (line["event"], line["reason"], line["remedy"]) == ("provisioning", "account-taken", "have it verified")
    assert (entry.event, entry.outcome, entry.reason, entry.reference) == (
        "provisioning", "refused", "account-taken", line["reference"],
    )  # fmt: skip
    assert (entry.person, entry.user_id, entry.origin, entry.client) == ("a" * 32, 7, "acme", "203.0.113.7")
    assert entry.note == "email_verified is absent: have it verified"
    assert entry.facts == {"linked_issuer": "https://id.example"}
    assert 0 <= entry.at - datetime.fromisoformat(line["time"]).timestamp() + 1 < 60


def test_a_row_holds_no_secret(table, lines):
    secret = "eyJhbGciOiJIUzI1NiJ9.e30.c2VjcmV0"
    log.audit("enrolment", outcome="success", note=f"Bearer {secret}", login_key="hunter2", storefront=f"/l/{secret}")
    (entry,) = table.entries
    assert secret not in str(entry)
    assert "hunter2" not in str(entry)
    assert (entry.note, entry.facts) == ("Bearer [redacted]", {"login_key": "[redacted]"})


def test_a_long_text_is_cut(table, lines):
    log.audit("sign_in", outcome="refused", note="n" * 10_000, provider="p" * 10_000)
    assert [len(table.entries[0].note), len(table.entries[0].origin)] == [300, 300]


@pytest.mark.parametrize("event", ["launch", "checkout"])
def test_a_link_that_was_given_out_stands_in_the_log_alone(table, lines, event):
    log.audit(event, outcome="success", person="a" * 32, user_id=7, course_id=12)
    assert [line["event"] for line in lines()] == [event]
    assert table.entries == []


def test_where_nothing_was_done_there_is_no_row(table, lines):
    log.audit("provider_logout", outcome="nothing", provider="acme", sessions=0)
    assert ([line["outcome"] for line in lines()], table.entries) == (["nothing"], [])


def test_work_that_nobody_has_begun_has_no_rows(table, lines):
    context.end()
    log.audit("sign_in", outcome="success")
    assert (len(lines()), table.entries) == (1, [])


@pytest.mark.parametrize("event", ["sign_in", "password_sign_in", "provider_logout"])
def test_what_a_stranger_has_refused_fills_no_table(table, lines, clock, event):
    def refuse(times):
        for _ in range(times):
            context.current().left.log_bytes = context.LOG_BYTES
            log.audit(event, outcome="refused", reason="sign-in-interrupted", provider="acme")

    refuse(AT_ONCE + 7)
    assert len(table.entries) == AT_ONCE
    clock.now += SECONDS
    refuse(3)
    assert len(table.entries) == AT_ONCE + 1
    assert table.entries[-1].facts == {"unwritten": 7}
    clock.now += 1000 * SECONDS
    refuse(AT_ONCE + 7)
    assert [entry.facts for entry in table.entries[AT_ONCE + 1 :]] == [{"unwritten": 2}] + [{}] * (AT_ONCE - 1)
    assert len(lines()) == 2 * AT_ONCE + 17


def test_a_flood_of_strangers_keeps_nobodys_row_away(table, lines):
    for _ in range(AT_ONCE + 1):
        log.audit("sign_in", outcome="refused")
    log.audit("sign_in", outcome="success", person="a" * 32)
    log.audit("provisioning", outcome="refused", person="a" * 32)
    assert [entry.event for entry in table.entries[AT_ONCE:]] == ["sign_in", "provisioning"]


def test_of_many_at_once_no_more_have_a_row(table, clock):
    rows = AuditRows(table, clock)

    def refused(_):
        context.begin(trail=rows)
        log.audit("sign_in", outcome="refused")

    at_once(3 * AT_ONCE, refused)
    assert len(table.entries) == AT_ONCE


@pytest.mark.parametrize(
    ("fault", "why"), [(DatabaseUnavailable("it is away"), "database-unavailable"), (KeyError("x"), "KeyError")]
)
def test_a_row_that_cannot_be_written_is_told_in_the_log_and_keeps_nobody_from_anything(table, lines, fault, why):
    table.fault = fault
    log.audit("enrolment", outcome="success", person="a" * 32, user_id=7, course_id=12)
    first, second = lines()
    assert first["event"] == "enrolment"
    assert (second["event"], second["level"], second["what"], second["why"]) == (
        "audit.not_written", "warning", "enrolment", why,
    )  # fmt: skip
