"""``make screenshots``: the pictures of the documents, taken of the running demo.

The demo is started at ports of its own, a browser goes where people go, and each page becomes a PNG in ``docs/images``.
What differs from run to run, such as reference codes and dates, is replaced by something fixed before that.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
HOST = "127.0.0.1"
PORT = 18400
START_SECONDS = 120
LOCALE = "en-GB"
WIDTH, LEAST_HEIGHT = 1000, 400  # pixels
CLICKS_AT_ONCE = 24
"""More than a person has at once (``TALENTLMS_CALLS_PER_PERSON``)."""
_QUEUED = [f"/go/course/{number}" for number in range(101, 109)]
_BROWSER_OPTIONS = ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"]

_FIXED = """() => {
  const code = document.querySelector('.reference code');
  if (code) code.textContent = '7K2M-9QXD';
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    texts.currentNode.data = texts.currentNode.data
      .replace(/\\b\\d{1,2} [A-Z][a-z]+ 20\\d\\d\\b/g, '12 May 2026')
      .replace(/\\b\\d+ seconds\\b/g, '20 seconds')
      .replace(/(:\\/\\/127\\.0\\.0\\.1):\\d+/g, '$1:8000');
  }
}"""


@dataclass(frozen=True)
class Demo:
    """Where the parts of the demo are."""

    gateway: str
    talentlms: str
    provider: str
    shop: str


@dataclass(frozen=True)
class Scene:
    """One picture.

    Attributes:
        name: the file's, without its ending.
        steps: what a browser without any cookies does until it shows the page.
        scheme: which colours the person prefers.
        part: a selector of what is shown of the page; all of it without one.
    """

    name: str
    steps: Callable[[Page, Demo], None]
    scheme: Literal["light", "dark"] = "light"
    part: str = "html"


def my_training(page: Page, demo: Demo) -> None:
    """Sign in as somebody who has learned before."""
    be(page, demo, "robin", "/")


def sign_in(page: Page, demo: Demo) -> None:
    """Come to a course as somebody who is not signed in."""
    page.goto(f"{demo.gateway}/go/course/12")


def not_enrolled(page: Page, demo: Demo) -> None:
    """Come to a course in which one is not enrolled."""
    be(page, demo, "robin", "/go/course/56")


def waiting(page: Page, demo: Demo) -> None:
    """Come to a course after so many clicks of one's own that there is a queue of them."""
    be(page, demo, "robin", "/")
    cookie = "; ".join(f"{one.get('name')}={one.get('value')}" for one in page.context.cookies(demo.gateway))

    def click(path: str) -> None:
        with closing(HTTPConnection(urlsplit(demo.gateway).netloc, timeout=30)) as connection:
            connection.request("GET", path, headers={"Cookie": cookie})
            connection.getresponse()

    with ThreadPoolExecutor(len(_QUEUED)) as threads:
        for clicks in (["/go/course/12"] * CLICKS_AT_ONCE, _QUEUED):
            for begun in [threads.submit(click, path) for path in clicks]:
                begun.result()
    page.goto(f"{demo.gateway}/go/course/34")


def shop_basket(page: Page, demo: Demo) -> None:
    """Put courses into the basket of the demo's shop."""
    page.goto(f"{demo.shop}/")
    for _ in range(2):
        page.get_by_role("button", name="Add to basket: Data protection").click()
        page.wait_for_load_state()


def handed_over(page: Page, demo: Demo) -> None:
    """Buy a course and go there from the shop."""
    page.goto(f"{demo.shop}/")
    page.get_by_role("button", name="Add to basket: Health and safety").click()
    page.get_by_role("radio", name="Pia Novak").check()
    page.get_by_role("button", name="Pay €").click()
    page.get_by_text(re.compile("To my course")).first.click()
    page.wait_for_url(f"{demo.gateway}/**")


def be(page: Page, demo: Demo, person: str, path: str) -> None:
    """Sign in at the demo's identity provider and go to an address of the gateway."""
    page.goto(f"{demo.gateway}/login/default?next={path}")
    page.locator(f'button[value="{person}"]').click()
    page.wait_for_url(lambda url: not url.startswith(demo.provider))


SCENES = (
    Scene("my-training", my_training),
    Scene("my-training-dark", my_training, "dark"),
    Scene("sign-in", sign_in),
    Scene("not-enrolled", not_enrolled),
    Scene("waiting", waiting),
    Scene("shop-basket", shop_basket, part="#basket"),
    Scene("launch", handed_over),
)


def main() -> None:
    """Take all pictures, or those that are named."""
    parser = argparse.ArgumentParser(prog="python -m docs.screenshots", description=__doc__)
    parser.add_argument("scenes", nargs="*", metavar="SCENE", help="the pictures to take; all, if none is named")
    parser.add_argument("--to", type=Path, default=IMAGES, help="the folder that they are written to")
    parser.add_argument("--port", type=int, default=PORT, help="the gateway's; the next three are used as well")
    given = parser.parse_args()
    unknown = set(given.scenes) - {scene.name for scene in SCENES}
    if unknown:
        parser.error(f"no such picture: {', '.join(sorted(unknown))}")
    wanted = [scene for scene in SCENES if not given.scenes or scene.name in given.scenes]
    given.to.mkdir(parents=True, exist_ok=True)
    with running_demo(given.port) as demo, browser() as chromium:
        for scene in wanted:
            take(scene, chromium, demo, given.to / f"{scene.name}.png")
            sys.stdout.write(f"{scene.name}.png\n")


def take(scene: Scene, chromium: Browser, demo: Demo, file: Path) -> None:
    """Take one picture in a window of its own."""
    context = chromium.new_context(
        viewport={"width": WIDTH, "height": LEAST_HEIGHT},
        color_scheme=scene.scheme,
        locale=LOCALE,
        timezone_id="UTC",
        reduced_motion="reduce",
    )
    page = context.new_page()
    scene.steps(page, demo)
    page.wait_for_load_state("load")
    page.evaluate(_FIXED)
    page.locator(scene.part).screenshot(path=file, animations="disabled", caret="hide")
    context.close()


@contextmanager
def browser() -> Iterator[Browser]:
    """Run Chromium, the system's if there is one."""
    with sync_playwright() as playwright:
        found = shutil.which("chromium")
        chromium = playwright.chromium.launch(executable_path=found, args=_BROWSER_OPTIONS)
        yield chromium
        chromium.close()


@contextmanager
def running_demo(port: int) -> Iterator[Demo]:
    """Run the demo, and end it.

    Raises:
        SystemExit: it does not start; what it says is told.
    """
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "demo.log").open("w+") as output:
        process = subprocess.Popen(  # noqa: S603 - every word of the command stands in this file
            [sys.executable, "-m", "sandbox.demo", "--port", str(port)],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            end = time.monotonic() + START_SECONDS
            while "Ctrl-C ends all of it." not in (said := Path(output.name).read_text(encoding="utf-8")):
                if process.poll() is not None or time.monotonic() > end:
                    sys.exit(f"The demo did not start:\n{said}")
                time.sleep(0.2)
            yield Demo(*(f"http://{HOST}:{port + offset}" for offset in range(4)))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


if __name__ == "__main__":
    main()
