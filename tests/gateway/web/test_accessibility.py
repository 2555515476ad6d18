"""Every kind of page as axe-core sees it: light, dark, narrow, from right to left, and in a brand's colours."""

import threading

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, render_template
from werkzeug.serving import make_server

from gateway.colours import colour
from gateway.config import BrandSettings, HelpContact
from gateway.web import brand_files, headers, pages
from gateway.web.brand import brand_of
from gateway.web.languages import Languages
from tests.gateway.web.test_pages import EXAMPLES, WEB

LARGEST = 30 * 1000
"""Bytes of a page."""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
KINDS = {
    name: EXAMPLES[name]
    for name in (
        *("training-seats", "welcome-back", "sign-in", "password-error", "launch-payment", "redeem", "redeem-nobody"),
        *("catalog", "api-docs", "problem", "waiting", "sign-out", "signing-out", "signed-out-here-alone"),
        *("signed-out-not", "coupon", "nothing-to-pay", "completed", "returned", "interrupted", "framed"),
    )
}
"""The fullest of each template."""
OF_COLOURS = ["color-contrast", "link-in-text-block"]
OF_WIDTH = ["target-size", "scrollable-region-focusable", "meta-viewport", "meta-viewport-large"]
WAYS = {
    "light": (1000, "light", "en", TAGS),
    "dark": (1000, "dark", "de", OF_COLOURS),
    "narrow": (320, "light", "el", OF_WIDTH),
    "right to left": (320, "dark", "ar", TAGS),
}
"""Width in pixels, scheme, language, and what axe-core looks at: where only colours or width differ, what depends on them."""


@pytest.fixture(scope="module")
def address():
    app = Flask("gateway", template_folder=str(WEB / "templates"), static_folder=str(WEB / "static"))
    brand = brand_of(BrandSettings(name="Acme Training", colour=colour("#0a5")))
    headers.install(app, secure=False)
    pages.install(app, HelpContact("help@acme.example"), Languages(), brand)
    app.register_blueprint(brand_files.blueprint(brand))
    app.add_url_rule("/page/<name>", "page", lambda name: render_template(KINDS[name][0], **KINDS[name][1]))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_every_template_is_looked_at():
    assert {template for template, _ in KINDS.values()} == {template for template, _ in EXAMPLES.values()}


@pytest.mark.parametrize("way", WAYS)
def test_axe_finds_nothing_on_any_page(chromium, address, way):
    width, scheme, language, looked_at = WAYS[way]
    context = chromium.new_context(
        locale=language,
        color_scheme=scheme,
        viewport={"width": width, "height": 800},
        bypass_csp=True,  # for axe-core alone; what the policy forbids, tests/gateway/web/test_pages_in_browser.py sees
    )
    page = context.new_page()
    fetched, axe, found, wide, large = [], Axe(), {}, [], []
    page.on("request", lambda request: fetched.append(request.url))
    for name in KINDS:
        answer = page.goto(f"{address}/page/{name}")
        large += [name] if len(answer.body()) > LARGEST else []
        wide += [name] if page.evaluate("document.documentElement.scrollWidth") > width else []
        results = axe.run(page, options={"runOnly": looked_at, "resultTypes": ["violations"]}).response
        assert results["passes"], "something was looked at"
        rules = {one["id"]: [node["html"] for node in one["nodes"]] for one in results["violations"]}
        found |= {name: rules} if rules else {}
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    context.close()

    assert found == {}
    assert (wide, large) == ([], [])
    assert len(fetched) >= len(KINDS)
    assert [url for url in fetched if not url.startswith(address)] == []
