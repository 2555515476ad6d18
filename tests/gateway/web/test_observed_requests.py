"""The one line that each request has in the log."""

import io
import json

import pytest

from gateway import context, log
from gateway.web.addresses import CALLS_TALENTLMS
from gateway.web.observed_requests import ROUTE, WORK, ObservedRequests
from tests.gateway.web.browser import MACHINE, PAGE

ALWAYS = {"time", "level", "event", "reference", "method", "route", "status", "seconds", "outcome"}
COUNTED = {"talentlms_calls", "redis_round_trips", "bytes"}


@pytest.fixture
def requests_of(logged):
    """Begin to read the log; returns a way to get the lines of requests so far."""

    def begun():
        lines = logged()
        return lambda: [line for line in lines() if line["event"] == "request"]

    return begun


def told(lines, *names):
    (line,) = lines
    return tuple(line.get(name) for name in names)


def test_a_click_has_one_line_with_what_it_cost_and_where_it_led(browser, requests_of):
    browser.sign_in("robin")
    browser.get("/go")
    lines = requests_of()
    browser.get("/go/course/12?next=/secret-of-the-query")
    browser.get("/go/course/12")
    first, second = lines()
    assert second.keys() == ALWAYS | COUNTED | {"signed_in", "person", "events", "talentlms_seconds"}
    assert second["route"] == first["route"] == "/go/course/<course>"
    assert (second["method"], second["status"], second["outcome"]) == ("GET", 302, "reached")
    assert (second["signed_in"], second["events"]) == (True, ["launch:success"])
    assert (second["talentlms_calls"], second["redis_round_trips"], second["bytes"]) == (1, 1, 0)
    assert second["person"] == first["person"]
    assert len(second["person"]) == 32
    assert "secret-of-the-query" not in json.dumps(first)


def test_the_lines_of_one_request_have_one_reference_code(browser, logged):
    browser.sign_in("robin")
    lines = logged()
    browser.get("/go")
    assert lines()[-1]["event"] == "request"
    assert len({line["reference"] for line in lines()}) == 1


def test_somebody_who_is_not_signed_in_is_sent_to_sign_in(browser, requests_of):
    lines = requests_of()
    browser.get("/go/course/12")
    assert told(lines(), "status", "outcome", "signed_in", "person") == (302, "sign_in", False, None)


def test_the_way_through_a_sign_in_is_told_by_its_lines(browser, requests_of):
    lines = requests_of()
    browser.sign_in("robin")
    begun, completed = lines()[-2:]
    assert (begun["route"], begun["outcome"], begun["events"][0]) == ("/login", "redirect", "sign_in.begun")
    assert (completed["route"], completed["outcome"]) == ("/callback/<provider>", "redirect")
    assert completed["events"][0] == "sign_in:success"
    assert len(completed["person"]) == 32


@pytest.mark.parametrize(
    ("path", "status", "route", "problem"),
    [
        ("/callback/default?code=1&state=hunter2", 400, "/callback/<provider>", "sign-in-interrupted"),
        ("/redeem/HUNTER2", 404, "/redeem/<code>", "redeem-code-unknown"),
        ("/l/hunter2", 404, "/l/<launch>", "page-not-found"),
        ("/no/such/hunter2", 404, None, "page-not-found"),
        ("/go/course/no-hunter2", 404, "/go/course/<course>", "course-not-found"),
    ],
)
def test_a_line_has_the_addresss_template_never_the_address(browser, requests_of, path, status, route, problem):
    lines = requests_of()
    browser.get(path)
    (line,) = lines()
    assert (line["status"], line.get("route"), line.get("problem")) == (status, route, problem)
    assert "hunter2" not in json.dumps(line).lower()


def test_a_machines_request_is_told_like_a_persons(browser, requests_of):
    lines = requests_of()
    browser.client.post("/api/v1/launches", json={}, headers=MACHINE, buffered=True)
    browser.client.get("/scim/v2/Users", buffered=True)
    shop, directory = lines()
    assert (shop["status"], shop["outcome"], shop["problem"]) == (401, "refused", "api-key-refused")
    assert (directory["status"], directory["outcome"]) == (401, "refused")
    assert directory["route"].startswith("/scim/v2/")


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/static/style.css", "/static/no-such-file"])
def test_monitoring_and_the_files_of_pages_have_no_line(browser, requests_of, path):
    lines = requests_of()
    with browser.client.get(path, headers=PAGE):
        assert lines() == []


def test_a_click_that_has_to_wait_says_how_it_was_answered(gateway, browser_at, requests_of):
    browser = browser_at(gateway(TALENTLMS_CALLS_PER_PERSON="1,0.01,1%"))
    browser.sign_in("robin")
    browser.get("/go")
    lines = requests_of()
    for _ in range(3):
        browser.get("/go")
    last = lines()[-1]
    assert (last["status"], last["outcome"], last["problem"]) == (503, "waiting", "person-queued")
    assert (last["talentlms_calls"], last["redis_round_trips"], last.get("signed_in")) == (0, 1, None)


def test_a_page_says_how_many_bytes_it_has(browser, requests_of):
    lines = requests_of()
    page = browser.get("/signed-out")
    assert told(lines(), "bytes", "outcome") == (len(page.data), "success")


@pytest.mark.parametrize("address", ["/callback/x?code=1&code=2", "/go/course/" + "%C2%85" * 1000])
def test_whatever_else_a_request_writes_its_own_line_is_whole(gateway, own_log_handlers, address):
    app, written = gateway(), io.StringIO()
    log.configure("debug", written)
    app.test_client().get(address, headers=PAGE | {"User-Agent": "\x9b" * 5000}, buffered=True)
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert lines[-1]["event"] == "request"
    assert "shortened" not in lines[-1]
    assert len(written.getvalue().encode()) <= context.LOG_BYTES


# --- however a request ends ------------------------------------------------------------------------------------------


@pytest.fixture
def observed(own_log_handlers):
    """Serve a request by an application, as a server does; returns the lines, and what was raised."""

    def by(application, path="/go", read=None):
        written = io.StringIO()
        log.configure("info", written)

        def working(environ, start_response):
            context.begin()
            try:
                return application(environ, start_response)
            finally:
                environ[WORK] = context.end()

        served = ObservedRequests(working, "http://127.0.0.1:8000")
        try:
            pieces = served({"REQUEST_METHOD": "GET", "PATH_INFO": path}, lambda *_: None)
        except (Exception, SystemExit, KeyboardInterrupt) as error:  # noqa: BLE001 - which one, the test says
            raised = type(error)
        else:
            raised = None
            for number, _ in enumerate(pieces):
                if number == read:
                    break  # what could not be sent ends a server's loop likewise
            if hasattr(pieces, "close"):
                pieces.close()
        return [json.loads(line) for line in written.getvalue().splitlines()], raised

    return by


def answering(*pieces, status="200 OK"):
    def application(_environ, start_response):
        start_response(status, [])
        return list(pieces)

    return application


def test_an_answer_that_was_sent_is_told_once(observed):
    lines, _ = observed(answering(b"abc", b"de"))
    assert told(lines, "status", "outcome", "bytes") == (200, "page", 5)


def test_a_browser_that_is_gone_in_the_middle_of_its_answer_is_told(observed):
    lines, _ = observed(answering(b"abc", b"de"), read=0)
    assert told(lines, "status", "outcome", "bytes") == (200, "client_gone", 3)


def test_a_browser_that_is_gone_before_its_answer_begins_is_told(observed):
    def application(*_):
        raise ConnectionResetError

    lines, raised = observed(application)
    assert raised is ConnectionResetError
    assert told(lines, "status", "outcome", "bytes") == (None, "client_gone", 0)


@pytest.mark.parametrize("error", [RuntimeError, SystemExit, KeyboardInterrupt])
def test_a_request_that_ends_by_an_error_is_told(observed, error):
    def application(*_):
        raise error

    lines, raised = observed(application)
    assert raised is error
    assert told(lines, "status", "outcome") == (None, "failed")


def test_an_answer_that_ends_by_an_error_is_no_browsers_doing(own_log_handlers):
    written = io.StringIO()
    log.configure("info", written)

    def pieces():
        yield b"abc"
        raise RuntimeError

    def application(_environ, start_response):
        start_response("200 OK", [])
        return pieces()

    served = ObservedRequests(application, "")({"REQUEST_METHOD": "GET", "PATH_INFO": "/x"}, lambda *_: None)
    with pytest.raises(RuntimeError):
        list(served)
    served.close()
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert told(lines, "status", "outcome", "bytes") == (200, "failed", 3)


def test_an_answer_without_a_body_is_told_at_once(observed):
    lines, _ = observed(answering(status="302 FOUND"))
    assert told(lines, "status", "bytes") == (302, 0)


def test_a_request_that_is_answered_before_its_work_begins_is_told(own_log_handlers):
    written = io.StringIO()
    log.configure("info", written)

    def application(_environ, start_response):
        start_response("400 BAD REQUEST", [])
        return []

    ObservedRequests(application, "")({"REQUEST_METHOD": "GET", "PATH_INFO": "/x", ROUTE: ""}, lambda *_: None)
    line = json.loads(written.getvalue())
    assert (line["event"], line["reference"], line["status"]) == ("request", "-", 400)


def test_the_answers_own_close_is_called(observed):
    closed = []

    class Pieces:
        def __iter__(self):
            return iter([b"a"])

        def close(self):
            closed.append(True)

    def application(_environ, start_response):
        start_response("200 OK", [])
        return Pieces()

    lines, _ = observed(application)
    assert (closed, len(lines)) == ([True], 1)


@pytest.mark.parametrize("rule", sorted(CALLS_TALENTLMS))
def test_the_template_of_a_click_is_known_without_flask(observed, rule):
    lines, _ = observed(answering(b""), path=rule.replace("<course>", "12").replace("<category>", "12"))
    assert told(lines, "route") == (rule,)
