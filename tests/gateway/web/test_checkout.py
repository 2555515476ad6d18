"""``/buy``: to TalentLMS's payment page."""

import pytest
import requests

from tests.gateway.web.browser import LINK_HEADERS, csrf_token
from tests.patience import PATIENT_SECONDS

FILE = "[slugs.courses]\ngdpr-2026 = 34\n[slugs.categories]\ncompliance = 3"


@pytest.fixture
def buyer(gateway, browser_at, portal):
    browser = browser_at(gateway(file=FILE))
    browser.sign_in()
    browser.get("/go")
    portal.control.clear_calls()
    return browser


@pytest.mark.statement(50)
@pytest.mark.parametrize(
    ("path", "operation", "price"),
    [
        ("/buy/course/34", "buycourse", "$49.00"),
        ("/buy/course/gdpr-2026", "buycourse", "$49.00"),
        ("/buy/course/34?coupon=WELCOME10", "buycourse", "$44.10"),
        ("/buy/course/34?coupon=", "buycourse", "$49.00"),
        ("/buy/category/3", "buycategorycourses", "$99.00"),
        ("/buy/category/compliance?coupon=WELCOME10", "buycategorycourses", "$89.10"),
    ],
)
def test_a_click_leads_to_the_payment_page_with_one_call(buyer, asked, path, operation, price):
    answer = buyer.get(path)
    assert answer.status_code == 302
    assert asked() == [operation]
    assert LINK_HEADERS.items() <= dict(answer.headers).items()
    assert price in requests.get(answer.headers["Location"], timeout=PATIENT_SECONDS).text


def test_a_coupon_that_is_there_twice_or_is_none_is_refused_without_asking(buyer, asked):
    long = "coupon=" + "x" * 65
    for coupons in ("coupon=A&coupon=B", "coupon=A&coupon=A", long, "coupon=%0a", "coupon=a%00", "coupon=%E2%80%AE"):
        assert buyer.get(f"/buy/course/34?{coupons}").status_code == 400, coupons
    assert asked() == []


@pytest.mark.parametrize("path", ["/buy/course/34", "/buy/course/gdpr-2026", "/buy/category/3"])
def test_a_refused_coupon_can_be_corrected_or_left_out_on_its_page(buyer, portal, path):
    page = buyer.get(f"{path}?coupon=%3Cb%3EWELCOM10")
    assert (page.status_code, "This coupon is not accepted" in page.text) == (422, True)
    assert "the coupon “&lt;b&gt;WELCOM10”" in page.text
    assert f'<form method="post" action="{path}">' in page.text
    assert ' name="coupon" value="&lt;b&gt;WELCOM10" maxlength="64"' in page.text
    assert f'<a href="{path}">Continue without a coupon</a>' in page.text
    assert "reference" not in page.text
    assert portal.url in page.headers["Content-Security-Policy"].partition("form-action")[2]
    form = {"csrf_token": csrf_token(page), "coupon": " WELCOME10 "}
    again = buyer.post(path, form)
    assert (again.status_code, again.headers["Location"]) == (303, f"{path}?coupon=WELCOME10")
    assert buyer.get(again.headers["Location"]).status_code == 302
    assert buyer.post(path, form | {"csrf_token": "x"}).status_code == 403
    assert buyer.post(path, form | {"coupon": "x" * 65}).status_code == 400
    assert buyer.get(path).status_code == 302
    machine = buyer.client.get(f"{path}?coupon=WELCOM10", headers={"Accept": "application/json"})
    assert (machine.status_code, machine.json["type"].rpartition(":")[2]) == (422, "coupon-refused")


def test_another_fault_of_a_purchase_with_a_coupon_offers_what_it_always_does(buyer, portal):
    portal.control.fault("buycourse", kind="status", status=500)
    page = buyer.get("/buy/course/34?coupon=WELCOME10")
    assert (page.status_code, "Continue without" in page.text) == (503, False)
    assert ">Try again</a>" in page.text
    portal.control.quirk(payment_page=False)
    page = buyer.get("/buy/course/34?coupon=WELCOME10")
    assert (page.status_code, "This cannot be bought here" in page.text) == (403, True)
    assert "Continue without" not in page.text


def test_what_is_neither_id_nor_slug_is_not_found_without_asking(buyer, asked):
    for path in ("/buy/course/nosuch", "/buy/category/nosuch", "/buy/category/gdpr-2026", "/buy/course/0"):
        assert buyer.get(path).status_code == 404, path
    assert asked() == []


def test_what_talentlms_does_not_know_is_not_found(buyer):
    for path in ("/buy/course/4711", "/buy/category/4711"):
        assert buyer.get(path).status_code == 404, path


def test_what_one_has_already_is_not_sold_again_and_its_page_leads_straight_in(buyer, portal):
    (number,) = [user["id"] for user in portal.control.state()["users"] if user["email"] == "kim@acme.example"]
    portal.control.enrol(number, 34)
    answer = buyer.get("/buy/course/gdpr-2026?coupon=WELCOME10")
    assert (answer.status_code, "You already have this" in answer.text) == (409, True)
    assert '<a class="button" href="/go/course/34">Open the course</a>' in answer.text
    assert buyer.get("/go/course/34").status_code == 302


def test_a_course_that_costs_nothing_has_a_page_that_leads_straight_in(buyer, portal, asked):
    portal.control.quirk(payment_page=False)
    answer = buyer.get("/buy/course/12")
    assert (answer.status_code, "This costs nothing" in answer.text) == (409, True)
    assert '<a class="button" href="/go/course/12">Open the course</a>' in answer.text
    assert asked() == ["buycourse", "courses/id"]
    machine = buyer.client.get("/buy/course/12", headers={"Accept": "application/json"})
    assert (machine.status_code, machine.json["type"].rpartition(":")[2]) == (409, "free-of-charge")


@pytest.mark.statement(47)
def test_a_payment_page_elsewhere_is_not_followed(buyer, portal):
    portal.control.fault("buycourse", kind="foreign_link")
    answer = buyer.get("/buy/course/34")
    assert answer.status_code == 502
    assert "Location" not in answer.headers
