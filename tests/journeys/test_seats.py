"""A customer buys two seats, gives one away, and gets the money back: with a browser each, and a worker of the gateway's."""

import json
import os
import time
from pathlib import Path

import pytest
import requests

from gateway.storefronts import standard
from schemas.secret import Secret
from tests.gateway.web.storefront import FILE, KEY
from tests.journeys.gateway_process import gateway_at
from tests.journeys.pages import GatewayPages, PortalPages
from tests.patience import PATIENT_SECONDS, wait_until

SECRET = Secret("c2VjcmV0LW9mLXRoZS1zaG9wLXNlY3JldA==")
BUYER = {"email": "buyer@shop.example", "first_name": "Bea", "last_name": "Buyer"}
SHOTS = os.environ.get("SCREENSHOTS")


@pytest.fixture(scope="module")
def selling(tmp_path_factory, addresses, portal, provider, redis_server):
    folder = tmp_path_factory.mktemp("seats")
    gateway = gateway_at(addresses["seats"], folder, portal, provider, redis_server.url(13))
    (folder / "gateway.toml").write_text(FILE)
    yield gateway.start()
    gateway.end()


def told(gateway, topic, lines, version):
    customer = {"id": "c-1", **BUYER}
    data = {"id": "A-1", "version": version, "customer": customer, "lines": lines}
    content = json.dumps({"type": topic, "data": data}).encode()
    headers = standard.sign(content, SECRET, time.time())
    answer = requests.post(f"{gateway.url}/webhooks/shop", content, headers=headers, timeout=PATIENT_SECONDS)
    assert answer.status_code == 200, answer.text


def arrived(gateway, page, **person):
    """Bring somebody to *My training* by a launch of their shop's."""
    answer = requests.post(
        f"{gateway.url}/api/v1/launches",
        json={"person": person, "target": {"dashboard": True}},
        headers={"Authorization": f"Bearer {KEY}"},
        timeout=PATIENT_SECONDS,
    )
    page.goto(answer.json()["url"])
    GatewayPages(page).press("Go to my training")
    page.goto(gateway.url)


def shoot(page, name):
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def test_a_seat_is_bought_given_away_used_and_refunded(selling, portal, page, chromium, newcomer):
    lines = [{"id": "l1", "sku": "SKU-INTRO", "quantity": 2}]
    told(selling, "order.paid", lines, 1)
    arrived(selling, page, customer_id="c-1", **BUYER)
    wait_until(lambda: page.reload() and "Seats to give away" in page.inner_text("main"))
    first, second = page.locator(".codes code").all_inner_texts()
    shoot(page, "seats")

    with chromium.new_context() as context:
        learner = context.new_page()
        learner.goto(first)
        assert GatewayPages(learner).heading == "A seat for you"
        assert learner.locator("text=Go to Corner Shop").get_attribute("href") == "https://shop.example/account"
        shoot(learner, "redeem-nobody")
        names = {"first_name": newcomer.first_name, "last_name": newcomer.last_name}
        arrived(selling, learner, email=newcomer.email, customer_id="c-2", **names)
        learner.goto(first)
        shoot(learner, "redeem")
        GatewayPages(learner).press("Use the code")
        assert (PortalPages(learner).where, PortalPages(learner).learner) == ("Intro to the academy", newcomer.name)
        assert list(portal.enrolments(newcomer.email)) == [12]

        page.reload()
        assert "Used: 1 of 2" in page.inner_text("main")
        assert page.locator(".codes code").all_inner_texts() == [second]
        page.goto(first)
        assert GatewayPages(page).heading == "This code has been used"

        told(selling, "order.refunded", lines, 2)
        wait_until(lambda: list(portal.enrolments(newcomer.email)) == [])
        for window, address in ((learner, first), (page, second)):
            window.goto(address)
            assert GatewayPages(window).heading == "This seat was given back"
        shoot(page, "refunded")
    assert "Traceback" not in selling.text()
    written = selling.text().replace("-", "")
    assert [code for code in (first, second) if code.rpartition("/")[2].replace("-", "") in written] == []
