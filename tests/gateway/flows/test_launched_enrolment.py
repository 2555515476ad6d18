"""Customers who come by a launch before their order is looked at: what the launch gave ends with the sale."""

from dataclasses import replace
from functools import partial

import pytest

from gateway.errors import CourseNotOpen
from gateway.flows.fulfilment import Result
from gateway.flows.refunded_courses import RefundedCourses
from schemas.handover import Handover, Target
from tests.gateway.flows.selling import KIM, line
from tests.gateway.flows.test_handover import Scene

HOUR = 3600


@pytest.fixture
def launched(shop, lms, store, links, launch, destinations):
    """Let Kim come by a launch, who is enrolled by that."""

    def come(course_id=12, storefront="shop", **options):
        scene = Scene(
            lms, store, links, launch, destinations, adopt=False, begin=partial(shop.launched.begin, "shop"), **options
        )
        handover = Handover("shop", KIM, True, Target("course", course_id))  # noqa: FBT003
        link = scene.go(handover)
        if storefront != "shop":
            user_id = links.find(KIM.identity("shop").key).user_id
            shop.launched.begin(storefront, user_id, course_id)
        return link

    return come


@pytest.fixture
def user_id(account):
    return lambda: account(KIM.email)["id"]


def test_a_refund_ends_what_a_launch_gave_before_the_order_was_looked_at(shop, launched, enrolled):
    shop.tells(line())
    launched()
    assert enrolled() == [(KIM.email, 12)]
    assert shop.fulfils() == Result("done")
    shop.refunds("r1")
    assert shop.fulfils() == Result("done")
    assert (enrolled(), shop.ledger()) == ([], {("l1", 12): "taken"})


def test_a_refund_ends_what_a_launch_gave_before_the_order_was_told_of(shop, launched, enrolled):
    launched(19)
    shop.tells(line(1, "SKU-ALL"))
    assert shop.fulfils() == Result("done")
    shop.refunds("r1")
    shop.fulfils()
    assert enrolled() == []


@pytest.mark.parametrize(("sku", "courses"), [("SKU-INTRO", [12]), ("SKU-ALL", [12, 19, 34])])
def test_a_refund_before_the_order_was_looked_at_ends_what_a_launch_gave(shop, launched, enrolled, asked, sku, courses):
    shop.tells(line(1, sku))
    launched()
    shop.refunds("r1")
    asked()
    assert shop.fulfils() == Result("done")
    assert asked()[-1] == "removeuserfromcourse"
    assert (enrolled(), shop.ledger()) == ([], {("l1", course): "taken" for course in courses})
    assert shop.entitlements.is_refunded([KIM.identity("shop").key], 0, 12)
    asked()
    shop.fulfils()
    assert asked() == []


def test_a_category_that_was_refunded_before_any_of_it_was_given_is_opened_by_no_launch(shop, launched, enrolled):
    shop.refunds("r1")
    shop.tells(line(1, "SKU-ALL"))
    assert shop.fulfils() == Result("done")
    with pytest.raises(CourseNotOpen):
        launched(is_refunded=RefundedCourses(shop.entitlements, shop.links).includes)
    assert enrolled() == []


@pytest.mark.parametrize("is_looked_at", [True, False])
def test_what_somebody_else_gave_after_a_launch_stays(shop, launched, enrolled, lms, portal, user_id, is_looked_at):
    launched()
    lms.courses.remove_user(user_id(), 12)
    portal.control.advance(HOUR)
    portal.control.enrol(user_id(), 12)  # by an administrator
    shop.tells(line())
    if is_looked_at:
        shop.fulfils()
    shop.refunds("r1")
    shop.fulfils()
    assert enrolled() == [(KIM.email, 12)]


def test_what_was_given_at_a_time_that_nobody_knows_stays(shop, launched, enrolled, lms, monkeypatch):
    status = lms.courses.user_status
    monkeypatch.setattr(type(lms.courses), "user_status", lambda _, *given: replace(status(*given), enrolled_on=None))
    shop.tells(line())
    launched()
    shop.fulfils()
    shop.refunds("r1")
    shop.fulfils()
    assert enrolled() == [(KIM.email, 12)]


def test_a_course_that_everybody_may_enter_stays(shop, launched, enrolled):
    shop.tells(line())
    launched(self_enrol_courses=(12,))
    shop.fulfils()
    shop.refunds("r1")
    shop.fulfils()
    assert enrolled() == [(KIM.email, 12)]


def test_what_another_storefronts_launch_gave_stays(shop, launched, enrolled):
    launched(self_enrol_courses=(12,), storefront="other")
    shop.tells(line())
    shop.fulfils()
    shop.refunds("r1")
    shop.fulfils()
    assert enrolled() == [(KIM.email, 12)]
