"""The sandbox's shop in a real browser: with a keyboard, without scripts, on a small screen, in the dark."""

from dataclasses import dataclass
from functools import cache

import pytest

from sandbox.storefront import Storefront, running_shop
from tests.journeys.shop_pages import ShopPages
from tests.sandbox.storefront.receiver import running_receiver

PATHS = ("/", "/orders", "/orders/1001?asked=1", "/account", "/posts", "/orders/1")
CONTRASTS = """
() => {
  const channel = value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const numbers = colour => colour.match(/[0-9.]+/g).map(Number);
  const luminance = colour => {
    const [red, green, blue] = numbers(colour).map(one => channel(one / 255));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = element => {
    const colour = getComputedStyle(element).backgroundColor;
    const [, , , opacity = 1] = numbers(colour);
    return opacity === 0 && element.parentElement ? ground(element.parentElement) : colour;
  };
  const shown = [...document.querySelectorAll("body *")].filter(one =>
    one.checkVisibility() && [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()));
  return shown.map(one => {
    const [light, dark] = [getComputedStyle(one).color, ground(one)].map(luminance).sort((a, b) => b - a);
    return [one.outerHTML.slice(0, 80), (light + 0.05) / (dark + 0.05)];
  });
}
"""
UNNAMED = """
() => [...document.querySelectorAll("input:not([type=hidden]), select, button")]
  .filter(one => !(one.ariaLabel || one.textContent.trim() || [...one.labels ?? []].map(label => label.textContent).join().trim()))
  .map(one => one.outerHTML)
"""


@dataclass(frozen=True)
class Seen:
    """What was seen of a page.

    Attributes:
        contrasts: for each colour scheme, each text with its contrast to its ground.
        landmarks: how many main headings, menus and main parts a screen reader finds.
        unnamed: the fields and buttons without a name.
        width: how wide the page is in a window of 320, in CSS pixels.
        loaded: the addresses that the browser asked for.
        complaints: errors of scripts.
    """

    contrasts: dict[str, list[tuple[str, float]]]
    landmarks: dict[str, int]
    unnamed: list[str]
    width: int
    loaded: list[str]
    complaints: list[str]


@pytest.fixture(scope="module")
def receiver():
    with running_receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def shop(receiver):
    with running_shop(receiver.url, Storefront("shop", "stripe", "whsec_hush", "bearer")) as shop:
        shop.control.buy("SKU-INTRO", "SKU-SAFETY", customer={"email": "pia@x.example", "id": "7001"})
        yield shop


@pytest.fixture(scope="module")
def see(shop, chromium):
    """Return what is to be seen of a page, which is opened once, by somebody who has never been there."""

    @cache
    def seen(path):
        with chromium.new_context() as context:
            page = context.new_page()
            page.loaded, page.complaints = [], []
            page.on("request", lambda request: page.loaded.append(request.url))
            page.on("pageerror", lambda error: page.complaints.append(str(error)))
            show(page, shop, path)
            return looked_at(page)

    return seen


def test_a_course_is_bought_with_the_keyboard_alone(shop, page):
    page.goto(f"{shop.url}/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the content"
    pressed = []
    for label in ("Add to basket: Data protection", "Pay €49.00"):
        for _ in range(40):
            page.keyboard.press("Tab")
            focused = "document.activeElement.ariaLabel || document.activeElement.textContent.trim()"
            if page.evaluate(focused) == label:
                break
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        with page.expect_navigation():
            page.keyboard.press("Enter")
        pressed.append(label)
    assert len(pressed) == 2
    assert ShopPages(page, shop.url).state == "Paid"
    assert ShopPages(page, shop.url).answers == ["200 OK"]


def test_everything_works_without_javascript(shop, chromium):
    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        buyer = ShopPages(page, shop.url)
        buyer.put("Intro to the academy", "Data protection")
        buyer.be_guest("gil@guest.example", "Gil", "Hart")
        buyer.pay("Send it twice")
        assert buyer.answers == ["200 OK", "200 OK"]
        buyer.press("Refund this line: Data protection")
        buyer.press("Refund all of it")
        assert buyer.state == "Refunded"
        assert len(buyer.answers) == 4


@pytest.mark.parametrize("path", PATHS)
def test_every_text_stands_out_from_its_ground(path, see):
    light, dark = see(path).contrasts.values()
    assert light != dark
    for contrasts in (light, dark):
        assert len(contrasts) > 8
        assert [(text, round(ratio, 2)) for text, ratio in contrasts if ratio < 4.5] == []


@pytest.mark.parametrize("path", PATHS)
def test_a_small_screen_is_wide_enough_and_nothing_comes_from_elsewhere(path, shop, see):
    page = see(path)
    assert page.width == 320
    assert page.loaded
    assert all(url.startswith((shop.url, "data:")) for url in page.loaded)
    assert page.complaints == []


@pytest.mark.parametrize("path", PATHS)
def test_a_screen_reader_finds_one_heading_a_menu_and_a_name_for_every_field_and_button(path, see):
    assert see(path).landmarks == {"heading": 1, "menu": 1, "main": 1}
    assert see(path).unnamed == []


def show(page, shop, path):
    """Open a page, the window with something in the basket, and whatever is folded on it."""
    if path == "/":
        ShopPages(page, shop.url).put("Health and safety")
    else:
        page.goto(f"{shop.url}{path}")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")


def looked_at(page):
    """Look at a page that is open, and return what there is to be seen."""
    contrasts = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        contrasts[scheme] = page.evaluate(CONTRASTS)
    landmarks = {
        "heading": page.get_by_role("heading", level=1).count(),
        "menu": page.get_by_role("navigation", name="Shop").count(),
        "main": page.get_by_role("main").count(),
    }
    unnamed = page.evaluate(UNNAMED)
    page.set_viewport_size({"width": 320, "height": 640})
    width = page.evaluate("document.documentElement.scrollWidth")
    return Seen(contrasts, landmarks, unnamed, width, page.loaded, page.complaints)
