"""The audit trail: added to, found, cleared, and otherwise left as it is, on both databases."""

import time

import pytest
from sqlalchemy import delete, insert, text, update

from gateway.config.settings import SHORTEST_RETENTION
from gateway.database.audit_trail import AuditTrail, Whose
from gateway.database.connection import AlreadyThere
from gateway.database.tables import AUDIT_TRAIL
from gateway.errors import DatabaseUnavailable
from schemas.audit_entry import AuditEntry
from tests.gateway.threads import at_once

DAY = 24 * 3600
REFUSED = (DatabaseUnavailable, AlreadyThere)
"""As which the two kinds of database tell that a trigger lets something not through."""
NOW = int(time.time())
KIM, ROBIN = "a" * 32, "b" * 32
SIGN_IN = AuditEntry(
    at=NOW,
    event="sign_in",
    outcome="success",
    reference="7K2M-9QXD",
    person=KIM,
    origin="acme",
    client="203.0.113.7",
    facts={"issuer": "https://id.acme.example"},
)
REFUSAL = AuditEntry(
    at=NOW + 1,
    event="provisioning",
    outcome="refused",
    reason="account-not-a-learner",
    reference="0000-0001",
    person=KIM,
    user_id=7,
    origin="acme",
    client="203.0.113.7",
    note="the account's type is none of learner_types",
    facts={"step": "adopted"},
)
OTHERS = AuditEntry(at=NOW + 2, event="sign_in", outcome="success", reference="0000-0002", person=ROBIN)


@pytest.fixture
def trail(database):
    return AuditTrail(database)


def told(trail, *entries):
    for entry in entries:
        trail.add(entry)


def aged(days, **values):
    return AuditEntry(at=int(NOW - days * DAY), event="sign_in", outcome="success", person=KIM, **values)


# --- found ---------------------------------------------------------------------------------------------------------


def test_what_is_added_is_found_as_it_was_told_the_newest_first(trail):
    told(trail, SIGN_IN, OTHERS, REFUSAL)
    assert trail.listed() == [OTHERS, REFUSAL, SIGN_IN]


def test_of_the_same_second_the_later_one_comes_first(trail):
    first, second = (AuditEntry(at=NOW, event="sign_in", outcome="success", reference=code) for code in "12")
    told(trail, first, second)
    assert trail.listed() == [second, first]


FOUND = [
    (Whose([KIM]), [REFUSAL, SIGN_IN]),
    (Whose([KIM, ROBIN]), [OTHERS, REFUSAL, SIGN_IN]),
    (Whose((), [7]), [REFUSAL]),
    (Whose([ROBIN], [7]), [OTHERS, REFUSAL]),
    (Whose(reference="7K2M-9QXD"), [SIGN_IN]),
    (Whose(), []),
    (Whose([""]), []),
]


def test_entries_are_found_by_whose_they_are(trail):
    told(trail, SIGN_IN, REFUSAL, OTHERS)
    assert [trail.listed(whose) for whose, _ in FOUND] == [found for _, found in FOUND]


def test_conditions_add_up(trail):
    told(trail, SIGN_IN, REFUSAL, OTHERS)
    assert trail.listed(since=NOW + 1) == [OTHERS, REFUSAL]
    assert trail.listed(until=NOW + 1) == [SIGN_IN]
    assert trail.listed(outcome="refused") == [REFUSAL]
    assert trail.listed(Whose([KIM]), outcome="success") == [SIGN_IN]
    assert trail.listed(Whose([KIM]), since=NOW + 2) == []
    assert trail.listed(at_most=1) == [OTHERS]


def test_what_a_stranger_wrote_keeps_no_entry_from_being_written(trail):
    for odd in ("a\x00b", "a\ud800b", "a\nb", "a\x1bb"):
        told(trail, AuditEntry(at=NOW, event="sign_in", outcome="refused", origin=odd, note=odd, facts={"issuer": odd}))
        entry, *_ = trail.listed()
        assert (entry.origin, entry.note, entry.facts) == ("a?b", "a?b", {"issuer": odd})


INDICES = {
    "person = 'a' ORDER BY at DESC": "ix_audit_trail_person",
    "user_id = 7 ORDER BY at DESC": "ix_audit_trail_user_id",
    "reference = 'a'": "ix_audit_trail_reference",
    "at >= 7 ORDER BY at DESC": "ix_audit_trail_at",
}


def test_whatever_is_looked_for_has_an_index(database):
    is_sqlite = database.engine.dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    with database.transaction() as connection:
        if not is_sqlite:
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        for condition, index in INDICES.items():
            plan = connection.execute(text(f"{explain} SELECT * FROM audit_trail WHERE {condition}")).all()
            assert index in str(plan)


# --- nothing is changed ----------------------------------------------------------------------------------------------


CHANGES = [
    {"outcome": "success"},
    {"at": NOW - 1},
    {"event": "sign_out"},
    {"reason": "none"},
    {"reference": ""},
    {"origin": ""},
    {"facts": "{}"},
    {"id": 999},
    {"person": ROBIN},
    {"user_id": 8},
    {"client": "198.51.100.1"},
    {"note": "something else"},
    {"person": ""},
    *({"person": "", "user_id": 0, "client": "", "note": "", fact: "x"} for fact in ("outcome", "event", "facts")),
]


def test_an_entry_cannot_be_changed(trail, database):
    told(trail, REFUSAL)
    for change in CHANGES:
        with pytest.raises(REFUSED), database.transaction() as connection:
            connection.execute(update(AUDIT_TRAIL).values(**change))
    assert trail.listed() == [REFUSAL]


def test_an_entry_cannot_be_deleted_until_shortly_before_the_shortest_time_that_one_is_kept(trail, database):
    told(trail, aged(SHORTEST_RETENTION - 1.01), aged(SHORTEST_RETENTION - 0.99))
    with pytest.raises(REFUSED), database.transaction() as connection:
        connection.execute(delete(AUDIT_TRAIL))
    assert len(trail.listed()) == 2
    assert trail.clear(NOW, 1) == 1
    with pytest.raises(REFUSED):
        trail.clear(NOW, 1)
    assert len(trail.listed()) == 1


def test_on_postgresql_the_table_cannot_be_emptied_at_a_stroke(postgresql, opened):
    database = opened(postgresql.new_database_with_tables())
    told(AuditTrail(database), aged(1000))
    with pytest.raises(REFUSED), database.transaction() as connection:
        connection.execute(text("TRUNCATE audit_trail"))
    assert len(AuditTrail(database).listed()) == 1


# --- a person is taken out ---------------------------------------------------------------------------------------------


def test_whoever_is_erased_is_in_no_entry_and_the_facts_stay(trail):
    told(trail, SIGN_IN, REFUSAL, OTHERS)
    assert trail.erase(Whose([KIM], [7])) == 2
    record, *_ = trail.listed(since=0)
    assert trail.listed(Whose([KIM], [7])) == []
    entries = {entry.reference: entry for entry in trail.listed()}
    nobody = {"person": "", "user_id": 0, "client": "", "note": ""}
    for before in (SIGN_IN, REFUSAL):
        assert vars(entries[before.reference]) == vars(before) | nobody
    assert entries["0000-0002"] == OTHERS
    (record,) = (entry for entry in trail.listed() if entry.event == "erasure")
    assert (record.outcome, record.facts, record.person, record.at >= NOW) == ("success", {"entries": 2}, "", True)


def test_where_nobody_is_erased_nothing_is_written(trail):
    told(trail, OTHERS)
    assert trail.erase(Whose([KIM], [7])) == 0
    assert trail.erase(Whose()) == 0
    assert trail.listed() == [OTHERS]
    assert (trail.erase(Whose([ROBIN])), trail.erase(Whose([ROBIN]))) == (1, 0)


# --- what is old goes ----------------------------------------------------------------------------------------------------


def test_the_oldest_are_deleted_first_and_no_more_than_so_many(trail):
    told(trail, *(aged(days, reference=str(days)) for days in (30, 50, 40, 10)))
    assert trail.clear(NOW - 20 * DAY, 2) == 2
    assert [entry.reference for entry in trail.listed()] == ["10", "30"]
    assert trail.clear(NOW - 20 * DAY, 2) == 1
    assert trail.clear(NOW - 20 * DAY, 2) == 0
    assert [entry.reference for entry in trail.listed()] == ["10"]


def test_processes_that_clear_at_once_delete_each_entry_once(trail, database):
    row = dict.fromkeys(("reason", "reference", "person", "origin", "client", "note"), "")
    row |= {"at": NOW - 30 * DAY, "event": "sign_in", "outcome": "success", "user_id": 0, "facts": "{}"}
    with database.transaction() as connection:
        connection.execute(insert(AUDIT_TRAIL), [row] * 400)

    def clear(_):
        number = 0
        for _round in range(40):
            number += trail.clear(NOW - 20 * DAY, 50)
        return number

    assert sum(at_once(4, clear)) == 400
    assert trail.listed() == []
