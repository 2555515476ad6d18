"""What is remembered of requests for a help desk."""

import json

import pytest

from gateway import context
from gateway.store.connection import connect
from gateway.store.traces import Traces
from gateway.web.request_traces import EVENTS_CHARACTERS, trace_of
from schemas.request_trace import trace_text
from tests.gateway.test_redaction import SECRETS_IN_TEXT
from tests.gateway.web.browser import MACHINE

TOLD = {"seconds": 0.1, "method": "GET", "route": "/go", "outcome": "failed", "talentlms_calls": 0}


@pytest.fixture
def app(gateway, redis_server):
    connect(redis_server.url).ask("FLUSHALL")
    return gateway(GATEWAY_REDIS_URL=redis_server.url.reveal())


@pytest.fixture
def browser(app, browser_at):
    return browser_at(app)


@pytest.fixture
def kept(app, redis_server):
    """Return what is kept by now, by reference code, oldest first."""
    store = connect(redis_server.url)

    def all_of_them():
        app.extensions["talentlms-traces"].flush()
        codes = [code.decode() for code in store.ask("KEYS", "*:trace:*")]
        found = [Traces(store).find(code.rpartition(":")[2]) for code in codes]
        return sorted(found, key=lambda trace: trace.at)

    return all_of_them


def test_a_persons_way_is_kept_by_the_codes_of_its_requests(browser, kept, logged):
    lines = logged()
    browser.get("/go/course/12")
    browser.sign_in("robin")
    browser.get("/go/course/12")
    asked, begun, back, click = kept()
    assert (asked.route, asked.target, asked.signed_in, asked.outcome) == (
        "/go/course/<course>",
        "12",
        False,
        "sign_in",
    )
    assert begun.events[0] == {"event": "sign_in.begun", "provider": "default"}
    assert (back.route, back.target) == ("/callback/<provider>", "default")
    assert (back.events[0]["event"], back.events[0]["outcome"]) == ("sign_in", "success")
    assert (click.outcome, click.signed_in, click.person) == ("reached", True, back.person)
    assert click.events[-1]["event"] == "launch"
    assert [trace.reference for trace in kept()] == [
        line["reference"] for line in lines() if line["event"] == "request"
    ]


def test_the_code_of_an_error_page_leads_to_what_it_was(browser, kept):
    page = browser.get("/go/course/no-such-course")
    (trace,) = kept()
    assert trace.reference in page.text
    assert (trace.problem, trace.status) == ("course-not-found", 404)
    assert trace.events[0]["problem"] == "course-not-found"


def test_a_click_in_steady_state_asks_redis_once_though_it_is_kept(browser, kept, logged):
    browser.sign_in("robin")
    browser.get("/go")
    browser.get("/go/course/12")
    lines = logged()
    browser.get("/go/course/12")
    assert [line["redis_round_trips"] for line in lines() if line["event"] == "request"] == [1]
    assert kept()[-1].outcome == "reached"


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/static/style.css", "/no/such/page"])
def test_nobody_asks_for_monitoring_files_and_what_is_nowhere(browser, kept, path):
    with browser.client.get(path):
        pass
    assert kept() == []


def test_of_machines_what_went_wrong_is_kept(browser, kept):
    browser.client.get("/api/v1/openapi.json", buffered=True)
    browser.client.post("/api/v1/launches", json={}, headers=MACHINE, buffered=True)
    (trace,) = kept()
    assert (trace.route, trace.problem) == ("/api/v1/launches", "api-key-refused")


@pytest.mark.parametrize("path", ["/l/hunter2", "/redeem/HUNTER2", "/callback/default?code=hunter2&state=hunter2"])
def test_no_secret_of_an_address_is_kept(browser, kept, path):
    browser.get(path)
    assert "hunter2" not in "".join(map(trace_text, kept())).lower()


@pytest.mark.parametrize(("text", "secret"), SECRETS_IN_TEXT)
def test_no_secret_of_a_text_is_kept(text, secret):
    work = context.begin()
    context.note_event("problem", {"note": text, "remedy": f"kim@acme.example {text}"})
    kept = trace_text(trace_of(work, 1.0, "", TOLD))
    assert secret not in kept
    assert "kim@" not in kept


@pytest.mark.parametrize(
    "text",
    [
        "kim@acme.example",
        "kim.lee+x@acme.example is taken",
        "(kim@acme.example)",
        "/users/email:kim%40acme.example",
        ["other", "kim@acme.example"],
    ],
    ids=str,
)
def test_no_address_of_a_person_is_kept(text):
    work = context.begin()
    context.note_event("provisioning", {"condition": text, "reason": "x"})
    assert "kim" not in trace_text(trace_of(work, 1.0, "", TOLD))


def test_facts_that_are_not_known_to_be_harmless_are_left_out():
    work = context.begin()
    context.note_event("sign_in", {"email": "x", "path": "/l/abc", "provider": "acme"})
    assert trace_of(work, 1.0, "", TOLD).events == [{"event": "sign_in", "provider": "acme"}]


def test_what_is_kept_of_one_request_is_bounded():
    work = context.begin()
    for _ in range(50):
        context.note_event("problem", {"note": "\x00" * 8000, "remedy": "\x00" * 8000, "condition": "\x00" * 8000})
    trace = trace_of(work, 1.0, "x" * 8000, TOLD | {"method": "x" * 8000})
    assert len(json.dumps(trace.events)) <= EVENTS_CHARACTERS
    assert len(trace_text(trace)) <= EVENTS_CHARACTERS + 1000
