"""A shop's customer comes from its page into the course, in a browser."""

import os
from pathlib import Path

import pytest
import requests

from tests.gateway.web.storefront import FILE, KEY
from tests.journeys.gateway_process import gateway_at
from tests.journeys.pages import GatewayPages, PortalPages, follow, path_of
from tests.patience import PATIENT_SECONDS

SHOTS = os.environ.get("SCREENSHOTS")


@pytest.fixture(scope="module")
def selling(tmp_path_factory, addresses, portal, provider, redis_server):
    folder = tmp_path_factory.mktemp("launching")
    gateway = gateway_at(addresses["launching"], folder, portal, provider, redis_server.url(13))
    (folder / "gateway.toml").write_text(FILE)
    yield gateway.start()
    gateway.end()


@pytest.fixture
def launched(selling, newcomer):
    """Ask for a launch of somebody new, as their shop does; returns its address."""

    def asked(target, **changes):
        person = {"email": newcomer.email, "first_name": newcomer.first_name, "last_name": newcomer.last_name} | changes
        answer = requests.post(
            f"{selling.url}/api/v1/launches",
            json={"person": person, "target": target},
            headers={"Authorization": f"Bearer {KEY}"},
            timeout=PATIENT_SECONDS,
        )
        assert answer.status_code == 201, answer.text
        return answer.json()["url"]

    return asked


def shoot(page, name):
    """Keep pictures of a page where somebody wants to look at them."""
    if not SHOTS:
        return
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (1000, 340):
            page.set_viewport_size({"width": width, "height": 700})
            page.screenshot(path=str(Path(SHOTS) / f"{name}-{scheme}-{width}.png"))


def test_a_customer_of_whom_nobody_knows_comes_into_the_course_by_one_button(portal, page, launched, newcomer):
    page.goto(launched({"course": 12}))
    assert GatewayPages(page).heading == f"Hello, {newcomer.first_name}"
    assert "Intro to the academy" in page.inner_text("main")
    shoot(page, "course")

    GatewayPages(page).press("Start the course")

    assert (PortalPages(page).where, PortalPages(page).learner) == ("Intro to the academy", newcomer.name)
    assert list(portal.enrolments(newcomer.email)) == [12]


def test_a_customer_pays_with_the_coupon_that_the_shop_gave(portal, page, launched, newcomer):
    page.goto(launched({"buy_course": "gdpr-2026", "coupon": "WELCOME10"}))
    assert "Price: $49.00" in page.inner_text("main")
    shoot(page, "payment")
    GatewayPages(page).press("Go to payment")
    assert page.inner_text("#price") == "$44.10"
    PortalPages(page).pay()
    assert list(portal.enrolments(newcomer.email)) == [34]


def test_the_back_button_and_a_reload_lead_in_again_and_another_browser_does_not(page, chromium, launched, selling):
    address = launched({"dashboard": True})
    page.goto(address)
    GatewayPages(page).press("Go to my training")
    page.goto(address)
    GatewayPages(page).press("Go to my training")
    assert PortalPages(page).learner

    with chromium.new_context() as context:
        other = context.new_page()
        other.goto(address)
        assert GatewayPages(other).heading == "This link has been used"
        shoot(other, "used")
        other.goto(f"{selling.url}/l/" + "A" * 32)
        assert GatewayPages(other).heading == "This link is no longer valid"
        shoot(other, "expired")


def test_whoever_is_signed_in_is_told_and_makes_room(page, launched, selling):
    page.goto(launched({"dashboard": True}))
    GatewayPages(page).press("Go to my training")
    page.goto(launched({"course": 12}, email="second@example.com", first_name="Second", last_name="Person"))
    assert "is signed in on this device" in page.inner_text("main")
    shoot(page, "signed-in")
    GatewayPages(page).press("Start the course")
    page.goto(selling.url)
    assert "Second Person" in page.inner_text("body")


def test_a_shop_that_frames_the_page_or_posts_to_it_gets_nobody_in(page, launched, selling):
    address = launched({"dashboard": True})
    page.route("https://shop.example/", lambda route: route.fulfill(content_type="text/html", body=_evil(address)))
    page.goto("https://shop.example/")
    with page.expect_navigation():
        page.locator("button").click()
    assert (path_of(page), GatewayPages(page).heading) == (path_of_address(address), "This form is no longer valid")
    follow(page.get_by_text("Try again", exact=True))
    assert GatewayPages(page).heading.startswith("Hello")
    assert not [cookie for cookie in page.context.cookies() if cookie["name"].endswith("_session")]


def _evil(address):
    return f'<iframe src="{address}"></iframe><form method="post" action="{address}"><button>Win</button></form>'


def path_of_address(address):
    return "/l/" + address.rpartition("/")[2]


def test_what_browsers_say_of_a_link_tells_a_choice_on_our_own_page_from_a_link_elsewhere(selling, page):
    body = f'<a href="{selling.url}/login/shop">To the shop</a>'
    page.route("https://elsewhere.example/", lambda route: route.fulfill(content_type="text/html", body=body))
    remembered = []
    for address, link in (("https://elsewhere.example/", "To the shop"), (f"{selling.url}/login", "I bought this at")):
        page.goto(address)
        with page.expect_event("requestfailed", lambda asked: asked.url == "https://shop.example/account"):
            page.get_by_role("link", name=link).click()
        remembered.append([one["value"] for one in page.context.cookies() if one["name"].endswith("sign_in_at")])
    assert remembered == [[], ["shop"]]
