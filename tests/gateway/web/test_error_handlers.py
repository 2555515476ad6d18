"""Error handlers: an error is shown once, as a page for a person or as ``problem+json`` for a machine."""

import re

import pytest

from gateway.errors import ForeignLink, StoreUnavailable, Throttled
from tests.gateway.web.browser import HERE, MACHINE, PAGE
from tests.ports import free_port

NASTY = "<script>alert(1)</script>"
REFERENCE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")


@pytest.fixture
def app(gateway):
    """A gateway with routes that fail."""
    app = gateway(GATEWAY_PASSWORD_SIGN_IN="on")

    def failing(path, error):
        def fail():
            raise error

        app.add_url_rule(path, path, fail)

    failing("/boom", RuntimeError(f"secret-detail {NASTY} password=hunter2"))
    failing("/foreign", ForeignLink("a link to https://elsewhere.example"))
    failing("/busy", Throttled("429: slow down", retry_after=7))
    failing("/away", StoreUnavailable("ConnectionError", retry_after=5))
    return app


@pytest.fixture
def ask(app):
    """Return a way to ask as a person's browser does, without following anything."""
    client = app.test_client()
    return lambda path, method="GET", headers=PAGE, **more: client.open(path, method=method, headers=headers, **more)


WRONG = [
    ("/nosuch", "GET", 404, {}),
    ("/go", "POST", 405, {}),
    ("/logout", "DELETE", 405, {}),
    ("/foreign", "GET", 502, {}),
    ("/busy", "GET", 503, {}),
    ("/away", "GET", 503, {}),
    ("/boom", "GET", 500, {}),
    ("/login/password", "POST", 413, {"data": {"username": "x" * 70_000}}),
    ("/callback/default?state=a&state=b", "GET", 400, {}),
]


def test_a_person_sees_a_page_with_the_status_and_a_reference_that_stands_in_the_log(ask, logged):
    lines = logged()
    for path, method, status, more in WRONG:
        answer = ask(path, method, **more)
        assert answer.status_code == status, path
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert f"Error {status}" in answer.text, path
        (reference,) = set(REFERENCE.findall(answer.text))
        assert status in (404, 405, 413) or reference in [line["reference"] for line in lines()], path
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_machine_gets_problem_json_with_the_same_status(ask):
    for path, method, status, more in WRONG:
        answer = ask(path, method, MACHINE, **more)
        problem = answer.json
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.status_code == problem["status"] == status, path
        assert problem["type"].startswith("urn:talentlms-gateway:problem:")
        assert REFERENCE.fullmatch(problem["reference"])
        assert all(problem[member] for member in ("title", "detail"))


@pytest.mark.statement(63)
def test_nobody_sees_what_only_the_operator_needs(ask):
    secret = ("secret-detail", "Traceback", "RuntimeError", "elsewhere.example", "ConnectionError", "hunter2", NASTY)
    for path, method, _, more in WRONG:
        text = ask(path, method, PAGE, **more).text + ask(path, method, MACHINE, **more).text
        assert not [word for word in secret if word in text], path


def test_the_log_of_something_unforeseen_has_the_trace_and_no_secret(ask, logged):
    lines = logged()
    ask("/boom")
    (line,) = [line for line in lines() if line["event"] == "problem.unforeseen"]
    assert "Traceback" in line["traceback"]
    assert "secret-detail" in line["traceback"]
    assert "hunter2" not in str(line)
    assert (line["level"], line["path"]) == ("error", "/boom")


def test_the_log_of_something_foreseen_has_the_note(ask, logged):
    lines = logged()
    ask("/foreign")
    (line,) = [line for line in lines() if line["event"] == "problem"]
    assert (line["problem"], line["status"], line["note"]) == (
        "foreign-link",
        502,
        "a link to https://elsewhere.example",
    )


def test_whoever_should_come_back_is_told_when(ask):
    for path, seconds in (("/busy", "7"), ("/away", "5"), ("/foreign", None), ("/nosuch", None)):
        assert ask(path).headers.get("Retry-After") == seconds
        assert ask(path, headers=MACHINE).headers.get("Retry-After") == seconds


def test_a_head_has_the_status_and_no_body(ask):
    for path in ("/nosuch", "/foreign", "/boom"):
        answer = ask(path, "HEAD")
        assert (answer.status_code, answer.data) == (ask(path).status_code, b"")


def test_a_method_that_is_not_for_an_address_is_told_which_are(ask):
    assert {"GET", "HEAD"} <= set(ask("/go", "POST").headers["Allow"].split(", "))
    assert {"GET", "POST"} <= set(ask("/logout", "DELETE", MACHINE).headers["Allow"].split(", "))


def test_nothing_of_the_address_is_shown_as_markup(ask):
    for path in (f"/{NASTY}", f"/go/course/{NASTY}", f"/login/{NASTY}", f"/go?x={NASTY}", f"/{NASTY}/"):
        assert NASTY not in ask(path).text + ask(path, headers=MACHINE).text


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (PAGE["Accept"], "text/html; charset=utf-8"),
        ("text/html", "text/html; charset=utf-8"),
        ("application/xhtml+xml", "text/html; charset=utf-8"),
        ("TEXT/HTML;level=1", "text/html; charset=utf-8"),
        ("application/json, text/html;q=0.1", "text/html; charset=utf-8"),
        ("*/*", "application/problem+json"),
        ("text/*", "application/problem+json"),
        ("text/html;q=0, */*", "application/problem+json"),
        ("application/problem+json", "application/problem+json"),
        ("application/json, text/plain;q=0.5", "application/problem+json"),
        (None, "application/problem+json"),
    ],
)
def test_a_page_is_for_those_who_accept_one(ask, accept, kind):
    headers = {} if accept is None else {"Accept": accept}
    assert ask("/nosuch", headers=headers).headers["Content-Type"] == kind


@pytest.mark.statement(4, 59)
def test_no_answer_repeats_the_host_that_a_request_names(app):
    named = PAGE | {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    paths = ("//go", "//elsewhere.example/go", "/go//course/12", "/login//default", "/nosuch", "/go", "/")
    for path in paths:
        answer = app.test_client().get("/", headers=named, environ_overrides={"PATH_INFO": path})
        assert "evil.example" not in str(answer.headers) + answer.text, path
        assert not answer.headers.get("Location", "/").startswith(("http:", "//")), path


@pytest.mark.statement(58)
def test_without_the_store_nobody_is_trusted_and_everybody_is_told_so(gateway, browser_at):
    browser = browser_at(gateway(GATEWAY_REDIS_URL=f"redis://127.0.0.1:{free_port()}/0"))
    browser.client.set_cookie("talentlms_gateway_session", "x")
    for path in ("/go/course/12", "/", "/login", "/logout", "/signed-out", "/readyz"):
        answer = browser.get(path)
        assert (answer.status_code, "Location" in answer.headers) == (503, False), path


def test_without_the_store_the_process_is_alive(gateway, browser_at):
    browser = browser_at(gateway(GATEWAY_REDIS_URL=f"redis://127.0.0.1:{free_port()}/0"))
    assert browser.get("/livez").status_code == 200
    assert browser.get("/nosuch").status_code == 404


def test_a_help_contact_stands_on_the_page(gateway, browser_at):
    browser = browser_at(gateway(GATEWAY_HELP_CONTACT="help@acme.example"))
    page = browser.get("/nosuch").text
    [reference] = re.findall(r"<code>(.*)</code>", page)
    assert f'href="mailto:help@acme.example?subject=Training%20{reference}"' in page


def test_the_page_of_a_failed_sign_in_offers_another_try(gateway, browser_at):
    browser = browser_at(gateway(OIDC_ISSUER="http://127.0.0.1:9"))
    assert 'href="/login?next=/go/course/12"' in browser.get("/login?next=/go/course/12").text
    assert HERE not in browser.get("/login").text


def test_another_try_leads_to_the_same_address_and_without_a_query_that_is_too_long(ask):
    assert 'href="/busy?a=b"' in ask("/busy?a=b").text
    assert 'href="/busy"' in ask("/busy?a=" + "b" * 2000).text
