"""Somebody buys a course."""

from urllib.parse import quote, urlencode

import pytest

from tests.journeys.backing_services import start_portal
from tests.journeys.conftest import API_KEY
from tests.journeys.gateway_process import gateway_at
from tests.journeys.pages import GatewayPages, PortalPages, ProviderPages, follow
from tests.journeys.visitor import reference, title


def test_a_newcomer_buys_a_course_with_a_coupon_and_is_enrolled(gateway, portal, page, newcomer):
    page.goto(f"{gateway.url}/buy/course/34?coupon=WELCOME10")
    ProviderPages(page).sign_in(newcomer.login)
    shop = PortalPages(page)
    assert (shop.where, shop.learner) == ("Pay for Data protection", newcomer.name)
    assert (page.inner_text("#coupon"), page.inner_text("#price")) == ("WELCOME10", "$44.10")

    shop.pay()

    assert shop.where == "Thank you"
    assert list(portal.enrolments(newcomer.email)) == [34]


@pytest.mark.parametrize("coupon", ["SPRING SALE", "50%", "FRÜHLING"])
def test_a_coupon_survives_the_sign_in_however_it_is_written(gateway, portal, visit, newcomer, coupon):
    portal.control.add_coupon(coupon, 10)
    visitor = visit(gateway.url, newcomer.login)

    arrived = visitor.go(f"/buy/course/34?{urlencode({'coupon': coupon}, quote_via=quote)}")

    assert f'<span id="coupon">{coupon}</span>' in arrived.text


def test_what_was_bought_can_be_entered_and_stands_in_my_training(gateway, portal, page, newcomer):
    page.goto(f"{gateway.url}/buy/course/data-protection")
    ProviderPages(page).sign_in(newcomer.login)
    PortalPages(page).pay()

    page.goto(f"{gateway.url}/")
    assert GatewayPages(page).courses("To do") == ["Data protection"]
    follow(page.get_by_role("link", name="Start Data protection"))

    assert PortalPages(page).where == "Data protection"


def test_a_category_is_bought_with_all_its_courses(gateway, portal, page, newcomer):
    page.goto(f"{gateway.url}/buy/category/compliance?coupon=WELCOME10")
    ProviderPages(page).sign_in(newcomer.login)
    assert PortalPages(page).where == "Pay for Compliance"

    PortalPages(page).pay()

    assert sorted(portal.enrolments(newcomer.email)) == [12, 19, 34]


def test_nobody_is_enrolled_who_cancels(gateway, portal, page, newcomer):
    page.goto(f"{gateway.url}/buy/course/34")
    ProviderPages(page).sign_in(newcomer.login)

    follow(page.locator("#cancel"))

    assert portal.enrolments(newcomer.email) == {}


def test_a_course_or_category_that_is_not_there_gets_a_page(gateway, visit, newcomer):
    visitor = visit(gateway.url, newcomer.login)
    for address, heading in (
        ("/buy/course/9999", "Course not found"),
        ("/buy/course/no-such-course", "Course not found"),
        ("/buy/category/9999", "Category not found"),
        ("/buy/category/no-such-category", "Category not found"),
    ):
        answer = visitor.go(address)
        assert (answer.status_code, title(answer)) == (404, heading)
        assert gateway.events(reference(answer))


def test_a_payment_page_is_never_opened_on_a_foreign_host(gateway, portal, visit, newcomer):
    visitor = visit(gateway.url, newcomer.login)
    visitor.sign_in("/go")
    portal.control.fault("buycourse", kind="foreign_link", host="pay.evil.example")

    answer = visitor.ask("/buy/course/34")

    assert (answer.status_code, title(answer)) == (502, "The training site sent an unexpected link")


@pytest.fixture(scope="module")
def selling(tmp_path_factory, addresses, provider, redis_server):
    """A gateway and its TalentLMS, whose links are https as the real one's are, and lead to nobody here."""
    folder = tmp_path_factory.mktemp("selling")
    portal = start_portal(folder, API_KEY, public_url="https://learn.acme.example")
    gateway = gateway_at(addresses["selling"], folder, portal, provider, redis_server.url(7))
    yield gateway.start(), portal.control
    gateway.end()
    portal.process.stop()


def test_the_other_payment_page_that_is_on_the_list_is_paypals(selling, visit, newcomer):
    gateway, lms = selling
    visitor = visit(gateway.url, newcomer.login)
    lms.fault("buycourse", kind="foreign_link", host="www.paypal.com")

    sent = visitor.go("/buy/course/34", until="https://")

    assert sent.status_code == 302
    assert sent.headers["Location"].startswith("https://www.paypal.com/payment/key:")


@pytest.mark.parametrize(
    ("operation", "host", "address"),
    [
        ("gotocourse", "www.paypal.com", "/go/course/12"),
        ("buycourse", "pay.evil.example", "/buy/course/34"),
        ("buycourse", "paypal.com", "/buy/course/34"),
        ("buycourse", "www.paypal.com.evil.example", "/buy/course/34"),
    ],
)
def test_paypal_is_for_payments_alone_and_nobody_else_is_paypal(selling, visit, newcomer, operation, host, address):
    gateway, lms = selling
    lms.clear_faults()
    lms.fault(operation, kind="foreign_link", host=host, times=2)  # a newcomer's first course takes a second call

    answer = visit(gateway.url, newcomer.login).go(address)

    assert (answer.status_code, title(answer)) == (502, "The training site sent an unexpected link")
    (problem,) = [event for event in gateway.events(reference(answer)) if event["event"] == "problem"]
    assert problem["note"].startswith(f"a link to https://{host}, a host that is not in TALENTLMS_")
