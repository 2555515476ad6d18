"""The record of what orders have given against TalentLMS's enrolments, calls counted."""

import threading
from dataclasses import replace

import pytest
from sqlalchemy import update

from gateway.database.assignments import AssignedPerson, Assignment
from gateway.database.holdings import Holdings
from gateway.database.reconciled_entitlements import ReconciledEntitlements
from gateway.database.tables import ENTITLEMENTS
from gateway.errors import Unavailable
from gateway.flows import reconciliation
from gateway.flows.reconciliation import NOT_YET, Reconciliation
from gateway.worker.order_worker import OrderWorker
from schemas.order import Customer
from schemas.product import Product
from tests.gateway.database.orders import erased_of
from tests.gateway.flows.selling import GUEST, KIM, line

MIA = Customer("mia.new@shop.example", "c-78", "Mia", "Roe")


READS = {"users/id", "users/email", "getuserstatusincourse"}


class Operator:
    """Somebody who reconciles, with a worker that runs."""

    def __init__(self, shop, lms):
        self.shop, self.lms = shop, lms
        self.work = Reconciliation(
            lms, ReconciledEntitlements(shop.entitlements._database), Holdings(shop.entitlements._database)
        )
        self.waited = []

    def fulfils(self):
        """Have all orders looked at that are due; return how many those were."""
        return OrderWorker(self.shop.queue, self, threading.Event(), 1).work_off()

    def fulfil(self, _storefront, order, check):
        return self.shop.fulfils(order, check)

    def sells(self, *lines, order="1001", customer=KIM, **more):
        self.shop.tells(*lines, order=order, customer=customer, **more)
        self.fulfils()

    def accounts(self):
        return self.work.accounts(self.shop.settings)

    def found(self):
        return list(self.work.differences(self.shop.settings, self.accounts(), self.waited.append))

    def compares(self):
        return [(one.kind, one.entitlement.order_id, one.entitlement.call, one.person) for one in self.found()]

    def mends(self):
        """Mend what differs; return whether each was mended, and why not."""
        found = self.found()
        for one in found:
            assert self.work.open_again(one)
        self.fulfils()
        return [(one.is_mended, one.note) for one in self.work.mended(self.shop.settings, found)]

    def user(self, order="1001"):
        return self.shop.entitlements.of_order("shop", order)[0].user_id

    def ages(self, seconds):
        """Let all that was done lie further back."""
        with self.shop.entitlements._database.transaction() as connection:
            one = ENTITLEMENTS.c
            older = {"tried_at": one.tried_at - seconds, "updated_at": one.updated_at - seconds}
            connection.execute(update(ENTITLEMENTS).where(one.tried_at > 0).values(older))


@pytest.fixture
def changed(asked):
    """Return the operations that have changed something since the last look, in order."""
    return lambda: [operation for operation in asked() if operation not in READS]


@pytest.fixture
def operator(shop, lms):
    return Operator(shop, lms)


@pytest.fixture
def left_over(operator, portal, database):
    """An enrolment that an order gave and ended, and that is there all the same."""

    def made(*lines):
        operator.sells(*(lines or (line(),)))
        before = portal.control.snapshot()
        operator.shop.tells(*(lines or (line(),)), status="refunded")
        operator.fulfils()
        portal.control.restore(before)
        with database.transaction() as connection:  # the end was some time after the beginning
            is_ended = ENTITLEMENTS.c.state == "taken"
            connection.execute(update(ENTITLEMENTS).where(is_ended).values(updated_at=ENTITLEMENTS.c.updated_at + 100))

    return made


def test_where_nothing_differs_each_person_costs_one_look_up_and_nothing_is_changed(operator, asked, enrolled):
    operator.sells(line(1), line(2, "SKU-LAW"))
    operator.sells(line(1, "SKU-ALL"), order="1002")
    operator.sells(line(), order="1003", customer=GUEST)
    before = enrolled()
    asked()
    assert len(operator.accounts()) == 2
    assert operator.compares() == []
    assert asked() == ["users/id", "users/id"]
    assert (enrolled(), operator.fulfils()) == (before, 0)


def test_what_is_missing_is_given_again_with_one_call(operator, asked, changed, enrolled, lms):
    operator.sells(line(1), line(2, "SKU-LAW"))
    lms.courses.remove_user(operator.user(), 34)
    asked()
    assert operator.compares() == [("missing", "1001", "course 34", KIM.email)]
    assert asked() == ["users/id"]
    assert operator.fulfils() == 0
    assert operator.mends() == [(True, "")]
    assert changed() == ["addusertocourse"]
    assert enrolled() == [(KIM.email, 12), (KIM.email, 34)]
    assert operator.compares() == []


def test_what_was_given_again_is_ours_and_ends_with_its_refund(operator, enrolled, lms):
    operator.sells(line())
    lms.courses.remove_user(operator.user(), 12)
    operator.mends()
    operator.sells(line(), status="refunded")
    assert enrolled() == []


def test_a_group_that_somebody_left_is_joined_again(operator, changed, lms):
    made = lms.groups.create("Team", key="TEAM-9")
    lms.groups.add_course(12, made.group_id)
    operator.sells(line(1, "SKU-TEAM"))
    (group,) = [one for one in operator.shop.entitlements.of_order("shop", "1001") if one.kind == "group"]
    lms.groups.remove_user(group.user_id, group.target)
    changed()
    assert operator.compares() == [("missing", "1001", group.call, KIM.email)]
    assert operator.mends() == [(True, "")]
    assert changed() == ["addusertogroup"]
    assert [one.id for one in lms.users.by_id(group.user_id).groups] == [group.target]


def test_an_account_that_was_deleted_is_made_anew(operator, enrolled, lms):
    operator.sells(line())
    lms.users.delete(operator.user(), permanent=True)
    (one,) = operator.found()
    assert (one.kind, one.person, one.note) == ("missing", KIM.email, "the account does not exist any more")
    assert operator.mends() == [(True, "")]
    assert enrolled() == [(KIM.email, 12)]


def test_what_cannot_be_given_again_says_why_and_the_others_are_mended(operator, enrolled, lms, portal):
    course = portal.control.add_course("Gone soon")
    operator.sells(line(1), line(2, "SKU-LAW"))
    operator.shop.sets(products=operator.shop.settings.products | {"SKU-SOON": Product("course", course)})
    operator.sells(line(1, "SKU-SOON"), order="1002", customer=MIA)
    lms.courses.remove_user(operator.user(), 12)
    lms.courses.delete(course)
    ((first, _), (second, why)) = operator.mends()
    assert (first, second) == (True, False)
    assert "course of this product does not exist" in why
    assert enrolled() == [(KIM.email, 12), (KIM.email, 34)]


def test_what_no_worker_has_looked_at_is_not_mended_yet(operator, lms):
    operator.sells(line())
    lms.courses.remove_user(operator.user(), 12)
    found = operator.found()
    assert operator.work.open_again(found[0])
    assert operator.work.wait(operator.shop.settings, ["1001"], 0) == {"1001"}
    assert [(one.is_mended, one.note) for one in operator.work.mended(operator.shop.settings, found)] == [
        (False, NOT_YET)
    ]


def test_it_is_waited_as_long_as_a_worker_gets_on(operator, lms, monkeypatch):
    monkeypatch.setattr(reconciliation, "LOOK_SECONDS", 0.01)
    operator.sells(line())
    operator.sells(line(), order="1002", customer=MIA)
    for order in ("1001", "1002"):
        lms.courses.remove_user(operator.user(order), 12)
    for one in operator.found():
        operator.work.open_again(one)
    working = threading.Thread(target=operator.fulfils)
    working.start()
    assert operator.work.wait(operator.shop.settings, ["1001", "1002"], 30) == set()
    working.join()
    assert operator.compares() == []


def test_a_refund_that_comes_between_the_look_and_the_mending_counts(operator, enrolled, lms):
    operator.sells(line())
    lms.courses.remove_user(operator.user(), 12)
    (one,) = operator.found()
    operator.sells(line(), status="refunded")
    assert not operator.work.open_again(one)
    assert (enrolled(), operator.fulfils()) == ([], 0)


def test_nothing_is_given_again_by_an_order_that_was_refunded(operator, asked):
    operator.sells(line())
    operator.sells(line(), status="refunded")
    asked()
    assert operator.compares() == []
    assert asked() == ["users/id"]


def test_what_ended_and_is_there_all_the_same_is_taken_away(operator, left_over, changed, enrolled):
    left_over()
    assert enrolled() == [(KIM.email, 12)]
    changed()
    (one,) = operator.found()
    assert (one.kind, one.entitlement.call, one.person, bool(one.name)) == ("surplus", "course 12", KIM.email, True)
    assert operator.mends() == [(True, "")]
    assert changed() == ["removeuserfromcourse"]
    assert enrolled() == []
    assert operator.compares() == []


def test_what_is_completed_stays(operator, left_over, portal, enrolled):
    left_over()
    portal.control.set_progress(operator.user(), 12, 100)
    assert operator.compares() == []
    assert enrolled() == [(KIM.email, 12)]


def test_what_is_completed_between_the_look_and_the_mending_stays(operator, left_over, portal, enrolled):
    left_over()
    (one,) = operator.found()
    portal.control.set_progress(operator.user(), 12, 100)
    operator.work.open_again(one)
    operator.fulfils()
    assert [(one.is_mended, one.note) for one in operator.work.mended(operator.shop.settings, [one])] == [
        (True, "the course is completed")
    ]
    assert enrolled() == [(KIM.email, 12)]


def test_what_another_order_gives_stays(operator, left_over, enrolled):
    left_over()
    operator.sells(line(), order="1002")
    assert operator.compares() == []
    assert enrolled() == [(KIM.email, 12)]


def test_what_a_rule_of_the_mapping_gives_stays(operator, left_over, enrolled, database):
    left_over()
    holdings = Holdings(database)
    given = Assignment("k" * 32, "course", "12")
    holdings.assignments.tell(AssignedPerson(given.person, "acme", "x", {}), [given])
    holdings.put(replace(given, target=12, user_id=operator.user(), state="given"))
    assert operator.compares() == []
    assert enrolled() == [(KIM.email, 12)]


def test_what_somebody_gave_after_the_end_stays(operator, enrolled, lms):
    operator.sells(line())
    operator.sells(line(), status="refunded")
    operator.ages(1000)
    lms.courses.add_user(operator.user(), 12)
    assert operator.compares() == []
    assert enrolled() == [(KIM.email, 12)]


def test_what_was_there_before_the_order_stays(operator, enrolled, portal):
    user_id = portal.control.add_user(GUEST.email)
    portal.control.enrol(user_id, 12)
    operator.sells(line(), customer=GUEST)
    operator.sells(line(), customer=GUEST, status="refunded")
    assert operator.compares() == []
    assert enrolled() == [(GUEST.email, 12)]


def test_an_enrolment_of_which_nothing_is_on_record_stays(operator, enrolled, portal, lms):
    operator.sells(line())
    lms.courses.add_user(operator.user(), 34)
    assert operator.compares() == []
    assert enrolled() == [(KIM.email, 12), (KIM.email, 34)]


@pytest.mark.parametrize("on_refund", ["keep", "review"])
def test_what_ended_stays_where_the_settings_say_so_and_costs_no_call(operator, left_over, asked, on_refund):
    left_over()
    operator.shop.sets(on_refund=on_refund)
    asked()
    assert (operator.compares(), asked()) == ([], [])


def test_of_two_orders_that_have_ended_one_takes_it_away(operator, portal, database, enrolled):
    operator.sells(line())
    operator.sells(line(), order="1002")
    before = portal.control.snapshot()
    for order in ("1001", "1002"):
        operator.sells(line(), order=order, status="refunded")
    portal.control.restore(before)
    with database.transaction() as connection:
        connection.execute(update(ENTITLEMENTS).values(updated_at=ENTITLEMENTS.c.updated_at + 100))
    assert len(operator.found()) == 1
    assert operator.mends() == [(True, "")]
    assert enrolled() == []


def test_orders_that_are_due_dead_or_of_others_are_left_to_them(operator, asked, lms):
    operator.sells(line())
    operator.sells(line(1, "T-SHIRT"), order="1002", customer=MIA)
    lms.courses.remove_user(operator.user(), 12)
    operator.shop.tells(line(2, "SKU-LAW"))
    asked()
    assert operator.compares() == []
    assert asked() == []
    assert operator.work.left_out(operator.shop.settings) == {"waiting": 1, "dead": 1}
    assert operator.work.accounts(replace(operator.shop.settings, name="other")) == []


def test_people_who_were_erased_are_left_alone(operator, asked, lms, database):
    operator.sells(line())
    lms.courses.remove_user(operator.user(), 12)
    erased_of(database).erase(KIM.email)
    operator.fulfils()
    asked()
    assert (operator.compares(), asked()) == ([], [])


def test_the_seat_of_whoever_redeemed_it_is_given_again(operator, portal, enrolled, lms):
    codes = operator.shop.codes
    operator.sells(line(1, quantity=3))
    user_id = portal.control.add_user(MIA.email)
    codes.redeem(codes.find(codes.shown("shop", "1001")[2][1]), "m" * 32, user_id)
    operator.shop.queue.retry("shop", "1001")
    operator.fulfils()
    lms.courses.remove_user(user_id, 12)
    assert operator.compares() == [("missing", "1001", "course 12", MIA.email)]
    assert operator.mends() == [(True, "")]
    assert enrolled() == [(MIA.email, 12)]


def test_a_call_that_is_not_granted_is_waited_for(operator, asked, portal, monkeypatch):
    monkeypatch.setattr(reconciliation, "LONGEST_PAUSE_SECONDS", 0.01)
    operator.sells(line())
    portal.control.fault("users/id", kind="status", status=429, times=2)
    assert operator.compares() == []
    assert set(operator.waited) == {0.01}


def test_a_fault_that_passes_by_ends_nothing(operator, portal, monkeypatch):
    monkeypatch.setattr(reconciliation, "LONGEST_PAUSE_SECONDS", 0.01)
    operator.sells(line())
    portal.control.fault("users/id", kind="status", status=500, times=2)
    assert operator.compares() == []


def test_while_talentlms_is_away_nothing_is_taken_for_missing(operator, portal, monkeypatch):
    monkeypatch.setattr(reconciliation, "LONGEST_PAUSE_SECONDS", 0.01)
    operator.sells(line())
    portal.control.fault(kind="status", status=500, times=99)
    with pytest.raises(Unavailable):
        operator.compares()
    assert operator.fulfils() == 0
