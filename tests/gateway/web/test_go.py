"""``/go`` and ``/``: into TalentLMS, and what is to be learnt there."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from gateway.store.connection import connect
from gateway.store.sessions import Sessions
from tests.gateway.web.browser import LINK_HEADERS
from tests.patience import PATIENT_SECONDS

ENROLLED = "robin"  # a learner of the portal: course 12 completed, course 34 begun


def wanted_again(answer):
    """Return where a sign-in that is asked for leads afterwards."""
    parts = urlsplit(answer.headers["Location"])
    assert (parts.scheme, parts.netloc, parts.path) == ("", "", "/login")
    return parse_qs(parts.query)["next"][0]


@pytest.mark.parametrize("path", ["/go", "/go/course/12", "/go/course/gdpr-2026", "/buy/course/34?coupon=WELCOME10"])
def test_whoever_is_not_signed_in_signs_in_first_and_comes_back(gateway, browser_at, portal, path):
    browser = browser_at(gateway(file="[slugs.courses]\ngdpr-2026 = 34"))
    answer = browser.get(path)
    assert answer.status_code == 302
    assert wanted_again(answer) == path
    assert LINK_HEADERS.items() <= dict(answer.headers).items()
    assert portal.control.calls() == []


@pytest.mark.parametrize("coupon", ["SPRING%2025", "50%25", "Gr%C3%B6%C3%9Fe", "A+B", "a%40b", "x%2Fy"])
def test_a_coupon_of_any_spelling_survives_the_sign_in(browser, coupon):
    wanted = f"/buy/course/34?coupon={coupon}"
    again = wanted_again(browser.get(wanted))
    assert urlsplit(again).path == "/buy/course/34"
    assert parse_qs(urlsplit(again).query) == parse_qs(urlsplit(wanted).query)


def test_the_first_click_of_a_session_finds_the_account_and_every_other_costs_one_call(browser, asked):
    browser.sign_in(ENROLLED)
    assert browser.get("/go/course/12").status_code == 302
    assert asked() == ["users/email", "gotocourse"]
    for path, operation in (("/go/course/12", "gotocourse"), ("/go", "users/id"), ("/", "users/id")):
        browser.get(path)
        assert asked() == [operation]


def test_the_next_session_of_a_person_costs_one_call_from_the_first_click_on(browser, asked):
    browser.sign_in(ENROLLED)
    browser.get("/go")
    browser.sign_in(ENROLLED)
    asked()
    browser.get("/go/course/12")
    assert asked() == ["gotocourse"]


@pytest.mark.statement(46)
@pytest.mark.parametrize("path", ["/go", "/go/course/12"])
def test_the_link_is_sent_as_it_is_and_kept_nowhere(browser, portal, path, logged):
    browser.sign_in(ENROLLED)
    lines = logged()
    answer = browser.get(path)
    assert answer.status_code == 302
    link = answer.headers["Location"]
    assert link.startswith(f"{portal.url}/index/")
    assert LINK_HEADERS.items() <= dict(answer.headers).items()
    assert answer.data == b""
    assert link.rpartition("key:")[2][:20] not in str(lines())
    assert "Robin Park" in requests.get(link, timeout=PATIENT_SECONDS).text


@pytest.mark.statement(46)
def test_two_clicks_get_two_links(browser):
    browser.sign_in(ENROLLED)
    assert browser.get("/go/course/12").headers["Location"] != browser.get("/go/course/12").headers["Location"]


def test_a_slug_means_its_course(gateway, browser_at, portal):
    browser = browser_at(gateway(file="[slugs.courses]\ngdpr-2026 = 34"))
    browser.sign_in(ENROLLED)
    assert "course_id:34" in browser.get("/go/course/gdpr-2026").headers["Location"]


def test_a_course_that_is_neither_id_nor_slug_is_not_found_without_asking(gateway, browser_at, asked):
    browser = browser_at(gateway(file="[slugs.courses]\ngdpr-2026 = 34"))
    browser.sign_in(ENROLLED)
    for name in ("nosuch", "0", "012", "-1", "1.5", "99999999999", "١٢", "12%20", "GDPR-2026", "12;x", "a" * 300):
        answer = browser.get(f"/go/course/{name}")
        assert (answer.status_code, "Course not found" in answer.text) == (404, True), name
    assert asked() == []


def test_a_course_that_talentlms_does_not_know_is_not_found(kim):
    assert kim.get("/go/course/4711").status_code == 404


def test_a_course_that_is_not_open_says_so_and_offers_nothing_to_click_twice(kim, asked):
    answer = kim.get("/go/course/12")
    assert answer.status_code == 403
    assert "You are not enrolled in this course" in answer.text
    assert "addusertocourse" not in asked()


def test_an_account_that_is_gone_is_looked_up_anew_once_and_the_click_succeeds(kim, portal, asked):
    kim.get("/go")
    (gone,) = [user["id"] for user in portal.control.state()["users"] if user["email"] == "kim@acme.example"]
    snapshot = portal.control.snapshot()
    snapshot["users"] = [user for user in snapshot["users"] if user["id"] != gone]
    portal.control.restore(snapshot)
    asked()
    answer = kim.get("/")
    assert answer.status_code == 200
    assert asked() == ["users/id", "users/email", "usersignup", "users/id"]
    kim.get("/")
    assert asked() == ["users/id"]


@pytest.mark.parametrize(
    ("person", "status", "sentence"),
    [
        ("felix", 403, "Your training account is not active"),
        ("ada.admin", 403, "This account cannot be opened here"),
        ("noel.nomail", 403, "Your e-mail address is missing"),
    ],
)
def test_whoever_gets_no_account_is_told_why(browser, person, status, sentence):
    browser.sign_in(person)
    answer = browser.get("/go")
    assert (answer.status_code, sentence in answer.text) == (status, True)


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"kind": "status", "status": 500}, 503),
        ({"kind": "status", "status": 401}, 502),
        ({"kind": "throttled", "retry_after": 7}, 503),
        ({"kind": "html"}, 502),
        ({"kind": "foreign_link"}, 502),
    ],
)
def test_a_fault_of_talentlms_is_told_and_nobody_is_sent_anywhere(browser, portal, fault, status):
    browser.sign_in(ENROLLED)
    browser.get("/go/course/12")
    portal.control.fault("gotocourse", times=2, **fault)
    answer = browser.get("/go/course/12")
    assert answer.status_code == status
    assert "Location" not in answer.headers
    assert "elsewhere.example" not in answer.text
    assert answer.headers.get("Retry-After") == ("7" if fault["kind"] == "throttled" else None)


def test_my_training_shows_the_courses_and_where_they_are(browser):
    browser.sign_in(ENROLLED)
    page = browser.get("/").text
    assert 'href="/go/course/34"' in page
    assert "33% done" in page
    assert "Robin Park" in page
    assert 'name="csrf_token" value="' in page


def test_my_training_of_a_stranger_is_a_welcome_without_a_question_to_anybody(browser, portal):
    page = browser.get("/")
    assert page.status_code == 200
    assert 'href="/login"' in page.text
    assert portal.control.calls() == []


@pytest.mark.parametrize(
    ("situation", "heading"),
    [
        ("no seat", "All places are taken"),
        ("no field", "The training site wants to know more"),
        ("weak password", "Your training account could not be set up"),
        ("else", "Your training account could not be set up"),
    ],
)
def test_whoever_talentlms_takes_no_sign_up_of_is_told_why_and_not_to_try_again(browser, portal, situation, heading):
    if situation == "no seat":
        portal.control.quirk(user_limit=1)
    elif situation == "no field":
        portal.control.add_custom_field("user", "custom_field_1", "Staff number", mandatory=True)
    elif situation == "weak password":
        message = "Password is not strong enough (should have at least (40) characters in length)"
        portal.control.fault("usersignup", kind="status", status=400, message=message)
    else:
        portal.control.fault("usersignup", kind="status", status=400, message="Not on a Sunday", times=2)
    browser.sign_in()
    page = browser.get("/go/course/12")
    assert (page.status_code, f"<h1>{heading}</h1>" in page.text) == (403, True)
    assert re.findall(r'<a class="button" href="([^"]*)">', page.text) == ["/logout"]
    assert "Please try again" not in page.text
    assert "Staff number" not in page.text


def test_somebody_who_gets_no_account_may_at_least_sign_out(browser):
    browser.sign_in("felix")
    assert 'href="/logout"' in browser.get("/").text


@pytest.mark.parametrize("signed_in", [True, False])
def test_after_a_course_there_is_a_page_that_asks_nobody(browser, portal, signed_in):
    if signed_in:
        browser.sign_in()
    for path in ("/completed", "/completed/12", "/completed/9999"):
        answer = browser.get(path)
        assert (answer.status_code, "Well done!" in answer.text) == (200, signed_in)
        assert ("completed" in answer.text.partition("<main")[2]) is signed_in
        assert ('<a class="button" href="/login">Sign in</a>' in answer.text) is not signed_in
    assert browser.get("/completed/nosuch").status_code == 404
    assert portal.control.calls() == []


@pytest.mark.statement(57)
def test_a_session_that_an_operator_ended_opens_nothing(gateway, browser_at, redis_server):
    browser = browser_at(gateway(GATEWAY_REDIS_URL=redis_server.url.reveal()))
    browser.sign_in()
    assert browser.get("/go").headers["Location"].startswith("http")
    assert Sessions(connect(redis_server.url), 100, 1000).end_all_of_user("kim@acme.example") >= 1
    assert wanted_again(browser.get("/go")) == "/go"


@pytest.mark.statement(53)
def test_a_made_up_session_opens_nothing(browser):
    browser.client.set_cookie("talentlms_gateway_session", "made-up")
    assert wanted_again(browser.get("/go")) == "/go"
