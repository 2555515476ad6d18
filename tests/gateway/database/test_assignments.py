"""What rules give people lasts, and who is due for it; on both kinds of database."""

import pytest

from gateway.database import assigned_people, due_rows
from gateway.database import assignments as assignments_module
from gateway.database.assigned_people import AssignedPerson, PersonQueue
from gateway.database.assignments import Assignment
from gateway.database.entitlements import Entitlement, Entitlements
from gateway.database.holdings import Holdings
from tests.gateway.database.clock import Clock
from tests.gateway.threads import at_once

KIM, LEE = "k" * 32, "l" * 32
INTRO = Assignment(KIM, "course", "12", "learner", "sales", "remove")
EMEA = Assignment(KIM, "branch", "emea", "", "sales", "remove")
TEAM = Assignment(KIM, "group", "KEY12345", "", "staff")


def told(person=KIM, digest="one", **rules):
    return AssignedPerson(person, "acme", digest, rules)


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch, assigned_people, assignments_module, due_rows)


@pytest.fixture
def holdings(database, clock):
    return Holdings(database)


@pytest.fixture
def rows(holdings):
    return holdings.assignments


@pytest.fixture
def queue(database, clock):
    return PersonQueue(database)


def wanted(rows, person=KIM):
    return {one.name: one.is_wanted for one in rows.of_person(person)}


def test_whom_a_rule_has_never_given_anything_is_unknown(rows):
    assert rows.people.find(KIM) is None
    assert rows.of_person(KIM) == []


def test_a_person_is_due_once_something_was_told_of_them(rows, queue, clock):
    rows.tell(told(sales="group 'Sales' from groups"), [INTRO, EMEA])
    found = rows.people.find(KIM)
    assert (found.provider, found.digest, found.rules) == ("acme", "one", {"sales": "group 'Sales' from groups"})
    assert (found.told_at, found.user_id, found.state, queue.next_at()) == (clock.now, 0, "waiting", clock.now)
    (claim,) = queue.claim()
    assert (claim.person, claim.tries, queue.claim()) == (KIM, 0, [])
    queue.finish(claim, "done")
    assert (queue.next_at(), rows.people.find(KIM).state) == (None, "done")
    assert rows.of_person(KIM) == [one_at(EMEA, clock), one_at(INTRO, clock)]


def one_at(one, clock):
    return assignments_module.Assignment(**{**vars(one), "updated_at": clock.now})


def test_what_is_told_anew_says_what_is_wanted_and_leaves_what_was_done_as_it_is(holdings, rows):
    rows.tell(told(), [INTRO, EMEA])
    done = Assignment(**{**vars(INTRO), "target": 12, "user_id": 7, "state": "given", "ours": True})
    holdings.put(done)
    again = Assignment(KIM, "course", "12", "instructor", "staff", "keep")
    rows.tell(told(digest="two"), [again, TEAM])
    assert wanted(rows) == {"12": True, "emea": False, "KEY12345": True}
    now = rows.now(INTRO)
    assert (now.rule, now.on_lost, now.role) == ("staff", "keep", "instructor")
    assert (now.state, now.ours, now.user_id, now.target) == ("given", True, 7, 12)
    rows.tell(told(digest="three"), [], keeps_others=True)
    assert wanted(rows) == {"12": True, "emea": False, "KEY12345": True}


def test_what_a_worker_writes_does_not_undo_what_a_sign_in_has_told_meanwhile(holdings, rows, queue):
    rows.tell(told(), [INTRO])
    (claim,) = queue.claim()
    seen = rows.now(INTRO)
    rows.tell(told(digest="two"), [])
    holdings.put(Assignment(**{**vars(seen), "state": "given", "user_id": 7}))
    queue.finish(claim, "done")
    assert (rows.now(INTRO).is_wanted, rows.now(INTRO).state) == (False, "given")
    assert [one.person for one in queue.claim()] == [KIM]


def test_ten_tabs_that_sign_in_at_once_leave_one_person_and_each_assignment_once(rows):
    at_once(10, lambda number: rows.tell(told(digest=str(number)), [INTRO, EMEA, TEAM]))
    assert wanted(rows) == {"12": True, "emea": True, "KEY12345": True}
    assert rows.people.find(KIM).digest in {str(number) for number in range(10)}


def test_a_person_is_one_workers_at_a_time(rows, queue):
    for person in (KIM, LEE):
        rows.tell(told(person), [])
    taken = at_once(6, lambda _: [claim.person for claim in queue.claim(2)])
    assert sorted(person for some in taken for person in some) == [KIM, LEE]


def test_for_which_account_all_was_done_is_remembered_and_a_person_made_due_again(rows, queue):
    rows.tell(told(), [INTRO])
    queue.finish(queue.claim()[0], "done")
    rows.people.applied(KIM, 7, 99)
    assert (rows.people.find(KIM).user_id, rows.people.find(KIM).retry_at) == (7, 99)
    rows.people.make_due(KIM)
    assert [claim.person for claim in queue.claim()] == [KIM]
    rows.tell(told(digest="two"), [INTRO])
    assert (rows.people.find(KIM).user_id, rows.people.find(KIM).retry_at) == (7, 0)


def test_entitlements_and_assignments_of_an_account_to_the_same_are_told_of_each_other(holdings, rows, database):
    sold = Entitlement("shop", "1001", "l1", 1, "course", 12, user_id=7)
    other = Entitlement("shop", "1002", "l1", 1, "course", 34, user_id=7)
    Entitlements(database).put(sold, other)
    rows.tell(told(), [INTRO, EMEA])
    mine = Assignment(**{**vars(INTRO), "target": 12, "user_id": 7})
    branch = Assignment(**{**vars(EMEA), "target": 12, "user_id": 7})
    holdings.put(mine, branch)
    assert [one.order_id for one in holdings.others(mine)] == ["1001"]
    assert [one.name for one in holdings.others(sold)] == ["12"]
    assert (holdings.others(branch), holdings.others(other)) == ([], [])
