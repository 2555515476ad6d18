import pytest
import requests

from gateway.errors import (
    AlreadyYours,
    CategoryNotFound,
    CouponRefused,
    CourseNotFound,
    ForeignLink,
    FreeOfCharge,
    InvalidRequest,
    NotForSale,
    UserNotFound,
)
from gateway.flows.checkout import Checkout, Purchase
from gateway.flows.destinations import Destinations
from gateway.flows.items import Items
from schemas.learner import Learner
from tests.patience import PATIENT_SECONDS

COURSE, CATEGORY = Purchase("course", 34), Purchase("category", 3)
FREE = 12


@pytest.fixture
def buyer(portal):
    return Learner(portal.control.add_user("kim@acme.example"), "kim@acme.example", "f" * 32)


@pytest.fixture
def checkout(lms, destinations):
    return Checkout(lms, destinations, Items(lms))


def test_a_course_leads_to_its_payment_page_with_one_call(checkout, buyer, asked):
    link = checkout.link(buyer, COURSE)
    assert asked() == ["buycourse"]
    assert "$49.00" in requests.get(link.reveal(), timeout=PATIENT_SECONDS).text


def test_a_category_leads_to_its_payment_page_with_one_call(checkout, buyer, asked):
    link = checkout.link(buyer, CATEGORY)
    assert asked() == ["buycategorycourses"]
    assert "$99.00" in requests.get(link.reveal(), timeout=PATIENT_SECONDS).text


@pytest.mark.parametrize("coupon", [(), ("",)])
def test_without_a_coupon_none_is_sent(checkout, buyer, portal, coupon):
    checkout.link(buyer, COURSE, *coupon)
    assert "coupon" not in portal.control.calls("buycourse")[-1].arguments


def test_a_coupon_is_taken_off(checkout, buyer):
    assert "$44.10" in requests.get(checkout.link(buyer, COURSE, "WELCOME10").reveal(), timeout=PATIENT_SECONDS).text
    assert "$89.10" in requests.get(checkout.link(buyer, CATEGORY, "WELCOME10").reveal(), timeout=PATIENT_SECONDS).text


@pytest.mark.parametrize("coupon", ["A B", "50%", "a,b:c+d/e", "Größe"])
def test_a_coupon_of_any_spelling_arrives_as_it_is(checkout, buyer, portal, coupon):
    portal.control.add_coupon(coupon, 50)
    checkout.link(buyer, COURSE, coupon)
    assert portal.control.calls("buycourse")[-1].arguments["coupon"] == coupon


@pytest.mark.parametrize("item", [COURSE, CATEGORY])
@pytest.mark.parametrize(
    "message", ["The coupon code is not valid", "Invalid arguments provided", "Something of GONE10"]
)
def test_a_coupon_that_is_refused_is_named_to_the_person_and_not_to_the_log(checkout, buyer, portal, item, message):
    operation = {"course": "buycourse", "category": "buycategorycourses"}[item.kind]
    portal.control.fault(operation, kind="status", status=400, message=message)
    with pytest.raises(CouponRefused) as refused:
        checkout.link(buyer, item, "GONE10")
    assert refused.value.coupon == "GONE10"
    assert message.partition("GONE10")[0] in refused.value.note
    assert "GONE10" not in refused.value.note


def test_a_coupon_that_has_expired_or_never_was_is_refused_with_one_call(checkout, buyer, portal, asked):
    portal.control.add_coupon("OLD", 10, expired=True)
    for coupon in ("OLD", "NOSUCH"):
        with pytest.raises(CouponRefused):
            checkout.link(buyer, COURSE, coupon)
    assert asked() == ["buycourse", "buycourse"]


def test_what_is_refused_without_a_coupon_is_not_put_down_to_one(checkout, buyer, portal):
    for message in ("Invalid arguments provided", "A coupon is needed for this course"):
        portal.control.fault("buycourse", kind="status", status=400, message=message)
        with pytest.raises(InvalidRequest) as refused:
            checkout.link(buyer, COURSE)
        assert type(refused.value) is InvalidRequest


def test_where_no_payments_are_taken_the_coupon_is_not_to_blame(checkout, buyer, portal):
    portal.control.quirk(payment_page=False)
    for coupon in ("", "WELCOME10"):
        with pytest.raises(NotForSale):
            checkout.link(buyer, COURSE, coupon)


def test_what_does_not_exist_cannot_be_bought(checkout, buyer):
    with pytest.raises(CourseNotFound):
        checkout.link(buyer, Purchase("course", 4711))
    with pytest.raises(CategoryNotFound):
        checkout.link(buyer, Purchase("category", 4711))
    with pytest.raises(UserNotFound):
        checkout.link(Learner(4711, "x", "f" * 32), COURSE)


def test_a_course_that_one_is_enrolled_in_already_is_not_sold_again(checkout, buyer, portal):
    portal.control.enrol(buyer.user_id, COURSE.id)
    with pytest.raises(AlreadyYours):
        checkout.link(buyer, COURSE)


def test_a_payment_page_at_paypal_is_followed_and_one_elsewhere_is_not(lms, buyer, portal):
    checkout = Checkout(lms, Destinations({"acme.talentlms.com"}, {"www.paypal.com"}), Items(lms))
    with pytest.raises(ForeignLink):
        checkout.link(buyer, COURSE)
    portal.control.fault("buycourse", kind="foreign_link", host="www.paypal.com")
    with pytest.raises(ForeignLink):
        checkout.link(buyer, COURSE)  # plain http, beyond this machine


def test_a_course_that_is_known_to_cost_nothing_is_not_paid_for(lms, destinations, buyer, asked):
    items = Items(lms)
    checkout = Checkout(lms, destinations, items)
    items.find("course", FREE)
    asked()
    with pytest.raises(FreeOfCharge):
        checkout.link(buyer, Purchase("course", FREE))
    assert asked() == []


def test_what_is_not_for_sale_because_it_costs_nothing_is_told_from_what_is_not_for_sale(
    checkout, buyer, portal, asked
):
    portal.control.quirk(payment_page=False)
    with pytest.raises(FreeOfCharge):
        checkout.link(buyer, Purchase("course", FREE))
    assert asked() == ["buycourse", "courses/id"]
    for item in (COURSE, CATEGORY):
        with pytest.raises(NotForSale):
            checkout.link(buyer, item)
