"""The directory on both kinds of databases: what is unique, who is told, one writer at a time, and only indices."""

import re
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import event, insert

from gateway.database.directory_connections import DirectoryConnections
from gateway.database.directory_store import DirectoryStore
from gateway.database.directory_tables import SCIM_CONNECTIONS, SCIM_EMAILS, SCIM_MEMBERS, SCIM_USERS
from gateway.scim.people import draft_of_group, draft_of_user
from schemas.directory import (
    Condition,
    DeactivationRefused,
    Deactivations,
    Joined,
    ListQuery,
    MemberChange,
    NoSuchMember,
    Taken,
)
from tests.gateway.threads import at_once

NOBODY = MemberChange("replace", ())
ACTIVE, INACTIVE = (Condition("active", "eq", value) for value in (True, False))
ANY = lambda _: True  # noqa: E731


class Notes:
    """Who was told of; what is told within a change that fails is not."""

    def __init__(self):
        self.people = []

    def due(self, connection, provider, people, *, first):
        assert connection.in_transaction()
        self.people += people

    def taken(self):
        found, self.people = self.people, []
        return found


@pytest.fixture
def notes():
    return Notes()


@pytest.fixture
def store(database, notes):
    return DirectoryStore(database, notes)


def draft(name="kim@acme.example", *, person="", **more):
    return draft_of_user({"userName": name, **more}, person)


def group(name="Sales"):
    return draft_of_group({"displayName": name})


def changed(**more):
    return lambda before: draft_of_user({**before.resource, "active": before.active, **more}, "")


def test_a_person_is_found_again_with_all_that_was_sent(store):
    made = store.users.create("acme", draft(person="p" * 32, title="Dr. Zo\u00eb", active=False))
    assert store.users.find("acme", made.id) == made
    assert (made.resource, made.active, made.person) == (
        {"userName": "kim@acme.example", "title": "Dr. Zo\u00eb"},
        False,
        "p" * 32,
    )
    assert store.users.find("other", made.id) is None


def test_connections_see_nothing_of_each_other(store):
    one, other = (store.users.create(name, draft()) for name in ("acme", "other"))
    assert one.id != other.id
    assert one.person != other.person
    for name, own in (("acme", one), ("other", other)):
        assert [found.id for found in store.users.search(name, ListQuery()).items] == [own.id]
    assert store.users.change("other", one.id, changed(title="x"), ANY) is None
    assert store.users.delete("other", one.id, ANY) is None
    with pytest.raises(NoSuchMember):
        store.groups.create("other", group(), MemberChange("replace", (one.id,)))


def test_i2_of_many_who_create_the_same_person_at_once_one_does(store):
    def create(_):
        try:
            return store.users.create("acme", draft())
        except Taken as error:
            return error.attribute

    results = at_once(8, create)
    assert sorted(map(str, results)).count("userName") == 7
    assert store.users.search("acme", ListQuery()).total == 1


def test_i3_changes_at_once_are_all_kept(store):
    made = store.users.create("acme", draft())
    at_once(8, lambda n: store.users.change("acme", made.id, changed(**{f"title{n}": str(n)}), ANY))
    assert {f"title{n}": str(n) for n in range(8)}.items() <= store.users.find("acme", made.id).resource.items()


def test_who_is_told_when(store, notes):
    kim, lou = (store.users.create("acme", draft(name, person=name[0] * 32)) for name in ("kim", "lou"))
    assert notes.taken() == ["k" * 32, "l" * 32]
    store.users.change("acme", kim.id, changed(title="Dr."), ANY)
    assert notes.taken() == ["k" * 32]
    store.users.change("acme", kim.id, changed(title="Dr."), ANY)
    assert notes.taken() == []
    store.users.change("acme", kim.id, lambda before: draft_of_user({**before.resource, "x": 1}, "n" * 32), ANY)
    assert notes.taken() == ["k" * 32, "n" * 32]
    made = store.groups.create("acme", group(), MemberChange("replace", (kim.id, lou.id)))
    assert notes.taken() == ["l" * 32, "n" * 32]
    store.groups.change("acme", made.id, lambda _: group(), [MemberChange("add", (kim.id,))])
    assert notes.taken() == []
    store.groups.change("acme", made.id, lambda _: group(), [MemberChange("remove", (lou.id,))])
    assert notes.taken() == ["l" * 32]
    store.groups.change("acme", made.id, lambda _: group("Support"))
    assert notes.taken() == ["n" * 32]
    store.groups.delete("acme", made.id)
    assert notes.taken() == ["n" * 32]
    store.users.delete("acme", kim.id, ANY)
    assert notes.taken() == ["n" * 32]


def test_nothing_is_kept_of_what_fails_half_way(store, database):
    made = store.users.create("acme", draft())

    class Fails(Exception):
        pass

    class Failing:
        def due(self, connection, provider, people, *, first):
            raise Fails

    failing = DirectoryStore(database, Failing())
    for step in (
        lambda: failing.users.create("acme", draft("lou")),
        lambda: failing.users.change("acme", made.id, changed(active=False), ANY),
        lambda: failing.users.delete("acme", made.id, ANY),
        lambda: failing.groups.create("acme", group(), MemberChange("replace", (made.id,))),
    ):
        with pytest.raises(Fails):
            step()
    assert store.users.search("acme", ListQuery()).items == [made]
    assert store.groups.search("acme", ListQuery()).total == 0


def test_what_connections_say_of_a_person(store):
    made = store.users.create("acme", draft(person="p" * 32))
    store.users.create("other", draft(person="p" * 32, active=False))
    assert [(name, one.active) for name, one in sorted(store.users.of_person("p" * 32))] == [
        ("acme", True),
        ("other", False),
    ]
    store.users.delete("acme", made.id, ANY)
    assert {one.active for _, one in store.users.of_person("p" * 32)} == {False}
    assert store.users.of_person("q" * 32) == []


def test_a_deleted_person_frees_what_nobody_else_may_have(store):
    made = store.users.create("acme", draft(externalId="x", person="p" * 32))
    store.users.delete("acme", made.id, ANY)
    other = store.users.create("acme", draft(externalId="y", person="q" * 32))
    assert other.id != made.id
    with pytest.raises(Taken):
        store.users.create("acme", draft(externalId="x", person="p" * 32))
    again = store.users.create("acme", draft("new@acme.example", externalId="x", person="p" * 32))
    assert again.id == made.id
    assert store.users.search("acme", ListQuery()).total == 2


class Clock:
    now = 1_800_000_000

    def __call__(self):
        return self.now


def test_n4_deactivations_are_counted_for_an_hour_and_until_resumed(database):
    clock = Clock()
    store = DirectoryStore(database)
    store.users._connections = connections = DirectoryConnections(database, clock)
    people = [store.users.create("acme", draft(f"user{number}")).id for number in range(6)]
    seen = []

    def may(lately):
        seen.append(lately)
        return not lately.is_stopped

    def leave(one):
        return store.users.change("acme", one, changed(active=False), may)

    leave(people[0])
    store.users.delete("acme", people[1], may)
    leave(people[0])  # is inactive already: nobody is asked
    assert seen == [Deactivations(0, 6, is_stopped=False), Deactivations(1, 5, is_stopped=False)]
    store.users.change("acme", people[0], changed(active=True), may)
    leave(people[2])
    assert seen[2:] == [Deactivations(1, 5, is_stopped=False)]
    clock.now += 3601
    leave(people[3])
    assert seen[3:] == [Deactivations(0, 4, is_stopped=False)]
    assert (connections.stop("acme"), connections.stop("acme"), connections.resume("other")) == (True, False, False)
    with pytest.raises(DeactivationRefused):
        leave(people[4])
    assert store.users.find("acme", people[4]).active
    assert (connections.resume("acme"), connections.resume("acme")) == (True, False)
    leave(people[4])
    assert seen[-1] == Deactivations(0, 3, is_stopped=False)


def test_totals_are_right_without_counting(store):
    people = [store.users.create("acme", draft(f"user{number}", active=number > 0)).id for number in range(4)]
    store.users.delete("acme", people[1], ANY)
    store.users.change("acme", people[2], changed(active=False), ANY)
    store.groups.create("acme", group(), NOBODY)
    gone = store.groups.create("acme", group("Support"), NOBODY)
    store.groups.delete("acme", gone.id)
    totals = [store.users.search("acme", ListQuery(where=where, count=0)).total for where in (None, ACTIVE, INACTIVE)]
    assert (totals, store.groups.search("acme", ListQuery(count=0)).total) == ([3, 1, 2], 1)


# --- only by indices ------------------------------------------------------------------------------------------------

NUMBER = 3000
WHOLE_TABLE = re.compile(
    r"Seq Scan on scim_(?:users|emails|members)\b|\bSCAN (?!scim_connections)"
    r"|SEARCH scim_(?:users|emails|members) USING (?:COVERING )?INDEX \w+ \(provider=\?\)"
)
SORTED = re.compile(r"USE TEMP B-TREE|\bSort\b")


@pytest.fixture
def filled(database, store):
    """A directory with many people, one of whom, in the middle, is returned."""
    store.connections.write("acme", lambda _: None)
    names = [f"user{number:05}@acme.example" for number in range(NUMBER)]
    its = {"provider": "acme", "created_at": 1, "modified_at": 1, "deactivated_seconds": 0, "former_name": ""}
    people = [
        {**its, "id": f"{number:032x}", "user_name": name, "external_id": f"x{number}", "email": name}
        | {"person": f"{number:032x}", "active": True, "is_deleted": False, "display_name": name}
        | {"family_name": name, "given_name": name, "resource": f'{{"userName": "{name}"}}'}
        for number, name in enumerate(names)
    ]
    emails = [{"provider": "acme", "value": one["email"], "type": "work", "user_id": one["id"]} for one in people]
    with database.transaction() as connection:
        connection.execute(insert(SCIM_USERS), people)
        connection.execute(insert(SCIM_EMAILS), emails)
        connection.execute(SCIM_CONNECTIONS.update().values(users=NUMBER, active_users=NUMBER))
    made = store.groups.create("acme", group(), NOBODY)
    rows = [{"provider": "acme", "group_id": made.id, "user_id": one["id"]} for one in people]
    with database.transaction() as connection:
        connection.execute(insert(SCIM_MEMBERS), rows)
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
    return made.id


@contextmanager
def statements(database):
    found = []
    listen = lambda *given: found.append(given[2:4])  # noqa: E731
    event.listen(database.engine, "before_cursor_execute", listen)
    yield found
    event.remove(database.engine, "before_cursor_execute", listen)


def whole_tables(database, step, found_in_plans=WHOLE_TABLE):
    """Return the plans of a step's statements that go through a whole table."""
    with statements(database) as found:
        step()
    asked = [one for one in found if re.match(r"SELECT|UPDATE|DELETE", one[0])]
    assert asked
    explain = "EXPLAIN QUERY PLAN" if database.engine.dialect.name == "sqlite" else "EXPLAIN"
    plans = {}
    for statement, parameters in asked:
        with database.reading() as connection:
            rows = connection.exec_driver_sql(f"{explain} {statement}", parameters)
            plans[statement] = "\n".join(str(tuple(row)) for row in rows)
    return {statement: told for statement, told in plans.items() if found_in_plans.search(told)}


NAME = "user01500@acme.example"
ID = f"{1500:032x}"


QUESTIONS = [
    ListQuery(),
    ListQuery(skip=1000),
    ListQuery(count=0),
    ListQuery(sort_by="user_name"),
    ListQuery(sort_by="display_name", is_descending=True),
    ListQuery(sort_by="family_name"),
    ListQuery(sort_by="modified_at"),
    ListQuery(after=(ID, ID)),
    ListQuery(sort_by="display_name", after=(NAME, ID)),
    ListQuery(where=INACTIVE),
    *(
        ListQuery(where=Condition(field, "eq", value))
        for field, value in [
            ("id", ID),
            ("user_name", NAME),
            ("external_id", "x1500"),
            ("email", NAME),
            ("display_name", NAME),
            ("family_name", NAME),
            ("given_name", NAME),
        ]
    ),
    ListQuery(where=Condition("email", "eq", NAME, "work")),
    ListQuery(where=Condition("user_name", "sw", "user0150")),
    ListQuery(where=Joined("and", (Condition("user_name", "eq", NAME), ACTIVE))),
]


def test_every_list_is_read_by_an_index(database, store, filled):
    for wanted in QUESTIONS:
        question = replace(wanted, count=min(wanted.count, 10))
        assert whole_tables(database, lambda asked=question: store.users.search("acme", asked)) == {}, question
        if question.where is None:
            assert whole_tables(database, lambda asked=question: store.users.search("acme", asked), SORTED) == {}


def test_every_change_is_made_by_an_index(database, store, filled):
    def change():
        store.users.change("acme", ID, changed(title="Dr."), ANY)
        store.users.change("acme", ID, changed(active=False), ANY)
        store.users.create("acme", draft(externalId="new", person="p" * 32))
        store.users.of_person("p" * 32)
        store.users.delete("acme", f"{7:032x}", ANY)

    assert whole_tables(database, change) == {}


def test_a_member_of_a_large_group_is_changed_without_all_others(database, store, filled):
    def join():
        for word in ("remove", "add"):
            store.groups.change("acme", filled, lambda _: group(), [MemberChange(word, (ID,))])
        store.groups.find("acme", filled, with_members=False)
        store.groups.search("acme", ListQuery(where=Condition("member", "eq", ID), with_members=False))

    with statements(database) as found:
        join()
    assert len(found) < 30
    assert whole_tables(database, join) == {}
