"""*My training* over HTTP: what comes first, the search, the days and the certificates; always one call."""

import re
import time
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import quote

import pytest

from gateway.flows.training import learning_record
from gateway.web.course_rows import certificate_href, course_row
from gateway.web.training import PER_PAGE, QUERY_LENGTH, SEARCH_FROM
from schemas.user import Enrolment, User

DAY = 86_400
ORIGINS = {"https://acme.talentlms.com"}
WHOLE = "https://acme.talentlms.com/certificate/download/id:7"


@pytest.fixture
def learner(kim, portal, asked):
    """Return Kim's number; Kim has an account, and takes nothing yet."""
    assert kim.get("/").status_code == 200
    asked()
    return portal.control.state()["users"][-1]["id"]


@pytest.fixture
def takes(portal, learner):
    def enrolled(*names, **values):
        for name in names:
            portal.control.enrol(learner, portal.control.add_course(name), **values)

    return enrolled


def names(page):
    return [unescape(name) for name in re.findall(r"<h3[^>]*><bdi>(.*?)</bdi>", page.text)]


def test_names_stand_in_natural_order_whatever_their_case_and_accents(kim, takes):
    takes("Part 10", "part 2", "Éthique", "Fire safety", "ecology")
    assert names(kim.get("/")) == ["ecology", "Éthique", "Fire safety", "part 2", "Part 10"]


def test_what_is_due_and_what_was_begun_comes_first(kim, takes, portal, learner):
    takes("A course", "Begun")
    takes("Due", expires_on=int(time.time()) + 3 * DAY)
    takes("Over", expires_on=int(time.time()) - 3 * DAY)
    begun = next(one["id"] for one in portal.control.state()["courses"] if one["name"] == "Begun")
    portal.control.set_progress(learner, begun, 50)
    page = kim.get("/")
    assert names(page) == ["Due", "Begun", "A course", "Over"]
    assert page.text.count("Due soon: your access ends on") == 1
    assert page.text.count("Overdue: your access ended on") == 1


def test_a_page_costs_one_call_whatever_is_on_it(kim, takes, portal, learner, asked):
    takes(*(f"Course {number}" for number in range(SEARCH_FROM)))
    portal.control.enrol(learner, 34)
    portal.control.set_progress(learner, 34, 100)
    asked()
    for address in ("/", "/?q=course", "/?q=nothing", "/?page=2", "/?q=" + "x" * 900):
        assert kim.get(address).status_code == 200
        assert asked() == ["users/id"], address


def test_a_search_is_offered_from_ten_courses_on(kim, takes):
    takes(*(f"Course {number}" for number in range(1, SEARCH_FROM)))
    assert 'role="search"' not in kim.get("/").text
    takes("Course 10")
    assert 'role="search"' in kim.get("/").text


def test_a_search_finds_words_in_any_order_case_and_accent(kim, takes):
    takes("L\N{RIGHT SINGLE QUOTATION MARK}éthique 2", "Éthique 10", "Fire safety")
    assert names(kim.get("/?q=ETHIQUE")) == ["Éthique 10", "L\N{RIGHT SINGLE QUOTATION MARK}éthique 2"]
    assert names(kim.get("/?q=10+ethique")) == ["Éthique 10"]
    assert names(kim.get("/?q=+++")) == names(kim.get("/"))
    found = kim.get("/?q=ethique").text
    assert 'value="ethique"' in found
    assert "<title>Courses found for “ethique”: 2 \N{EN DASH} My training \N{EN DASH} Training</title>" in found
    assert "Courses found for “<bdi>ethique</bdi>”: 2" in found


def test_a_search_that_finds_nothing_says_so_also_to_somebody_with_few_courses(kim, takes):
    takes("Fire safety")
    page = kim.get("/?q=water").text
    assert '<p class="lead" role="status">No course matches your search.</p>' in page
    assert 'role="search"' in page


@pytest.mark.parametrize(
    "query",
    [
        '"><script>alert(1)</script>',
        "{{ 7*7 }}%s%(query)s",
        "\N{COMBINING ACUTE ACCENT}" * 300,
        "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 80,
        "\ud800".encode("utf-8", "surrogatepass"),
        "%00",
        "x" * 3000,
    ],
    ids=["markup", "template", "accents", "ligatures", "surrogate", "null", "long"],
)
def test_a_hostile_search_is_a_short_text(kim, takes, query):
    takes("Fire safety")
    page = kim.get("/?q=" + quote(query))
    assert page.status_code == 200
    assert "<script" not in page.text
    written = unescape(re.search(r'name="q" value="([^"]*)"', page.text)[1])
    assert len(written) <= QUERY_LENGTH
    assert len(page.data) < 30 * 1024


def test_many_courses_are_spread_over_pages_and_a_search_stays_a_search(kim, takes):
    takes(*(f"Course {number}" for number in range(1, PER_PAGE + 6)))
    first, second = kim.get("/"), kim.get("/?page=2")
    assert names(first) == [f"Course {number}" for number in range(1, PER_PAGE + 1)]
    assert names(second) == [f"Course {number}" for number in range(PER_PAGE + 1, PER_PAGE + 6)]
    assert 'href="/?page=2" rel="next"' in first.text
    assert 'href="/" rel="prev"' in second.text
    assert 'href="/?q=course&amp;page=2" rel="next"' in kim.get("/?q=course").text
    for wrong in ("0", "-1", "99", "x", "9" * 30, "\N{ARABIC-INDIC DIGIT TWO}"):
        assert names(kim.get(f"/?page={quote(wrong)}")) in (names(first), names(second)), wrong
    for page in (first, second):
        assert len(page.data) < 30 * 1024


def test_bought_seats_stand_on_the_first_page_whatever_else_the_address_says(kim, learner, monkeypatch):
    asked_for = []
    monkeypatch.setattr("gateway.web.seat_list.SeatList.of", lambda _, identity: asked_for.append(identity) or [])
    for address in ("/", "/?utm_source=mail", "/?page=1", "/?page=x"):
        kim.get(address)
    assert len(asked_for) == 4
    for address in ("/?q=fire", "/?page=2"):
        kim.get(address)
    assert len(asked_for) == 4


def test_a_certificate_is_told_with_its_end_and_an_address_without_a_secret(kim, portal, learner):
    portal.control.enrol(learner, 34)
    portal.control.set_progress(learner, 34, 100)
    page = kim.get("/").text
    until = datetime.fromtimestamp(portal.control.state()["certificates"][-1]["expires_on"], UTC)
    assert f"Certificate valid until {until.day} {until:%B %Y}" in page
    assert re.findall(r'href="(http[^"]*)"', page) == [f"{portal.url}/certificate/download/id:{_number(portal)}"]
    assert "sig:" not in page


def _number(portal):
    return portal.control.state()["certificates"][-1]["id"]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (WHOLE, WHOLE),
        (WHOLE + "/sig:pzmqzw", None),
        (WHOLE + "?key=abc", None),
        (WHOLE + "#x", None),
        (WHOLE + "?", None),
        (WHOLE + "1" * 20, None),
        ("https://acme.talentlms.com/user/certification/sig:pzmqzw", None),
        ("https://acme.talentlms.com/certificate/download/key:7", None),
        ("https://acme.talentlms.com.evil.example/certificate/download/id:7", None),
        ("https://kim@acme.talentlms.com/certificate/download/id:7", None),
        ("http://acme.talentlms.com/certificate/download/id:7", None),
        ("javascript:alert(1)", None),
        ("https://[acme/certificate/download/id:7", None),
        ("", None),
    ],
)
def test_no_address_is_shown_that_leads_elsewhere_or_may_open_a_certificate_for_everybody(url, shown):
    assert certificate_href(url, ORIGINS) == shown


def test_days_are_those_of_the_account_s_time_zone_up_to_the_end_of_the_calendar():
    end = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    never = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    courses = (Enrolment(1, "One", expired_on=end), Enrolment(2, "Two", expired_on=never))
    for written, day in (("", "31 March 2026"), ("(GMT +02:00) Athens", "1 April 2026")):
        user = User(7, "kim", "Kim", "Lee", "", "Learner-Type", "active", timezone=written, courses=courses)
        record = learning_record(user, end - timedelta(days=1))
        rows = [course_row(course, record.zone, ORIGINS) for course in record.courses]
        assert [row.ends_on for row in rows] == [day, "31 December 9999"]


def test_a_name_of_any_length_is_shown_with_its_beginning():
    user = User(7, "kim", "Kim", "Lee", "", "Learner-Type", "active", courses=(Enrolment(1, "x" * 100_000),))
    record = learning_record(user, datetime.now(UTC))
    assert course_row(record.courses[0], UTC, ORIGINS).name == "x" * 119 + "\N{HORIZONTAL ELLIPSIS}"
