"""``make demo``: four processes that one Ctrl-C ends."""

import signal
import sys

import pytest

from tests.journeys.pages import GatewayPages, PortalPages, follow
from tests.journeys.process import Process
from tests.journeys.shop_pages import ShopPages
from tests.patience import wait_until
from tests.ports import HOST, free_ports, listens


@pytest.fixture
def launch(tmp_path):
    """Launch demos as ``make demo`` does, each with the gateway at this port; they are ended with the test."""
    launched = []

    def demo(port):
        command = [sys.executable, "-m", "sandbox.demo", "--port", str(port)]
        launched.append(Process(command, tmp_path / f"demo-{port}.log"))
        return launched[-1]

    yield demo
    for process in launched:
        process.stop()


def is_ready(process):
    return "Ctrl-C ends all of it." in process.text()


def test_the_demo_leads_into_the_course_and_ctrl_c_ends_all_of_it(launch, visit):
    port = free_ports(4)
    gateway, talentlms, provider, shop = (f"http://{HOST}:{port + offset}" for offset in range(4))
    demo = launch(port)
    demo.when(lambda: is_ready(demo))
    assert all(f"  {address}/  " in demo.text() for address in (gateway, talentlms, provider, shop))

    visitor = visit(gateway, "kim.lee")
    asked = visitor.go("/go/course/12")
    assert [offer in asked.text for offer in ("Employees of Acme", "I bought this at <bdi>Sandbox Shop</bdi>")] == [
        True
    ] * 2
    arrived = visitor.go("/login/default?next=/go/course/12")
    assert arrived.url == f"{talentlms}/learner/course/id:12"
    assert "Kim Lee" in arrived.text
    assert any(answer.url.startswith(f"{provider}/authorize") for answer in visitor.trail)

    demo.signal(signal.SIGINT)

    assert demo.ended() == 0
    assert [listens(port + offset) for offset in range(4)] == [False] * 4
    assert "Traceback" not in demo.text()


def test_whoever_buys_in_the_demos_shop_stands_in_the_course_in_every_dialect(launch, page):
    port = free_ports(4)
    talentlms, shop = (f"http://{HOST}:{port + offset}" for offset in (1, 3))
    demo = launch(port)
    demo.when(lambda: is_ready(demo))

    buyer = ShopPages(page, shop)
    for dialect in ("Shopify", "WooCommerce", "Stripe", "Standard Webhooks"):
        buyer.put("Health and safety")
        buyer.be("Pia Novak")
        buyer.speak(dialect)
        buyer.pay("Send it twice")
        assert buyer.answers == ["200 OK", "200 OK"]
        buyer.to_course("Health and safety")
        follow(page.get_by_role("button", name="Start the course"))
        assert page.url == f"{talentlms}/learner/course/id:19"
        assert PortalPages(page).where == "Health and safety"

    buyer.put("Data protection")
    buyer.pay("Forge the signature")
    assert buyer.answers == ["401 Unauthorized"]


def test_a_customer_who_comes_back_is_led_by_the_shops_account_into_the_course_and_to_the_codes_of_seats(launch, page):
    port = free_ports(4)
    gateway, talentlms, shop = (f"http://{HOST}:{port + offset}" for offset in (0, 1, 3))
    demo = launch(port)
    demo.when(lambda: is_ready(demo))
    buyer = ShopPages(page, shop)
    buyer.put("Health and safety", "Data protection", "Data protection")
    buyer.be("Pia Novak")
    buyer.pay()

    page.goto(f"{gateway}/go/course/19")
    GatewayPages(page).press("I bought this at Sandbox Shop")
    assert page.url == f"{shop}/account"
    buyer.to_course("Health and safety")
    GatewayPages(page).press("Start the course")
    assert page.url == f"{talentlms}/learner/course/id:19"
    page.goto(f"{shop}/account")
    buyer.press("To my training: the codes of 2 seats")
    GatewayPages(page).press("Go to my training")
    assert page.url.startswith(talentlms)
    page.goto(f"{shop}/account")
    follow(page.get_by_role("link", name="Codes of 2 seats: Data protection"))
    assert page.url == f"{gateway}/"
    wait_until(lambda: page.reload() and page.locator(".codes code").count() == 2)


def test_a_port_that_is_in_use_is_named_and_what_was_started_is_ended(launch):
    port = free_ports(6)
    first = launch(port + 2)
    first.when(lambda: is_ready(first))

    second = launch(port)

    assert second.ended() == 1
    assert f"Port {port + 2} is in use, and the identity provider needs it." in second.text()
    assert [listens(port + offset) for offset in range(6)] == [False, False, True, True, True, True]
