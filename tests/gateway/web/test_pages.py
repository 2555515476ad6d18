"""The pages people meet, rendered from ordinary and hostile contexts and read as text."""

import re
from collections import Counter
from html.parser import HTMLParser
from itertools import count, pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask, render_template

from gateway.config import HelpContact
from gateway.web import pages
from gateway.web.brand import Brand
from gateway.web.languages import Languages

WEB = Path(__file__).parents[3] / "gateway" / "web"
CSS = WEB / "static" / "gateway.css"
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
NASTY = "\"><script>document.title='owned'</script><img src=x onerror=alert(1)>'{{ 7*7 }} & שלום Ünïcödé 🦉" + "W" * 90


def thing(**members):
    return SimpleNamespace(**members)


NUMBERS = count(1)
CERTIFICATE = "https://acme.talentlms.com/certificate/download/id:7"
"""An address of TalentLMS's that opens nothing for somebody who is not signed in there."""


def course(name, progress=0, **members):
    number = next(NUMBERS)
    ordinary = {
        "id": number,
        "href": f"/go/course/{number}",
        "role": "learner",
        "begun": bool(progress),
        "completed": False,
        "completed_on": None,
        "expired": False,
        "due_soon": False,
        "ends_on": None,
        "certificate": None,
    }
    return thing(**{**ordinary, "name": name, "progress": progress, **members})


def certificate(name, **members):
    ordinary = {"valid_until": None, "is_expired": False, "expires_soon": False, "href": None}
    return thing(**{**ordinary, "name": name, **members})


COURSES = [
    course("Data protection at work", 45, due_soon=True, ends_on="9 March 2026"),
    course("Fire safety", ends_on="31 December 2026"),
    course(
        "First aid",
        *(100,),
        completed=True,
        completed_on="3 March 2026",
        begun=False,
        certificate=certificate("First aid", valid_until="3 March 2028", href=CERTIFICATE),
    ),
    course("Old machine", 20, expired=True, ends_on="1 March 2026"),
    course("Leading a team", role="instructor"),
    course("Opened once", begun=True),
]
NASTY_COURSES = [
    course(
        NASTY,
        7,
        href="/go/course/" + "9" * 15,
        role=NASTY,
        due_soon=True,
        ends_on=NASTY,
        certificate=certificate(NASTY, valid_until=NASTY, expires_soon=True, href=CERTIFICATE),
    )
    for _ in range(25)
]
TRAINING = {
    "has_courses": True,
    "is_all_done": False,
    "other_certificates": [],
    "has_search": False,
    "query": "",
    "longest_query": 100,
    "number_found": 6,
    "all_href": "/",
    "page_number": 1,
    "pages": 1,
    "previous_href": None,
    "next_href": None,
    "person": "Kim Lee",
    "dashboard_href": "/go",
    "csrf_token": "tok",
    "provider": "acme",
    "courses": COURSES,
    "seats": [],
    "most_seats": 500,
}
SEATS = [
    thing(href="training.acme.com/redeem/ABCD-EFGH-JKMN-PQRS", used_on=""),
    thing(href="training.acme.com/redeem/0123-4567-89AB-CDEF", used_on="3 March 2026"),
    thing(href="", used_on=""),
]
SOLD = thing(name="Data protection at work", order="#1001", used=1, number=3, seats=SEATS)
LAUNCH = {
    "action": "/l/" + "A" * 32,
    "csrf_token": "tok",
    "person": "Kim",
    "address": "k…@example.com",
    "lead": "Corner Shop brings you to your course.",
    "item": thing(name="Data protection at work"),
    "price": "",
    "coupon": "",
    "button": "Start the course",
    "signed_in": None,
    "fields": {"token": "eyJ"},
}
OFFER = thing(
    id=34,
    name="Data protection",
    description="What the law asks.",
    price="$49.00",
    is_free=False,
    href="/buy/course/34",
)
FREE = thing(id=12, name="Intro", description="", price="", is_free=True, href="/buy/course/12")
COMPLIANCE = thing(id=3, name="Compliance", bundle=thing(price="$99.00", href="/buy/category/3"), courses=[OFFER, FREE])
CATALOG = {
    "query": "",
    "is_narrowed": False,
    "number_found": 2,
    "sections": [COMPLIANCE],
    "choices": [thing(name="Compliance", href="/catalog?category=3", is_current=False)],
    "is_all": True,
    "all_href": "/catalog",
    "page_number": 1,
    "pages": 1,
    "previous_href": None,
    "next_href": None,
}
NASTY_OFFER = thing(id=1, name=NASTY, description=NASTY, price=NASTY, is_free=False, href="/buy/course/1")
NASTY_CATALOG = {
    "query": NASTY,
    "is_narrowed": True,
    "sections": [thing(id=0, name=NASTY, bundle=thing(price=NASTY, href="/buy/category/1"), courses=[NASTY_OFFER])],
    "choices": [thing(name=NASTY, href="/catalog?category=1", is_current=True)] * 9,
    "page_number": 2,
    "pages": 3,
    "previous_href": "/catalog",
    "next_href": "/catalog?page=3",
}
API_DOCS = {
    "info": {"title": "What storefronts ask for", "description": "In JSON."},
    "key": "A key.",
    "operations": [
        thing(
            id="readCatalog",
            method="POST",
            path="/api/v1/catalog",
            summary="What is on offer",
            description="As of a minute ago.",
            parameters=[thing(name="Key", types="string", is_needed=False, meaning="A key.", example="")],
            body="Catalog",
            answers=[("200", "What is on offer.", "Catalog")],
        )
    ],
    "messages": [
        thing(
            name="Catalog",
            members=[thing(name="id", types="integer", is_needed=True, meaning="An id.", example="12")],
        )
    ],
    "document_href": "/api/v1/openapi.json",
}
PASSWORD = {"csrf_token": "tok", "error": None, "username": ""}
THERE = "https://acme.talentlms.com"
"""The one address elsewhere that a page leads to: TalentLMS's, where somebody's session there ends."""
LEAVING = ("signed-out-here", "signed-out-here-alone", "signing-out")
"""The pages that do so."""
CERTIFYING = ("training", "training-searched", "training-certificates", "training-nasty", "training-seats")
CERTIFYING += ("training-seats-away", "training-seats-nasty")
"""The pages that lead to TalentLMS's certificates."""
SIGNED_OUT = {
    "still_signed_in": False,
    "left_open": False,
    "provider_left_open": False,
    "talentlms_href": THERE,
    "person": None,
    "csrf_token": "tok",
    "provider": "",
}
PROBLEM = {
    "status": 403,
    "title": "This course is not open to you",
    "happened": "You are signed in, but this course was not given to you.",
    "advice": "Ask the person who sent you the link to enrol you.",
    "reference": "K7QX-2M9D",
    "action": thing(href="/", label="Back to my training"),
}
REDEEM = {
    "item": thing(name="Data protection"),
    "shop": "Corner Shop",
    "is_theirs": False,
    "person": "Kim Lee",
    "csrf_token": "tok",
    "action": "/redeem/ABCD",
    "sign_in_href": "/login?next=/redeem/ABCD",
    "sign_out_href": "/logout",
    "account_url": None,
}
REDEEM_NASTY = {
    **dict.fromkeys(REDEEM, NASTY),
    **dict.fromkeys(("action", "sign_in_href", "sign_out_href", "account_url"), "/x"),
    "is_theirs": False,
}
WAITING = {
    "title": "One moment, please",
    "happened": "Many people are on their way.",
    "subject": "your course",
    "href": "/go",
}
COUPON = {
    "title": "This coupon is not accepted",
    "happened": "The training site does not accept the coupon “SPRING”.",
    "advice": "It may be misspelt.",
    "href": "/buy/course/12",
    "csrf_token": "tok",
    "coupon": "SPRING",
    "longest": 64,
}
NOTHING_TO_PAY = {
    "title": "You already have this",
    "happened": "There is nothing to pay.",
    "advice": "You find it among your courses.",
    "href": "/go/course/12",
    "label": "Open the course",
}
PARTS = {"layout.html", "page_links.html", "reference.html"}
"""Templates that are no page, but stand in some."""
EXAMPLES = {
    "training": ("training.html", TRAINING),
    "training-empty": ("training.html", {**TRAINING, "courses": [], "has_courses": False}),
    "training-searched": (
        "training.html",
        {
            **TRAINING,
            "has_search": True,
            "query": "fire",
            "number_found": 30,
            "pages": 2,
            "next_href": "/?q=fire&page=2",
        },
    ),
    "training-none-found": ("training.html", {**TRAINING, "has_search": True, "query": "law", "courses": []}),
    "training-certificates": (
        "training.html",
        {
            **TRAINING,
            "courses": [],
            "has_courses": False,
            "other_certificates": [
                certificate("First aid", valid_until="3 March 2026", is_expired=True, href=CERTIFICATE),
                certificate("Ladders", valid_until="3 May 2026", expires_soon=True),
                certificate("Cables"),
            ],
        },
    ),
    "training-seats": ("training.html", {**TRAINING, "seats": [SOLD, SOLD]}),
    "training-seats-away": ("training.html", {**TRAINING, "seats": None}),
    "training-seats-nasty": (
        "training.html",
        {**TRAINING, "seats": [thing(name=NASTY, order=NASTY, used=1, number=500, seats=SEATS * 200)]},
    ),
    "training-nasty": (
        "training.html",
        {
            **TRAINING,
            "person": NASTY,
            "courses": NASTY_COURSES,
            "csrf_token": NASTY,
            "has_search": True,
            "query": NASTY,
            "other_certificates": [certificate(NASTY, valid_until=NASTY, is_expired=True)] * 5,
        },
    ),
    "welcome": ("welcome.html", {"sign_in_href": "/login?next=%2F", "other_href": None}),
    "welcome-back": ("welcome.html", {"sign_in_href": "/login?next=%2F", "other_href": "/login?choose=1"}),
    "sign-in": (
        "sign_in.html",
        {
            "providers": [thing(label="Acme", href="/login/acme"), thing(label="Contractors", href="/login/partners")],
            "password_href": "/login/password",
            "shops": [],
            "shops_first": False,
        },
    ),
    "sign-in-shops": (
        "sign_in.html",
        {
            "providers": [thing(label="Acme", href="/login/acme")],
            "password_href": None,
            "shops": [thing(label="Corner Shop", href="/login/shop")],
            "shops_first": False,
        },
    ),
    "sign-in-nasty": (
        "sign_in.html",
        {
            "providers": [thing(label=NASTY, href="/x")] * 3,
            "password_href": None,
            "shops": [thing(label=NASTY, href="/x")] * 2,
            "shops_first": True,
        },
    ),
    "password": ("password.html", PASSWORD),
    "password-error": ("password.html", {**PASSWORD, "error": "This did not match.", "username": "kim"}),
    "password-nasty": ("password.html", dict.fromkeys(PASSWORD, NASTY)),
    "launch": ("launch.html", LAUNCH),
    "launch-payment": (
        "launch.html",
        {**LAUNCH, "price": "Price: $49.00", "coupon": "SPRING", "signed_in": "Lou Berg"},
    ),
    "launch-for-anybody": ("launch.html", {**LAUNCH, "person": "", "item": None}),
    "launch-nasty": (
        "launch.html",
        {**dict.fromkeys(LAUNCH, NASTY), "item": thing(name=NASTY), "action": "/l/x", "fields": {"token": NASTY}},
    ),
    "redeem": ("redeem.html", REDEEM),
    "redeem-nobody": (
        "redeem.html",
        {**REDEEM, "person": None, "csrf_token": None, "account_url": "/account"},
    ),
    "redeem-yours": ("redeem.html", {**REDEEM, "is_theirs": True, "item": None}),
    "redeem-nasty": ("redeem.html", {**REDEEM_NASTY, "item": thing(name=NASTY)}),
    "redeem-nobody-nasty": ("redeem.html", {**REDEEM_NASTY, "item": None, "csrf_token": None}),
    "catalog": ("catalog.html", CATALOG),
    "catalog-searched": (
        "catalog.html",
        {
            **CATALOG,
            "query": "law",
            "is_narrowed": True,
            "sections": [thing(**{**vars(COMPLIANCE), "id": 0, "name": ""})],
        },
    ),
    "catalog-none": ("catalog.html", {**CATALOG, "query": "law", "is_narrowed": True, "sections": []}),
    "catalog-empty": ("catalog.html", {**CATALOG, "sections": [], "choices": []}),
    "catalog-nasty": ("catalog.html", {**CATALOG, **NASTY_CATALOG}),
    "api-docs": ("api_docs.html", API_DOCS),
    "problem": ("problem.html", PROBLEM),
    "problem-nasty": ("problem.html", {**dict.fromkeys(PROBLEM, NASTY), "action": thing(href="/", label=NASTY)}),
    "waiting": ("waiting.html", {**WAITING, "seconds": 12, "href": "/go/course/12"}),
    "waiting-person": ("waiting.html", {**WAITING, "seconds": 1, "happened": "You have opened many pages."}),
    "waiting-nasty": ("waiting.html", {**dict.fromkeys(WAITING, NASTY), "seconds": 1900, "href": "/go"}),
    "sign-out": ("sign_out.html", {"csrf_token": "tok", "provider": "acme", "person": "Kim Lee"}),
    "sign-out-nobody": ("sign_out.html", {"csrf_token": "tok", "provider": "", "person": None}),
    "sign-out-nasty": ("sign_out.html", {"csrf_token": NASTY, "provider": NASTY, "person": NASTY}),
    "signing-out": ("signing_out.html", {"continue_href": THERE}),
    "signed-out": ("signed_out.html", SIGNED_OUT),
    "signed-out-here": ("signed_out.html", {**SIGNED_OUT, "left_open": True}),
    "signed-out-but-at-the-provider": ("signed_out.html", {**SIGNED_OUT, "provider_left_open": True}),
    "signed-out-here-alone": ("signed_out.html", {**SIGNED_OUT, "left_open": True, "provider_left_open": True}),
    "signed-out-not": ("signed_out.html", {**SIGNED_OUT, "still_signed_in": True, "person": "Kim Lee"}),
    "coupon": ("coupon.html", COUPON),
    "coupon-nasty": ("coupon.html", {**dict.fromkeys(COUPON, NASTY), "longest": 64, "href": "/buy/course/12"}),
    "nothing-to-pay": ("nothing_to_pay.html", NOTHING_TO_PAY),
    "nothing-to-pay-nasty": ("nothing_to_pay.html", {**dict.fromkeys(NOTHING_TO_PAY, NASTY), "href": "/go/course/12"}),
    "completed": ("completed.html", {}),
    "framed": ("framed.html", {"href": "/go/course/12", "address": "training.acme.com/go/course/12"}),
    "framed-nasty": ("framed.html", {"href": "/go", "address": NASTY}),
    "returned": ("returned.html", {"sign_in_href": "/login"}),
    "interrupted": (
        "interrupted.html",
        {
            "happened": "This sign-in page was already used.",
            "continue_href": "/go",
            "reference": "7K2M-9QXD",
            "status": 400,
        },
    ),
    "interrupted-nasty": (
        "interrupted.html",
        {"happened": NASTY, "continue_href": "/go", "reference": "7K2M-9QXD", "status": 400},
    ),
}
SEARCH = re.compile(r'<form class="search" action="/(?:catalog)?" role="search">.*?</form>', re.DOTALL)
"""The forms that ask for a page, and change nothing."""
every_page = pytest.mark.parametrize("name", EXAMPLES)


class Outline(HTMLParser):
    """What a page consists of: its tags with their attributes, its text, and whether every tag is closed in turn."""

    VOID = frozenset({"meta", "link", "img", "input"})

    def __init__(self, html):
        super().__init__()
        self.tags, self.open, self.text = [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        assert len(dict(attrs)) == len(attrs), f"an attribute twice on {tag}"
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]

    def words(self):
        return " ".join("".join(self.text).split())


def site():
    """Return an application that shows the examples, each below its name, under the policy that pages are sent with."""
    app = Flask("pages", template_folder=str(WEB / "templates"), static_folder=str(WEB / "static"))
    pages.install(app, HelpContact("training@acme.example"), Languages(), Brand())
    app.jinja_env.globals["asset_version"] = "1"
    app.add_url_rule("/page/<name>", "page", lambda name: render_template(EXAMPLES[name][0], **EXAMPLES[name][1]))

    @app.after_request
    def protect(response):
        response.headers["Content-Security-Policy"] = CSP
        return response

    return app


@pytest.fixture(scope="module")
def app():
    return site()


@pytest.fixture
def read(app):
    return lambda name: Outline(app.test_client().get(f"/page/{name}").text)


@pytest.fixture
def render(app):
    def outline(template, **context):
        with app.test_request_context():
            return Outline(render_template(template, **context))

    return outline


def test_every_template_has_an_example():
    templates = {path.name for path in (WEB / "templates").iterdir()}
    assert {template for template, _ in EXAMPLES.values()} == templates - PARTS


def test_the_stylesheet_is_small_and_fetches_nothing():
    css = CSS.read_text(encoding="utf-8")
    assert len(css.encode()) < 10 * 1024
    assert "url(" not in css
    assert "@import" not in css


@every_page
def test_a_page_has_one_heading_a_title_a_language_and_landmarks(read, name):
    page = read(name)
    tags = Counter(tag for tag, _ in page.tags)
    assert page.open == []
    assert (tags["h1"], tags["title"], tags["main"], tags["header"], tags["footer"]) == (1, 1, 1, 1, 1)
    assert page.all("html") == [{"lang": "en", "dir": "ltr"}]
    assert page.words().split(" Skip to ")[0].endswith("\N{EN DASH} Training")
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))


@every_page
def test_a_page_holds_no_script_no_inline_style_and_nothing_from_elsewhere(read, name):
    page = read(name)
    assert not {tag for tag, _ in page.tags} & {"script", "style", "iframe", "object", "base"}
    there = [("a", {"class": "button", "href": THERE}), ("a", {"href": CERTIFICATE})]
    leaving = [one[1]["href"] for one in page.tags if one in there]
    assert set(leaving) == ({THERE} if name in LEAVING else {CERTIFICATE} if name in CERTIFYING else set())
    for tag, attrs in [one for one in page.tags if one not in there]:
        assert not [key for key in attrs if key == "style" or key.startswith("on") or key == "http-equiv"]
        links = [attrs[key] for key in ("href", "src", "action") if key in attrs]
        assert all(link.startswith(("/", "#", "mailto:")) for link in links), tag


@every_page
def test_a_nasty_context_stays_text(app, name):
    html = app.test_client().get(f"/page/{name}").text
    html = html.replace(f'href="{THERE}"', "").replace(f'href="{CERTIFICATE}"', "")
    assert "<script" not in html
    assert "style=" not in html
    assert "onerror=alert(1)>" not in html
    assert "http:" not in html
    assert "https:" not in html


@every_page
def test_forms_are_posted_with_a_token_written_name_then_value(app, name):
    html = SEARCH.sub("", app.test_client().get(f"/page/{name}").text)
    forms = html.split("<form")[1:]
    assert html.count("<form") == html.count('method="post"')
    assert all('<input type="hidden" name="csrf_token" value="' in form.split("</form>")[0] for form in forms)


def test_a_course_offers_start_continue_or_review_and_says_how_far_it_is(read):
    words = read("training").words()
    assert "Data protection at work Due soon: your access ends on 9 March 2026 45% done Continue" in words
    assert "Fire safety Not started yet Open until 31 December 2026 Start" in words
    assert "First aid Completed on 3 March 2026 Certificate valid until 3 March 2028" in words
    assert "Leading a team Not started yet You teach this course Start" in words
    assert "Opened once Begun Continue" in words


def test_a_course_whose_time_is_over_says_so_and_has_no_button(read):
    page = read("training")
    over = COURSES[3]
    assert (
        "No longer open Old machine 20% done Overdue: your access ended on 1 March 2026 A certificate" in page.words()
    )
    open_ones = [one.href for one in COURSES if one is not over]
    assert sorted(link["href"] for link in page.all("a") if "/go/course" in link["href"]) == sorted(open_ones)


def test_a_completed_course_whose_time_is_over_is_not_overdue(render):
    over = course("First aid", 100, completed=True, completed_on="3 May 2025", expired=True, ends_on="1 March 2026")
    words = render("training.html", **{**TRAINING, "courses": [over]}).words()
    assert "First aid Completed on 3 May 2025 Your access ended on 1 March 2026" in words
    assert "Overdue" not in words


def test_each_certificate_says_until_when_it_is_valid(read):
    page = read("training-certificates")
    words = page.words()
    assert "First aid Certificate expired on 3 March 2026 Download the certificate: First aid" in words
    assert "Ladders Certificate expires soon, on 3 May 2026 Cables Certificate without an end date" in words
    assert "A certificate opens once you are signed in to the training platform" in words
    assert "A certificate opens" not in read("training-empty").words()


def test_a_search_is_a_form_that_asks_for_the_same_page_and_says_how_many_it_found(read):
    page = read("training-searched")
    assert {"class": "search", "action": "/", "role": "search"} in page.all("form")
    assert {"for": "q"} in page.all("label")
    (field,) = [one for one in page.all("input") if one.get("type") == "search"]
    assert field == {"type": "search", "id": "q", "name": "q", "value": "fire", "maxlength": "100"}
    assert {"role": "status"} in page.all("p")
    assert "Courses found for “fire”: 30 Show all my courses" in page.words()
    assert {"class": "button plain", "href": "/?q=fire&page=2", "rel": "next"} in page.all("a")


def test_a_search_that_finds_nothing_says_so_and_what_to_do(read):
    page = read("training-none-found")
    assert "No course matches your search. Try other words, or see all courses." in page.words()
    assert {"class": "lead", "role": "status"} in page.all("p")
    assert {"href": "/"} in page.all("a")
    assert "There is no course for you" not in page.words()


def test_the_largest_page_of_courses_stays_small(app):
    longest = [course("Course " + "x" * 113, 7, due_soon=True, ends_on="30 September 2026") for _ in range(25)]
    for one in longest:
        one.certificate = certificate(one.name, valid_until="30 September 2026", href=CERTIFICATE)
    context = {**TRAINING, "has_search": True, "pages": 2, "next_href": "/?page=2"}
    with app.test_request_context():
        assert len(render_template("training.html", **{**context, "courses": longest}).encode()) < 30 * 1024


def test_courses_to_do_come_before_completed_ones(read):
    words = read("training").words()
    order = [words.index(part) for part in ("To do", "Leading a team", "Completed First aid", "No longer open")]
    assert order == sorted(order)


def test_a_learner_who_has_completed_everything_is_told_so(render, read):
    sentence = "Nothing to do at the moment: you have completed all your courses."
    done = course("First aid", 100, completed=True, role=None)
    words = render("training.html", **{**TRAINING, "courses": [done], "is_all_done": True}).words()
    assert sentence in words
    assert "You teach" not in words
    assert sentence not in read("training").words()


def test_a_learner_without_courses_reads_what_to_do(read):
    page = read("training-empty")
    assert "There is no course for you here yet." in page.words()
    assert "/go" in [link["href"] for link in page.all("a")]


def test_a_refused_password_is_announced_tied_to_both_fields_and_not_written_back(read):
    page = read("password-error")
    assert {"class": "error", "id": "error", "role": "alert"} in page.all("p")
    fields = {field["name"]: field for field in page.all("input")}
    assert fields["username"]["value"] == "kim"
    assert fields["username"]["autocomplete"] == "username"
    assert fields["password"]["autocomplete"] == "current-password"
    assert "value" not in fields["password"]
    assert set(fields) == {"csrf_token", "username", "password"}
    assert [fields[name]["aria-describedby"] for name in ("username", "password")] == ["error", "error"]


def test_an_unused_password_form_announces_nothing(read):
    page = read("password")
    assert not [attrs for _, attrs in page.tags if "role" in attrs or "aria-invalid" in attrs]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "in a moment."), (12, "in about 12 seconds."), (90, "in about 2 minutes."), (1900, "in about 32 minutes.")],
)
def test_the_waiting_page_says_about_how_long(render, seconds, words):
    page = render("waiting.html", **WAITING, seconds=seconds)
    assert f"This page goes on to your course by itself {words}" in page.words()
    assert {"role": "status"} in page.all("div")


def test_a_problem_without_an_action_still_shows_its_reference(render):
    page = render("problem.html", **{**PROBLEM, "action": None})
    assert "Reference K7QX-2M9D If you ask for help, please quote this reference." in page.words()
    mail = "mailto:training@acme.example?subject=Training%20K7QX-2M9D"
    assert [link["href"] for link in page.all("a")] == ["#main", "/", mail]


def test_sign_out_pages_offer_the_step_that_fits(read):
    assert "Sign out everywhere" in read("signed-out-not").words()
    for name in ("signed-out", "signed-out-but-at-the-provider"):
        assert "Sign in again" in read(name).words()
    for name, stays in (("signed-out", False), ("signed-out-here", False), ("signed-out-but-at-the-provider", True)):
        assert ("so you stay signed in there. Do others" in read(name).words()) is stays
    assert not read("signed-out").all("form")
    assert not read("sign-out-nobody").all("form")


def test_without_a_help_contact_no_help_line_is_drawn(app):
    page = app.jinja_env.get_template("welcome.html", globals={"help_contact": None})
    with app.test_request_context():
        assert "Need help?" not in page.render(sign_in_href="/login", other_href=None)


@every_page
def test_headings_step_down_one_level_at_a_time(read, name):
    levels = [int(tag[1]) for tag, _ in read(name).tags if tag in {"h1", "h2", "h3", "h4"}]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
