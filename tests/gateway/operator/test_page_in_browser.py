"""The operator's page in a real browser: readable by everybody, usable by keyboard, and nothing from elsewhere."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.gateway.operator.scene import Scene
from tests.gateway.operator.served import serving

TOKEN = "token-of-the-operators-0123456789"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    made = Scene(tmp_path_factory.mktemp("operator"))
    made.fill()
    return made


@pytest.fixture(scope="module")
def address(scene):
    with serving(scene.listener) as url:
        yield url


@pytest.fixture
def page_of(chromium):
    """Open a page in a browser of its own; what the browser complains of is kept."""
    contexts = []

    def opened(**further):
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, **further)
        contexts.append(context)
        page = context.new_page()
        page.complaints, page.asked = [], []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("request", lambda request: page.asked.append(request.url))
        return page

    yield opened
    for context in contexts:
        context.close()


def test_axe_finds_nothing_and_only_tables_scroll_sideways(page_of, address):
    page = page_of()
    page.goto(address)
    for scheme, width in (("light", 1280), ("dark", 1280), ("light", 768), ("light", 320)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if width != 768:
            found = Axe().run(page, options=RULES)
            assert found.violations_count == 0, found.generate_report()


def test_without_the_database_and_redis_axe_finds_nothing_either(page_of, tmp_path):
    away = {"GATEWAY_REDIS_URL": "redis://127.0.0.1:9/0", "GATEWAY_DATABASE_URL": "postgresql://g@127.0.0.1:9/g"}
    with serving(Scene(tmp_path, **away).listener) as url:
        page = page_of()
        page.goto(url)
        expect(page.get_by_text("Redis does not answer.")).to_be_visible()
        found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()


def test_nothing_is_loaded_from_elsewhere_and_the_policy_forbids_nothing_that_it_needs(page_of, address):
    page = page_of()
    page.goto(address)
    assert page.asked == [f"{address}/"]
    assert page.complaints == []
    assert page.evaluate("getComputedStyle(document.querySelector('section')).borderTopStyle") == "solid"


def test_an_order_is_tried_again_by_keyboard(page_of, address, scene):
    page = page_of()
    page.goto(address)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    first = page.get_by_role("button", name="Retry gid").first
    first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("1 will be looked at in a moment.")
    assert page.url == f"{address}/?retried=1"
    assert len(scene.services.order_listing.listed(state="waiting")) == 1


def test_a_browser_asks_for_the_token_and_sends_it_with_the_buttons(page_of, tmp_path):
    scene = Scene(tmp_path, GATEWAY_OPERATOR_TOKEN=TOKEN)
    scene.dead_order("101")
    with serving(scene.listener) as url:
        assert page_of().request.get(url).status == 401
        page = page_of(http_credentials={"username": "operator", "password": TOKEN})
        assert page.goto(url).status == 200
        page.get_by_role("button", name="Retry 101").click()
        expect(page.get_by_role("status")).to_contain_text("1 will be looked at")


def test_a_page_of_another_site_has_nothing_tried_again(page_of, address, scene, tmp_path):
    """Even with a genuine token in its hands, which it could not have."""
    before = len(scene.services.order_listing.listed(state="waiting"))
    page = page_of()
    page.goto(address)
    token = page.locator("input[name=csrf_token]").input_value()
    evil = tmp_path / "evil.html"
    evil.write_text(
        f'<form method="post" action="{address}/retry"><input name="csrf_token" value="{token}">'
        '<input name="orders" value="shop"><button>win</button></form>'
    )
    page.goto(evil.as_uri())
    page.get_by_role("button", name="win").click()
    expect(page.get_by_role("heading")).to_have_text("Forbidden")
    assert len(scene.services.order_listing.listed(state="waiting")) == before
