#!/usr/bin/env python3
"""Makes the pictures of ``docs/recipes`` anew: ``python docs/images/make_recipes.py``; Chromium has to be installed.

``python docs/images/make_recipes.py FOLDER`` leaves those of the documents alone. Each picture shows something of ours
as Chromium shows it: the HTML of a recipe, word for word, on an empty page, or the gateway's own page inside a frame.
``recipes/sources.json`` says of what text each was made, so that a test notices a picture that was not made anew.
"""

import hashlib
import json
import re
import shutil
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Browser, Route, sync_playwright
from werkzeug.serving import make_server

from gateway import create_app
from gateway.config import load

DOCS = Path(__file__).parents[1]
PICTURES = Path(__file__).with_name("recipes")
SOURCES = PICTURES / "sources.json"
SNIPPETS: Mapping[str, str] = {"button": "README.md", "wordpress": "wordpress.md", "shopify": "shopify.md"}
"""Of the first HTML in which recipe a picture is made."""
PUBLIC_URL = "https://training.acme.com"
_HTML = re.compile(r"^```html\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_AROUND = '<!doctype html><title>Intranet</title><body style="margin: 0"><div id="shown" style="{style}">{inside}</div>'
_FRAME = f'<iframe src="{PUBLIC_URL}/go/course/12" width="640" height="640" style="border: 0"></iframe>'
_FRAMED_PAGE = DOCS.parent / "gateway" / "web" / "templates" / "framed.html"


def sources() -> dict[str, str]:
    """Return by the name of each picture the text that it is made of."""
    found = {name: _snippet(recipe) for name, recipe in SNIPPETS.items()}
    return found | {"frame": _FRAME + _FRAMED_PAGE.read_text(encoding="utf-8")}


def fingerprints() -> dict[str, str]:
    """Return the SHA-256 of the text that each picture is made of, by the picture's name."""
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in sources().items()}


def make(folder: Path) -> None:
    """Write all pictures into a folder."""
    executable = shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        for name in SNIPPETS:
            _picture(browser, _snippet(SNIPPETS[name]), folder / f"{name}.png")
        _framed(browser, folder / "frame.png")
        browser.close()


def _snippet(recipe: str) -> str:
    found = _HTML.search((DOCS / "recipes" / recipe).read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{recipe} has no HTML")
    return found[1]


def _picture(browser: Browser, html: str, path: Path) -> None:
    page = browser.new_page(device_scale_factor=2)
    page.set_content(_AROUND.format(style="display: inline-block; padding: 4px", inside=html))
    page.locator("#shown").screenshot(path=path)
    page.close()


def _framed(browser: Browser, path: Path) -> None:
    """Show an address of the gateway's in a frame of another site; each request goes to a gateway of our own."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(load(_settings(folder)))
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            page = browser.new_page(viewport={"width": 680, "height": 720})
            page.route(f"{PUBLIC_URL}/**", lambda route: _answer(route, server.port))
            page.route(
                "https://intranet.acme.com/", lambda route: route.fulfill(body=_intranet(), content_type="text/html")
            )
            page.goto("https://intranet.acme.com/", wait_until="networkidle")
            page.locator("#shown").screenshot(path=path)
            page.close()
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def _answer(route: Route, port: int) -> None:
    asked = route.request
    answer = route.fetch(
        url=asked.url.replace(PUBLIC_URL, f"http://127.0.0.1:{port}"), headers=_headers(asked.resource_type)
    )
    route.fulfill(response=answer)


def _headers(kind: str) -> dict[str, str]:
    """Return what Chromium adds to the request for a frame; intercepted requests do not show it."""
    return (
        {"Accept": "text/html", "Sec-Fetch-Dest": "iframe", "Sec-Fetch-Mode": "navigate"} if kind == "document" else {}
    )


def _intranet() -> str:
    return _AROUND.format(
        style="display: inline-block; padding: 12px; background: #ccd3da; line-height: 0", inside=_FRAME
    )


def _settings(folder: str) -> dict[str, str]:
    return {
        "GATEWAY_PUBLIC_URL": PUBLIC_URL,
        "GATEWAY_SECRET_KEYS": "only-for-pictures-" * 2,
        "GATEWAY_DATABASE_URL": f"sqlite:///{folder}/gateway.db",
        "GATEWAY_LOG_LEVEL": "error",
        "TALENTLMS_URL": "https://acme.talentlms.com",
        "TALENTLMS_API_KEY": "none",
        "OIDC_ISSUER": "https://login.acme.com",
        "OIDC_CLIENT_ID": "training",
        "OIDC_CLIENT_SECRET": "none",
    }


if __name__ == "__main__":
    target = Path(sys.argv[1]) if sys.argv[1:] else PICTURES
    target.mkdir(exist_ok=True)
    make(target)
    (target / SOURCES.name).write_text(json.dumps(fingerprints(), indent=2, sort_keys=True) + "\n", encoding="utf-8")
