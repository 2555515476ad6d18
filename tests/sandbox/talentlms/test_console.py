"""The page at the root, for people who break things by hand."""

import re

import requests

from tests.patience import PATIENT_SECONDS


def test_the_console_shows_people_courses_calls_and_orders(api, box):
    api.refusal("userlogin", login="robin", password="Wrong-123")
    link = api.ask("buycourse", user_id=10, course_id=34)["redirect_url"]
    requests.post(link, data={"choice": "pay"}, timeout=PATIENT_SECONDS)
    page = requests.get(box.url, timeout=PATIENT_SECONDS).text
    for text in ("robin@example.com", "Data protection", "POST userlogin", "password: ***", "$49.00", "2 of 2000"):
        assert text in page
    assert "Wrong-123" not in page


def test_the_console_loads_nothing_from_elsewhere(box):
    page = requests.get(box.url, timeout=PATIENT_SECONDS).text
    assert "http://" not in page
    assert "https://" not in page
    assert "<script" not in page


def test_a_fault_can_be_added_and_cleared_by_hand(api, box):
    form = {"kind": "html", "operation": "siteinfo", "times": "2", "seconds": "0", "status": "502"}
    page = requests.post(f"{box.url}/_console/faults", data=form, timeout=PATIENT_SECONDS)
    assert "html · siteinfo · 2 calls · 502" in page.text
    assert api.get("siteinfo").status_code == 502
    requests.post(f"{box.url}/_console/clear", timeout=PATIENT_SECONDS)
    assert box.control.faults() == []


def test_a_fault_that_cannot_be_is_explained(box):
    page = requests.post(f"{box.url}/_console/faults", data={"kind": "explosion"}, timeout=PATIENT_SECONDS)
    assert (page.status_code, "kind is one of" in page.text) == (400, True)


def test_quirks_can_be_set_by_hand(box):
    before = box.control.quirks()
    form = {name: "on" if value is True else value for name, value in before.items() if value is not False}
    form |= {"retry_after": "on", "throttle_status": "403", "link_host": "learn.example.com"}
    requests.post(f"{box.url}/_console/quirks", data=form, timeout=PATIENT_SECONDS)
    changed = {"retry_after": True, "throttle_status": 403, "link_host": "learn.example.com"}
    assert box.control.quirks() == before | changed


def test_a_quirk_that_cannot_be_is_explained(box):
    before = box.control.quirks()
    form = {"throttle_status": "many"}
    page = requests.post(f"{box.url}/_console/quirks", data=form, timeout=PATIENT_SECONDS)
    assert (page.status_code, box.control.quirks()) == (400, before)


def test_everything_can_be_reset_by_hand(api, box):
    api.sign_up("kim")
    requests.post(f"{box.url}/_console/reset", timeout=PATIENT_SECONDS)
    assert len(box.control.state()["users"]) == 10


def test_names_are_shown_as_text(box):
    box.control.add_user("x@example.com", first_name="<script>alert(1)</script>")
    assert "<script" not in requests.get(box.url, timeout=PATIENT_SECONDS).text


ONE_LINE = """() => [...document.querySelectorAll('.figure')].filter(cell => {
  const range = document.createRange();
  range.selectNodeContents(cell);
  return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1;
}).map(cell => cell.textContent)"""


def test_no_number_date_or_price_breaks_and_a_wide_table_scrolls_in_itself(api, box, chromium):
    link = api.ask("buycourse", user_id=10, course_id=34)["redirect_url"]
    requests.post(link, data={"choice": "pay"}, timeout=PATIENT_SECONDS)
    api.refusal("userlogin", login="x" * 300, password="Wrong-123")
    page = chromium.new_page(viewport={"width": 320, "height": 800})
    try:
        page.goto(box.url)
        figures = page.eval_on_selector_all(".figure", "cells => cells.map(cell => cell.textContent)")
        assert {"1", "$49.00", "12 (50\N{NO-BREAK SPACE}%)"} <= set(figures)
        assert sum(bool(re.fullmatch(r"\d\d/\d\d/\d{4}, \d\d:\d\d:\d\d", text)) for text in figures) == 3
        assert page.evaluate(ONE_LINE) == []
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        assert page.evaluate("document.querySelector('.scroll').scrollWidth") < 1600
        page.locator(".scroll").first.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("document.querySelector('.scroll').scrollLeft > 0")
    finally:
        page.close()
