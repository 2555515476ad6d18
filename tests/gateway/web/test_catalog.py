"""``/catalog``: who may see it, what is on it, and how large it gets."""

import re
from html import unescape

import pytest

from schemas.catalog import CatalogCategory, CatalogContent, CatalogCourse, CatalogPrice
from tests.gateway.web.browser import PAGE

PUBLIC = "[catalog]\npublic = true\n"


@pytest.fixture
def visitor(gateway):
    return gateway(file=PUBLIC).test_client()


@pytest.fixture
def read(visitor):
    """Return the page at an address as its status and text without markup."""

    def text(address="/catalog"):
        answer = visitor.get(address, headers=PAGE)
        assert answer.status_code == 200, answer.text
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.text.partition("<main")[2])).split())

    return text


@pytest.fixture
def offering(gateway, monkeypatch):
    """Open the page of a catalogue that a test makes up."""

    def client(content):
        monkeypatch.setattr("gateway.flows.catalog.Catalog.current", lambda _: content)
        return gateway(file=PUBLIC).test_client()

    return client


def buttons(answer):
    return re.findall(r'href="(/buy/[^"]+)"', answer.text)


@pytest.mark.parametrize("file", ["", "[catalog]\npublic = false"])
def test_by_default_there_is_no_such_page_and_nobody_is_asked(gateway, asked, file):
    answer = gateway(file=file).test_client().get("/catalog", headers=PAGE)
    assert (answer.status_code, "There is nothing at this address." in answer.text) == (404, True)
    assert asked() == []


def test_anybody_sees_courses_by_category_with_prices_and_buttons(visitor, read, asked):
    answer = visitor.get("/catalog", headers=PAGE)
    assert buttons(answer) == [
        *("/buy/course/34", "/buy/course/19", "/buy/course/12", "/buy/category/3"),
        "/buy/course/1",
        *("/buy/course/56", "/buy/category/2"),
    ]
    assert answer.headers.getlist("Set-Cookie") == []
    assert "<script" not in answer.text
    assert len(answer.data) < 30_000
    words = read()
    assert "Data protection What the law asks of everyone who handles personal data. $49.00 Buy" in words
    assert "Intro to the academy How learning works here, with a test at the end. Free of charge Start" in words
    assert "All courses of this category together $99.00 Buy all" in words
    assert words.index("Compliance Data") < words.index("Everything Welcome") < words.index("Sales Selling")
    assert asked() == ["courses", "categories"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("law", ["/buy/course/34"]),
        ("PERSONAL+data", ["/buy/course/34"]),
        ("data+selling", []),
        ("sales", ["/buy/course/56"]),
        ("++", ["/buy/course/34", "/buy/course/19", "/buy/course/12", "/buy/course/1", "/buy/course/56"]),
        ("%3Cscript%3E", []),
        ("%ff%00", []),
        ("x" * 5000, []),
    ],
)
def test_a_search_finds_courses_that_have_all_words(visitor, query, found):
    answer = visitor.get(f"/catalog?q={query}", headers=PAGE)
    assert answer.status_code == 200
    assert [href for href in buttons(answer) if "course" in href] == found
    assert "<script" not in answer.text


def test_a_search_says_how_many_it_found_or_what_else_to_do(read):
    assert "Courses found for “ law ”: 1" in read("/catalog?q=law")
    assert "No course matches your search. Try other words, or see all courses ." in read("/catalog?q=nosuch")


def test_a_category_can_be_chosen(visitor):
    answer = visitor.get("/catalog?category=2", headers=PAGE)
    assert buttons(answer) == ["/buy/course/56", "/buy/category/2"]
    assert 'href="/catalog?category=2" aria-current="true"' in answer.text


@pytest.mark.parametrize(
    "query", ["category=x", "category=-1", "page=0", "page=x", "page=99", "page=%D9%A1", "other=1"]
)
def test_what_is_not_readable_asks_for_nothing(visitor, query):
    answer = visitor.get(f"/catalog?{query}", headers=PAGE)
    assert (answer.status_code, len(buttons(answer))) == (200, 7)


def many(count, text="研修コース" * 60):
    categories = tuple(
        CatalogCategory(number, f"{number} {text}", None, CatalogPrice("¥9", "¥", "9")) for number in range(1, 301)
    )
    price = CatalogPrice("¥1,000", "¥", "1000")
    courses = [
        CatalogCourse(number, f"{number:04} {text}", "", text, number % 300 + 1, price)
        for number in range(1, count + 1)
    ]
    return CatalogContent(tuple(courses), categories)


def test_however_many_courses_there_are_a_page_is_small_and_each_is_on_one(offering):
    client, found, address = offering(many(100)), [], "/catalog"
    while address:
        answer = client.get(address, headers=PAGE)
        assert len(answer.data) < 30_000
        found += [href for href in buttons(answer) if "course" in href]
        following = re.search(r'href="([^"]+)" rel="next"', answer.text)
        address = unescape(following[1]) if following else None
    assert len(found) == len(set(found)) == 100


def test_the_pages_of_a_search_are_pages_of_that_search(offering):
    client = offering(many(40, "a&b law"))
    first = client.get("/catalog?q=a%26b+law", headers=PAGE)
    second = unescape(re.search(r'href="([^"]+)" rel="next"', first.text)[1])
    assert second == "/catalog?q=a%26b+law&page=2"
    back = re.search(r'href="([^"]+)" rel="prev"', client.get(second, headers=PAGE).text)[1]
    assert unescape(back) == "/catalog?q=a%26b+law"


def test_an_empty_catalogue_says_so(offering):
    assert (
        "There are no courses on offer at the moment." in offering(CatalogContent()).get("/catalog", headers=PAGE).text
    )


def test_a_course_without_a_price_has_a_button_all_the_same(offering):
    answer = offering(CatalogContent((CatalogCourse(7, "Seven"),))).get("/catalog", headers=PAGE)
    assert buttons(answer) == ["/buy/course/7"]
    assert "Other courses" in answer.text


def test_somebody_elses_text_stays_text(offering):
    nasty = "\"><script>document.title='owned'</script>"
    content = CatalogContent(
        (CatalogCourse(7, nasty, nasty, nasty, 1, CatalogPrice(nasty)),), (CatalogCategory(1, nasty),)
    )
    answer = offering(content).get("/catalog", query_string={"q": nasty}, headers=PAGE)
    assert (answer.status_code, buttons(answer), "<script" in answer.text) == (200, ["/buy/course/7"], False)


def test_while_talentlms_is_away_the_page_says_so_and_when_to_come_back(visitor, portal):
    portal.control.fault("courses", kind="status", status=500, times=99)
    answers = [visitor.get("/catalog", headers=PAGE) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [503, 503]
    assert answers[1].headers["Retry-After"] == "5"


def test_a_button_leads_through_the_sign_in(visitor):
    answer = visitor.get("/buy/course/34", headers=PAGE)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login?next=/buy/course/34")
