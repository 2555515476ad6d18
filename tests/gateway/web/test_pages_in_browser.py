"""The pages people meet in a real browser: each is opened once, looked at in every way, and judged by what was seen."""

import threading
from dataclasses import dataclass

import pytest
from werkzeug.serving import make_server

from tests.gateway.web.test_pages import every_page, site

CONTROLS = "a[href], button, input:not([type=hidden])"
TOUCHED = ".button, .choices a, .brand, input:not([type=hidden])"
MOST_FOCUSED = 8
"""How many controls of a page are focused to see what stands out then."""
SCRIPT = """([controls, most]) => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const known = {};
  const rgb = colour => known[colour] ??= pixel(colour);
  const pixel = colour => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = e => {
    for (; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if (rgb(colour)[3] === 255) return colour;
    }
    return 'white';
  };
  const ratio = (a, b) => {
    const [low, high] = [light(rgb(a)), light(rgb(b))].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  window.controls = [...document.querySelectorAll(controls)];
  window.reached = [];
  document.addEventListener('focusin', ({target}) =>
    reached.push([window.controls.indexOf(target), parseFloat(getComputedStyle(target).outlineWidth)]));
  window.oneOfEachKind = () => {
    const kinds = {};
    window.controls.forEach((e, number) => {
      if (!e.matches('.skip')) kinds[[e, e.parentElement].map(one => `${one.tagName}.${one.className}`)] ??= number;
    });
    return Object.values(kinds);
  };
  window.faint = () => {
    const found = [];
    const check = (e, kind, colour, ground, least) => {
      const seen = ratio(colour, ground);
      if (seen < least) found.push(`${kind} ${e.tagName}.${e.className} ${seen.toFixed(2)}`);
    };
    for (const e of document.querySelectorAll('body *')) {
      const style = getComputedStyle(e);
      if (e.tagName === 'INPUT' || [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
        check(e, 'text', style.color, behind(e), 4.5);
      if (e.matches('input:not([type=hidden])')) check(e, 'border', style.borderTopColor, behind(e.parentElement), 3);
      if (e === document.activeElement) check(e, 'focus', style.outlineColor, behind(e.parentElement), 3);
    }
    return found;
  };
  window.faintWhenFocused = () => {
    document.activeElement.blur();
    const found = faint();
    for (const control of window.controls.slice(0, most)) {
      control.focus();
      if (document.activeElement !== control) found.push(`no focus ${control.outerHTML}`);
      found.push(...faint());
    }
    return found;
  };
}"""


@dataclass(frozen=True)
class Seen:
    """What was seen of a page; sizes are in CSS pixels.

    Attributes:
        title: of the page.
        complaints: of the browser.
        fetched: the addresses that the browser asked for.
        controls: how many links, buttons and fields there are.
        reached: for each press of the Tab key, which control has the focus then and how wide its outline is.
        roles: what a screen reader finds: role and name.
        faint: what does not stand out from its ground, for each colour scheme.
        width: how wide the page is in a window of 320.
        heights: how high what fingers press is, in a window of 320.
        large_width: how wide the page is in a window of 640 with text twice as large.
    """

    title: str
    complaints: list[str]
    fetched: list[str]
    controls: int
    reached: list[list[float]]
    roles: list[tuple[str, str]]
    faint: dict[str, list[str]]
    width: int
    heights: list[float]
    large_width: int


@pytest.fixture(scope="module")
def address():
    server = make_server("127.0.0.1", 0, site(), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def page(chromium):
    page = chromium.new_page()
    page.complaints, page.fetched = [], []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("request", lambda request: page.fetched.append(request.url))
    yield page
    page.close()


@pytest.fixture(scope="module")
def visit(page, address):
    def open_page(name, scheme="light"):
        page.complaints.clear()
        page.fetched.clear()
        page.set_viewport_size({"width": 1000, "height": 800})
        page.emulate_media(color_scheme=scheme)
        page.mouse.move(0, 0)
        page.goto(f"{address}/page/{name}")
        page.evaluate(SCRIPT, [CONTROLS, MOST_FOCUSED])
        return page

    return open_page


@pytest.fixture(scope="module")
def see(visit):
    """Return what is to be seen of a page, which is opened once."""
    kept = {}

    def seen(name):
        if name not in kept:
            kept[name] = looked_at(visit(name))
        return kept[name]

    return seen


def looked_at(page):
    """Look at a page that was just opened, and return what there is to be seen."""
    controls = page.evaluate("controls.length")
    for _ in range(controls):
        page.keyboard.press("Tab")
    reached = page.evaluate("reached")
    roles = roles_of(page)
    faint = {"light": page.evaluate("faintWhenFocused()")}
    page.emulate_media(color_scheme="dark")
    faint["dark"] = page.evaluate("faintWhenFocused()")
    page.set_viewport_size({"width": 320, "height": 800})
    width = page.evaluate("document.documentElement.scrollWidth")
    heights = page.evaluate(
        "touched => [...document.querySelectorAll(touched)].map(one => one.getBoundingClientRect().height)", TOUCHED
    )
    page.set_viewport_size({"width": 640, "height": 800})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    large_width = page.evaluate("document.documentElement.scrollWidth")
    return Seen(
        page.title(),
        list(page.complaints),
        list(page.fetched),
        *(controls, reached, roles, faint, width, heights, large_width),
    )


def roles_of(page):
    """Return role and name of each node of a page's accessibility tree that has a role."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    return [
        (node["role"]["value"], node["name"]["value"] if "name" in node else "") for node in nodes if "role" in node
    ]


@every_page
def test_the_browser_fetches_only_from_the_gateway_and_has_nothing_to_complain_about(see, address, name):
    page = see(name)
    assert page.complaints == []
    assert page.title != "owned"
    assert all(url.startswith(address) for url in page.fetched)
    assert f"{address}/static/gateway.css?v=1" in page.fetched


@every_page
def test_text_fields_and_focus_stand_out_in_light_and_dark(see, name):
    assert see(name).faint == {"light": [], "dark": []}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_the_pointer_rests_on_stands_out_in_light_and_dark(visit, scheme):
    for name in ("training", "sign-in", "password-error", "catalog"):
        page = visit(name, scheme)
        controls = page.locator(CONTROLS).all()
        for number in page.evaluate("oneOfEachKind()"):
            controls[number].hover()
            assert page.evaluate("controls.filter(one => one.matches(':hover')).length") == 1
            assert page.evaluate("faint()") == []


def test_the_dark_page_is_dark(visit):
    ground = "getComputedStyle(document.body).backgroundColor"
    assert visit("welcome").evaluate(ground) == "rgb(245, 244, 239)"
    assert visit("welcome", "dark").evaluate(ground) == "rgb(16, 22, 20)"


@every_page
def test_the_tab_key_reaches_every_control_in_reading_order_with_visible_focus(see, name):
    page = see(name)
    assert [control for control, _ in page.reached] == list(range(page.controls))
    assert all(outline >= 2 for _, outline in page.reached)


@pytest.mark.parametrize("name", ["training", "password", "problem"])
def test_the_skip_link_appears_on_focus_and_leads_into_the_content(visit, name):
    page = visit(name)
    page.keyboard.press("Tab")
    assert page.locator(".skip").bounding_box()["width"] > 100
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('header')") is None


@every_page
def test_every_control_has_a_name_that_is_read_out(see, name):
    page = see(name)
    named = {"link", "button", "textbox", "searchbox", "progressbar"}
    names = [name for role, name in page.roles if role in named]
    assert len(names) >= page.controls
    assert all(names)
    assert {"banner", "main", "contentinfo"} <= {role for role, _ in page.roles}


@every_page
def test_nothing_scrolls_sideways_on_a_phone_or_with_text_twice_as_large(see, name):
    assert (see(name).width, see(name).large_width) == (320, 640)


@every_page
def test_buttons_and_fields_are_large_enough_for_a_finger(see, name):
    page = see(name)
    assert page.heights
    assert min(page.heights) >= 40
