"""What is kept by a person's key, all of it: what goes along with a person, what is erased, and what is neither.

On both kinds of database.
"""

from dataclasses import replace

import pytest
from sqlalchemy import func, insert, select

from gateway.database import person_rows
from gateway.database.account_links import AccountLinks
from gateway.database.assigned_people import AssignedPeople, AssignedPerson, PersonQueue
from gateway.database.assignments import Assignment, Assignments
from gateway.database.entitlements import Entitlement, Entitlements
from gateway.database.holdings import Holdings
from gateway.database.tables import METADATA, REDEEM_CODES, SCIM_USERS
from schemas.learner import AccountLink

OLD = AccountLink("https://id.old.example", "kim-1", 57, "kim", email="kim@acme.example")
WAITING = OLD.moved("https://id.new.example")
NEW = AccountLink("https://id.new.example", "4711", 57, "kim", email="kim@acme.example")
GIVEN = Assignment(OLD.person, "course", "12", "learner", "sales", "remove", target=12, user_id=57, state="given")
GIVEN = replace(GIVEN, tried_at=1_000, ours=True)
NEVER_GIVEN = Assignment(OLD.person, "course", "56", "learner", "sales")

MOVED = {
    "assigned_people.person",
    "assignments.person",
    "entitlements.person",
    "redeem_codes.redeemed_by",
}
STAYS = {
    "account_links.person": "is what the move changes",
    "audit_trail.person": "is never rewritten; entries are found by the account as well",
    "failed_proofs.person": "is over within an hour",
    "orders.person": "is a shop's customer, whom nobody moves",
    "scim_users.person": "is what the former provider's directory says, and that provider has to end it",
    "sign_ups.person": "is over within a day, and of another account",
}

NOT_ERASED = {
    "audit_trail.person": "has a command of its own, and goes with it",
    "orders.person": "goes with the order's address",
    "scim_users.person": "keeps out whom SCIM has deleted, without a name; whom it has still, its provider has to delete",
}


def columns_of_people():
    tables = METADATA.tables.values()
    columns = [column for table in tables for column in table.columns]
    return {f"{one.table.name}.{one.name}" for one in columns if one.name == "person" or one.name.endswith("_by")}


def test_of_every_column_that_names_a_person_it_is_decided_whether_it_is_moved():
    assert columns_of_people() == MOVED | STAYS.keys()


def test_of_every_column_that_names_a_person_it_is_decided_whether_it_is_erased(database, links, known):
    links.intend(OLD.person, "kim")
    links.proof_failed(OLD.person)
    erased = named(database, OLD.person)
    assert columns_of_people() == erased | NOT_ERASED.keys()
    with database.transaction() as connection:
        assert person_rows.erase(connection, [OLD.person]) == 8
    assert named(database, OLD.person) == set()


def test_nobody_else_is_erased(database, links, known):
    before = named(database, OLD.person)
    with database.transaction() as connection:
        assert person_rows.erase(connection, [NEW.person, WAITING.person]) == 0
    assert named(database, OLD.person) == before


def test_what_was_given_stays_as_a_fact_without_the_person(database, links, known):
    with database.transaction() as connection:
        person_rows.erase(connection, [OLD.person])
    (one,) = Entitlements(database).of_order("shop", "1001")
    assert (one.person, one.user_id, one.state) == ("", 57, "given")
    with database.reading() as connection:
        assert connection.execute(select(REDEEM_CODES.c.redeemed_at)).scalar() == 1


@pytest.mark.parametrize(
    ("is_deleted", "names"), [(True, ("", "", "", "", "{}")), (False, ("k", "Kim", "Lee", "Kim", '{"a": 1}'))]
)
def test_of_whom_scim_has_deleted_no_name_is_left_and_they_are_kept_out(database, is_deleted, names):
    row = {"provider": "acme", "id": "1", "person": OLD.person, "active": not is_deleted, "is_deleted": is_deleted}
    row |= {
        "former_name": "k",
        "display_name": "Kim",
        "family_name": "Lee",
        "given_name": "Kim",
        "resource": '{"a": 1}',
    }
    row |= {"created_at": 1, "modified_at": 1, "deactivated_seconds": 1}
    with database.transaction() as connection:
        connection.execute(insert(SCIM_USERS).values(**row))
        assert person_rows.erase(connection, [OLD.person]) == int(is_deleted)
    columns = SCIM_USERS.c
    told = (columns.former_name, columns.display_name, columns.family_name, columns.given_name, columns.resource)
    with database.reading() as connection:
        assert tuple(connection.execute(select(*told)).one()) == names
        assert connection.execute(select(columns.person, columns.active)).one() == (OLD.person, not is_deleted)


def named(database, person):
    """Return which columns name a person."""
    found = set()
    with database.reading() as connection:
        for table in METADATA.tables.values():
            for column in table.columns:
                if f"{table.name}.{column.name}" in columns_of_people():
                    question = select(func.count()).select_from(table).where(column == person)
                    if connection.execute(question).scalar():
                        found.add(f"{table.name}.{column.name}")
    return found


@pytest.fixture
def links(database):
    made = AccountLinks(database)
    made.claim(OLD)
    return made


@pytest.fixture
def rows(database):
    return Assignments(database)


@pytest.fixture
def known(database, links, rows):
    """A person who redeemed a seat and to whom a rule gave a course, and another one, and gives a second one yet."""
    rows.tell(AssignedPerson(OLD.person, "old", "one", {}), [GIVEN, NEVER_GIVEN])
    Holdings(database).put(GIVEN)
    Entitlements(database).put(
        Entitlement("shop", "1001", "l1", 1, "course", 34, person=OLD.person, user_id=57, state="given")
    )
    seat = {"storefront": "shop", "order_id": "1001", "line_id": "l1", "seat": 1, "code_hash": "h", "sealed": b""}
    seat |= {"is_void": False, "redeemed_by": OLD.person, "user_id": 57, "redeemed_at": 1}
    with database.transaction() as connection:
        connection.execute(insert(REDEEM_CODES).values(**seat))
    queue = PersonQueue(database)
    for claim in queue.claim(9):
        queue.finish(claim, "done")


def move(links):
    assert links.claim(WAITING, instead_of=OLD)
    assert links.claim(NEW, instead_of=WAITING, is_moved=True)


def test_everything_goes_along_with_whoever_comes_by_the_other_provider(database, links, known):
    assert named(database, OLD.person) == MOVED | {"account_links.person"}
    move(links)
    assert named(database, OLD.person) == set()
    assert named(database, NEW.person) == MOVED | {"account_links.person"}


def test_until_they_come_it_stays_theirs_by_the_former_key(database, links, known):
    assert links.claim(WAITING, instead_of=OLD)
    assert named(database, OLD.person) == MOVED


def test_nothing_goes_along_with_an_account_that_another_person_gets(database, links, known):
    assert links.claim(NEW, instead_of=OLD)
    assert named(database, OLD.person) == MOVED


def test_what_was_given_goes_along_as_it_was_and_what_never_was_does_not(database, links, known, rows):
    move(links)
    assert [replace(one, updated_at=0) for one in rows.of_person(NEW.person)] == [replace(GIVEN, person=NEW.person)]


def test_the_next_sign_in_says_what_is_to_be_had_and_the_person_is_due(database, links, known, rows):
    move(links)
    person = AssignedPeople(database).find(NEW.person)
    assert (person.digest, person.state) == ("", "waiting")
    assert [claim.person for claim in PersonQueue(database).claim(9)] == [NEW.person]


@pytest.mark.parametrize("wanted", [True, False])
def test_what_the_new_provider_has_said_already_counts(database, links, known, rows, wanted):
    told = [replace(NEVER_GIVEN, person=NEW.person)]
    told += [replace(Assignment(NEW.person, "course", "12", "instructor", "staff", "keep"))] if wanted else []
    rows.tell(AssignedPerson(NEW.person, "new", "two", {"staff": "so"}), told)
    move(links)
    found = {one.name: one for one in rows.of_person(NEW.person)}
    assert (found["56"].state, found["56"].tried_at) == ("wanted", 0)
    one = found["12"]
    assert (one.state, one.user_id, one.target, one.ours, one.tried_at) == ("given", 57, 12, True, 1_000)
    expected = ("instructor", "staff", "keep") if wanted else ("learner", "sales", "remove")
    assert (one.role, one.rule, one.on_lost) == expected
    assert (AssignedPeople(database).find(NEW.person).provider, AssignedPeople(database).find(NEW.person).digest) == (
        "new",
        "",
    )
    assert [claim.person for claim in PersonQueue(database).claim(9)] == [NEW.person]
