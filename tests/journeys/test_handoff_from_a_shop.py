"""A shop's customer comes into the course by a token that the shop signs, in a browser."""

import json
import os
import subprocess

import pytest

from tests.docs.documents import DOCS
from tests.gateway.storefronts.handoff_tokens import KEY
from tests.gateway.web.storefront import FILE
from tests.journeys.gateway_process import gateway_at
from tests.journeys.pages import GatewayPages, PortalPages

HANDOFF = f'name = "shop"\nhandoff = {{ algorithm = "HS256", key = "{KEY}" }}\n'


@pytest.fixture(scope="module")
def selling(tmp_path_factory, addresses, portal, provider, redis_server):
    folder = tmp_path_factory.mktemp("handing-off")
    gateway = gateway_at(addresses["handing-off"], folder, portal, provider, redis_server.url(14))
    (folder / "gateway.toml").write_text(FILE.replace('name = "shop"\n', HANDOFF))
    yield gateway.start()
    gateway.end()


@pytest.fixture
def minted(selling, newcomer):
    """Return the address that the snippet for Node.js makes for somebody new."""

    def address(target):
        person = {"sub": newcomer.login, "email": newcomer.email, "first_name": newcomer.first_name}
        return subprocess.run(
            ["node", str(DOCS / "examples" / "handoff.mjs")],
            input=json.dumps({"customer": person | {"last_name": newcomer.last_name}, "target": target}),
            env={"PATH": os.environ["PATH"], "TRAINING_URL": selling.url, "STOREFRONT": "shop", "HANDOFF_KEY": KEY},
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=True,
        ).stdout.strip()

    return address


def test_a_customer_comes_into_the_course_by_one_button_and_the_address_goes_nowhere_else(
    portal, page, minted, newcomer
):
    address, asked = minted({"course": 12}), []

    def note(request):
        asked.append(request)

    page.on("request", note)
    page.goto(address)
    assert GatewayPages(page).heading == f"Hello, {newcomer.first_name}"

    GatewayPages(page).press("Start the course")

    assert (PortalPages(page).where, PortalPages(page).learner) == ("Intro to the academy", newcomer.name)
    assert list(portal.enrolments(newcomer.email)) == [12]
    assert len(asked) > 3
    assert not [request.url for request in asked if "token=" in request.all_headers().get("referer", "")]


def test_another_browser_finds_the_token_used_and_the_log_has_no_token(page, chromium, minted, selling):
    address = minted({"dashboard": True})
    page.goto(address)
    GatewayPages(page).press("Go to my training")

    with chromium.new_context() as context:
        other = context.new_page()
        other.goto(address)
        assert GatewayPages(other).heading == "This link was used already"

    assert address.rpartition(".")[2] not in selling.text()


def test_a_coupon_that_is_refused_is_corrected_on_its_page(page, minted):
    page.goto(minted({"buy_course": 34, "coupon": "WELCOM"}))
    GatewayPages(page).press("Go to payment")
    assert GatewayPages(page).heading == "This coupon is not accepted"

    page.fill("#coupon", "WELCOME10")
    GatewayPages(page).press("Go to payment")

    assert page.inner_text("#price") == "$44.10"
