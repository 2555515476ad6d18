"""In front of Flask: a plain click is answered there, and nobody can tell the difference."""

import pytest

from gateway.flows.launch import Launch
from gateway.web.headers import of_redirects, to_link
from tests.gateway.web.browser import HERE, SECURE

ENROLLED = "robin"


@pytest.fixture
def flask_answers(monkeypatch):
    """Count the clicks that reach Flask's route."""
    answered = []
    monkeypatch.setattr("gateway.web.go.to_link", lambda link: answered.append(link) or to_link(link))
    return answered


@pytest.fixture
def through_flask(monkeypatch):
    """Take the middleware off an application."""
    return lambda app: monkeypatch.delattr(app, "wsgi_app")


@pytest.mark.parametrize("public_url", [HERE, SECURE], ids=["http", "https"])
@pytest.mark.parametrize("path", ["/go", "/go/course/12"])
def test_a_plain_click_gets_the_answer_that_flask_would_give(
    gateway, browser_at, public_url, path, flask_answers, through_flask
):
    browser = browser_at(gateway(GATEWAY_PUBLIC_URL=public_url))
    browser.client.environ_base = {"wsgi.url_scheme": public_url.partition(":")[0]}
    browser.sign_in(ENROLLED)
    plain = browser.get(path)
    assert flask_answers == []
    through_flask(browser.app)
    through_flask = browser.get(path)
    assert len(flask_answers) == 1
    assert (plain.status, plain.data) == (through_flask.status, through_flask.data)
    assert _without(plain, "Location") == _without(through_flask, "Location", "Content-Type")
    assert plain.headers["Location"].partition("key:")[0] == through_flask.headers["Location"].partition("key:")[0]


@pytest.mark.parametrize("path", ["/go", "/go/course/12", "/buy/course/34", "/buy/category/3"])
def test_a_slash_at_the_end_leads_where_the_address_without_it_leads(browser, asked, path):
    browser.sign_in("kim.lee" if path == "/buy/course/34" else ENROLLED)
    browser.get("/go")
    asked()
    bare = browser.get(path)
    bare_calls = asked()
    slashed = browser.get(f"{path}/")
    assert (bare.status_code, slashed.status_code) == (302, 302)
    assert slashed.headers["Location"].partition("key:")[0] == bare.headers["Location"].partition("key:")[0]
    assert _without(slashed, "Location") == _without(bare, "Location")
    assert asked() == bare_calls
    assert len(bare_calls) == 1


@pytest.mark.parametrize("path", ["/go/", "/go/course/12/", "/buy/course/34/?coupon=A+B"])
def test_a_slash_at_the_end_is_gone_after_the_sign_in(browser, path):
    to_sign_in = browser.get(path, Host="elsewhere.example").headers["Location"]
    assert to_sign_in.startswith("/login?next=/")
    assert browser.sign_in(path=to_sign_in).headers["Location"] == path.replace("/?", "?").removesuffix("/")


@pytest.mark.parametrize(
    ("path", "status"),
    [("/login/", 302), ("/login/default/", 302), ("/logout/", 200), ("/signed-out/", 200), ("/completed/12/", 200)],
)
def test_the_other_addresses_that_people_open_may_end_with_a_slash_too(browser, path, status):
    bare, slashed = browser.get(path[:-1]), browser.get(path)
    assert (bare.status_code, slashed.status_code) == (status, status)
    assert slashed.headers.get("Location", "").partition("?")[0] == bare.headers.get("Location", "").partition("?")[0]


@pytest.mark.parametrize(
    "path",
    ["/go//", "/go/course//", "/go/course/12//", "//go/", "/go/course/", "/go/course/12/x/", "/nosuch/", "/readyz/"],
)
def test_a_slash_makes_no_address_of_what_is_none(kim, asked, path):
    answer = kim.client.get("/", environ_overrides={"PATH_INFO": path})
    assert answer.status_code == 404
    assert asked() == []


@pytest.mark.parametrize("path", ["/callback/default/", "/frontchannel-logout/default/"])
def test_the_addresses_of_machines_are_taken_as_they_are(browser, path):
    assert browser.get(path[:-1]).status_code != 404
    assert browser.get(path).status_code == 404


def test_a_form_is_not_taken_at_an_address_with_a_slash(browser):
    assert browser.post("/logout/", {}).status_code == 404


def _without(answer, *names):
    return sorted((name, value) for name, value in answer.headers if name not in names)


def test_over_https_it_says_that_it_stays_there():
    assert "Strict-Transport-Security" in dict(of_redirects(secure=True))
    assert "Strict-Transport-Security" not in dict(of_redirects(secure=False))


def test_a_click_that_fails_is_not_tried_again_by_flask(browser, portal, asked):
    browser.sign_in(ENROLLED)
    browser.get("/go/course/12")
    portal.control.fault("addusertocourse", kind="status", status=500)
    portal.control.fault("gotocourse", kind="status", status=403)
    asked()
    assert browser.get("/go/course/12").status_code == 502
    assert asked() == ["gotocourse"]


def test_what_nobody_foresaw_is_a_page_and_stands_in_the_log_once(browser, monkeypatch, logged):
    browser.sign_in(ENROLLED)
    lines = logged()
    monkeypatch.setattr(Launch, "course", lambda *_, **__: 1 / 0)
    answer = browser.get("/go/course/12")
    assert (answer.status_code, answer.mimetype) == (500, "text/html")
    assert "ZeroDivisionError" not in answer.text
    (told,) = [line for line in lines() if line["event"] == "problem.unforeseen"]
    assert "ZeroDivisionError" in told["traceback"]
    assert told["reference"] in answer.text


def test_of_two_session_cookies_the_first_counts_as_it_does_everywhere(browser):
    browser.sign_in(ENROLLED)
    name = "talentlms_gateway_session"
    session_id = browser.client.get_cookie(name).value
    bare = browser.client.application.test_client(use_cookies=False)
    for ids, location in (((session_id, "other"), "http"), (("other", session_id), "/login")):
        cookies = "; ".join(f"{name}={one}" for one in ids)
        answer = bare.get("/go/course/12", base_url=HERE, headers={"Cookie": cookies, "Accept": "text/html"})
        assert answer.headers["Location"].startswith(location)


@pytest.mark.parametrize(("dest", "status"), [("document", 302), ("image", 403)])
def test_nobody_is_enrolled_by_what_is_part_of_another_page(gateway, browser_at, dest, status, asked):
    browser = browser_at(gateway(file="[talentlms]\nself_enrol_courses = [12]"))
    browser.sign_in()
    answer = browser.get("/go/course/12", **{"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": dest})
    assert answer.status_code == status
    assert ("addusertocourse" in asked()) == (status == 302)


class Answer:
    """What a WSGI application answers, and how often it was closed (PEP 3333)."""

    def __init__(self, app):
        self.app = app
        self.closed = 0

    def __call__(self, environ, start_response):
        self.pieces = self.app(environ, start_response)
        return self

    def __iter__(self):
        return iter(self.pieces)

    def close(self):
        self.closed += 1
        self.pieces.close()


@pytest.mark.parametrize("path", ["/go/course/12", "/livez"], ids=["a page that waits", "anything else"])
def test_what_flask_answers_is_closed_once(gateway, browser_at, path):
    app = gateway(TALENTLMS_CALLS_PER_PERSON="1,0.01,1%")
    browser = browser_at(app)
    browser.sign_in(ENROLLED)
    while browser.get("/go").status_code != 503:
        pass
    middleware = app.wsgi_app._app
    answer = Answer(middleware._app)
    middleware._app = middleware._waiting.app = answer
    assert browser.get(path).status_code == (503 if path == "/go/course/12" else 200)
    assert answer.closed == 1
