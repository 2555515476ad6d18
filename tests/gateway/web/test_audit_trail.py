"""What the audit trail's table has of what people do in a browser, and what that costs."""

import sqlite3

import pytest
from sqlalchemy import Engine, event

from gateway.config import load
from gateway.flows.audit_rows import AT_ONCE
from gateway.services import Services
from tests.conftest import API_KEY
from tests.databases import new_database
from tests.gateway.web.browser import HERE, csrf_token


@pytest.fixture
def url(tmp_path):
    return new_database(tmp_path)


@pytest.fixture
def browser(gateway, url, browser_at):
    file = "[talentlms]\nself_enrol_courses = [12]\n"
    return browser_at(gateway(file=file, GATEWAY_DATABASE_URL=url))


@pytest.fixture
def trail(url, portal):
    """Return the entries, the oldest first."""
    variables = {
        "GATEWAY_PUBLIC_URL": HERE,
        "GATEWAY_SECRET_KEYS": "key-of-the-tests-" * 3,
        "GATEWAY_DATABASE_URL": url,
        "GATEWAY_PASSWORD_SIGN_IN": "on",
        "TALENTLMS_URL": portal.url,
        "TALENTLMS_API_KEY": API_KEY,
    }
    listing = Services(load(variables)).audit_trail
    return lambda: listing.listed(at_most=1000)[::-1]


@pytest.fixture
def statements():
    """Return what every database of this process was asked since the last look."""
    asked = []

    def note(_connection, _cursor, statement, *_):
        asked.append(" ".join(statement.split()[:3]))

    def since():
        found = asked[:]
        asked.clear()
        return found

    event.listen(Engine, "before_cursor_execute", note)
    yield since
    event.remove(Engine, "before_cursor_execute", note)


ONE_ROW = ["INSERT INTO audit_trail"]


def told(entries):
    return [(entry.event, entry.outcome, entry.facts.get("step", "")) for entry in entries]


def test_a_sign_in_a_sign_up_an_enrolment_and_a_sign_out_are_entries_of_one_person(browser, trail):
    browser.sign_in("kim.lee")
    assert browser.get("/go/course/12").status_code == 302
    browser.post("/logout", {"csrf_token": csrf_token(browser.get("/logout"))})
    entries = trail()
    assert told(entries) == [
        ("sign_in", "success", ""),
        ("provisioning", "success", "signed_up"),
        ("enrolment", "success", ""),
        ("sign_out", "success", ""),
    ]
    assert len({entry.person for entry in entries}) == 1
    assert len({entry.reference for entry in entries}) == 3
    assert {entry.client for entry in entries} == {"127.0.0.1"}
    signed_in, signed_up, enrolled, signed_out = entries
    assert (signed_in.origin, signed_in.facts["issuer"]) == ("default", browser.provider.issuer)
    assert signed_up.user_id == enrolled.user_id > 0
    assert signed_up.origin == "default"
    assert (enrolled.facts, signed_out.origin) == ({"course_id": 12}, "default")


def test_whoever_is_refused_is_an_entry_with_the_reference_of_their_page(browser, trail):
    browser.sign_in("ada.admin")
    page = browser.get("/go")
    assert page.status_code == 403
    refused = trail()[-1]
    assert (refused.event, refused.outcome, refused.reason) == ("provisioning", "refused", "account-not-a-learner")
    assert refused.reference in page.text
    assert "administrator's" in refused.note


def test_a_sign_in_costs_one_statement(browser, statements):
    callback = browser.begun()
    statements()
    assert browser.get(callback).status_code == 302
    assert statements() == ONE_ROW


@pytest.mark.parametrize("path", ["/go", "/go/course/12", "/", "/buy/course/12"])
def test_a_click_of_somebody_who_is_signed_in_and_known_asks_the_database_nothing(browser, statements, trail, path):
    browser.sign_in("robin")
    assert browser.get("/go/course/12").status_code == 302
    browser.get(path)  # the first one may find something out
    before = trail()
    statements()
    assert browser.get(path).status_code < 500
    assert statements() == []
    assert trail() == before


def test_a_click_that_enrols_costs_one_statement_once(browser, statements):
    browser.sign_in("kim.lee")
    browser.get("/go")
    statements()
    assert browser.get("/go/course/12").status_code == 302
    assert statements() == ONE_ROW


def test_a_trail_that_cannot_be_written_keeps_nobody_from_anything(browser, url):
    browser.sign_in("kim.lee")
    browser.get("/go")
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        connection.execute("DROP TABLE audit_trail")
    connection.close()
    assert browser.get("/go/course/12").status_code == 302
    browser.post("/logout", {"csrf_token": csrf_token(browser.get("/logout"))})
    assert browser.sign_in("kim.lee").status_code == 302
    assert browser.get("/go/course/12").status_code == 302


FORGED = {
    "a state of nobody": lambda browser: browser.get("/callback/default?code=1&state=1"),
    "a denial of nobody": lambda browser: browser.get("/callback/default?error=access_denied"),
    "a provider of nobody": lambda browser: browser.get("/callback/nobody%00?code=1&code=2"),
    "a tile of nobody": lambda browser: browser.get("/login/initiate?iss=https://elsewhere.example"),
    "a logout token of nobody": lambda browser: browser.post("/backchannel-logout/default", {"logout_token": "x"}),
    "a frame of nobody": lambda browser: browser.get("/frontchannel-logout/default?iss=x&sid=y"),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_what_a_stranger_sends_fills_no_table(browser, trail, forged):
    for _ in range(AT_ONCE + 10):
        assert forged(browser).status_code >= 400
    assert [entry.outcome for entry in trail()] == ["refused"] * AT_ONCE
    browser.sign_in("robin")
    assert told(trail()[AT_ONCE:]) == [("sign_in", "success", "")]


def test_a_password_is_an_entry_by_the_hash_of_the_user_name(gateway, url, browser_at, trail, portal):
    browser = browser_at(gateway(GATEWAY_DATABASE_URL=url, GATEWAY_PASSWORD_SIGN_IN="on"))

    def typed(password):
        page = browser.get("/login/password")
        form = {"csrf_token": csrf_token(page), "username": "kim", "password": password}
        return browser.post("/login/password", form)

    portal.control.add_user("kim@example.net", login="kim", password="Right-Password-1")
    assert typed("Wrong-Password-1").status_code == 401
    assert typed("Right-Password-1").status_code == 302
    wrong, right = trail()
    assert (wrong.event, wrong.outcome, wrong.reason) == ("password_sign_in", "refused", "talentlms-wrong-password")
    assert (right.event, right.outcome, right.person) == ("password_sign_in", "success", wrong.person)
