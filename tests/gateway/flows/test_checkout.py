import pytest
import requests

from gateway.errors import (
    AlreadyYours,
    CategoryNotFound,
    CouponRefused,
    CourseNotFound,
    ForeignLink,
    InvalidRequest,
    NotForSale,
    UserNotFound,
)
from gateway.flows.checkout import Checkout
from gateway.flows.destinations import Destinations
from schemas.learner import Learner

COURSE, CATEGORY = 34, 3


@pytest.fixture
def buyer(portal):
    return Learner(portal.control.add_user("kim@acme.example"), "kim@acme.example", "f" * 32)


@pytest.fixture
def checkout(lms, destinations):
    return Checkout(lms, destinations)


def test_a_course_leads_to_its_payment_page_with_one_call(checkout, buyer, asked):
    link = checkout.course(buyer, COURSE, None)
    assert asked() == ["buycourse"]
    assert "$49.00" in requests.get(link.reveal(), timeout=10).text


def test_a_category_leads_to_its_payment_page_with_one_call(checkout, buyer, asked):
    link = checkout.category(buyer, CATEGORY, None)
    assert asked() == ["buycategorycourses"]
    assert "$99.00" in requests.get(link.reveal(), timeout=10).text


@pytest.mark.parametrize("coupon", ["", None])
def test_without_a_coupon_none_is_sent(checkout, buyer, portal, coupon):
    checkout.course(buyer, COURSE, coupon)
    assert "coupon" not in portal.control.calls("buycourse")[-1].arguments


def test_a_coupon_is_taken_off(checkout, buyer):
    assert "$44.10" in requests.get(checkout.course(buyer, COURSE, "WELCOME10").reveal(), timeout=10).text
    assert "$89.10" in requests.get(checkout.category(buyer, CATEGORY, "WELCOME10").reveal(), timeout=10).text


@pytest.mark.parametrize("coupon", ["A B", "50%", "a,b:c+d/e", "Größe"])
def test_a_coupon_of_any_spelling_arrives_as_it_is(checkout, buyer, portal, coupon):
    portal.control.add_coupon(coupon, 50)
    checkout.course(buyer, COURSE, coupon)
    assert portal.control.calls("buycourse")[-1].arguments["coupon"] == coupon


@pytest.mark.parametrize("kind", ["course", "category"])
@pytest.mark.parametrize(
    "message", ["The coupon code is not valid", "Invalid arguments provided", "Something of GONE10"]
)
def test_a_coupon_that_is_refused_is_named_to_the_person_and_not_to_the_log(checkout, buyer, portal, kind, message):
    portal.control.fault(kind="status", status=400, message=message)
    with pytest.raises(CouponRefused) as refused:
        getattr(checkout, kind)(buyer, {"course": COURSE, "category": CATEGORY}[kind], "GONE10")
    assert refused.value.coupon == "GONE10"
    assert message.partition("GONE10")[0] in refused.value.note
    assert "GONE10" not in refused.value.note


def test_a_coupon_that_has_expired_or_never_was_is_refused_with_one_call(checkout, buyer, portal, asked):
    portal.control.add_coupon("OLD", 10, expired=True)
    for coupon in ("OLD", "NOSUCH"):
        with pytest.raises(CouponRefused):
            checkout.course(buyer, COURSE, coupon)
    assert asked() == ["buycourse", "buycourse"]


def test_what_is_refused_without_a_coupon_is_not_put_down_to_one(checkout, buyer, portal):
    for message in ("Invalid arguments provided", "A coupon is needed for this course"):
        portal.control.fault("buycourse", kind="status", status=400, message=message)
        with pytest.raises(InvalidRequest) as refused:
            checkout.course(buyer, COURSE, None)
        assert type(refused.value) is InvalidRequest


def test_where_no_payments_are_taken_the_coupon_is_not_to_blame(checkout, buyer, portal):
    portal.control.quirk(payment_page=False)
    for coupon in (None, "WELCOME10"):
        with pytest.raises(NotForSale):
            checkout.course(buyer, COURSE, coupon)


def test_what_does_not_exist_cannot_be_bought(checkout, buyer):
    with pytest.raises(CourseNotFound):
        checkout.course(buyer, 4711, None)
    with pytest.raises(CategoryNotFound):
        checkout.category(buyer, 4711, None)
    with pytest.raises(UserNotFound):
        checkout.course(Learner(4711, "x", "f" * 32), COURSE, None)


def test_a_course_that_one_is_enrolled_in_already_is_not_sold_again(checkout, buyer, portal):
    portal.control.enrol(buyer.user_id, COURSE)
    with pytest.raises(AlreadyYours):
        checkout.course(buyer, COURSE, None)


def test_a_payment_page_at_paypal_is_followed_and_one_elsewhere_is_not(lms, buyer, portal):
    checkout = Checkout(lms, Destinations({"acme.talentlms.com"}, {"www.paypal.com"}))
    with pytest.raises(ForeignLink):
        checkout.course(buyer, COURSE, None)
    portal.control.fault("buycourse", kind="foreign_link", host="www.paypal.com")
    with pytest.raises(ForeignLink):
        checkout.course(buyer, COURSE, None)  # plain http, beyond this machine
