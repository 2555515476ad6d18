"""Spans by OpenTelemetry's own SDK: of requests, of calls, of background work; and what never stands in one."""

import json
import threading
from urllib.parse import urlsplit

import pytest
from opentelemetry.trace import SpanKind, StatusCode

from gateway import context, tracing
from gateway.outbound.client import HttpClient, Request
from gateway.outbound.errors import OutboundError
from tests.gateway.web.browser import PAGE

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SENT = {"traceparent": f"00-{TRACE}-{PARENT}-01"}


@pytest.fixture
def browser(gateway, browser_at):
    return browser_at(gateway())


def attributes(span):
    return dict(span.attributes)


def test_a_click_is_a_span_with_its_call_below_it(browser, traced, portal):
    browser.sign_in("robin")
    browser.get("/go")
    spans = traced()
    browser.get("/go/course/12?coupon=hunter2")
    *calls, click = spans()
    assert (click.name, click.kind) == ("GET /go/course/<course>", SpanKind.SERVER)
    told = attributes(click)
    assert len(told.pop("talentlms_gateway.reference")) == 9
    assert told == {
        "http.request.method": "GET",
        "http.route": "/go/course/<course>",
        "http.response.status_code": 302,
        "talentlms_gateway.outcome": "reached",
    }
    assert click.parent is None
    host = urlsplit(portal.url)
    (call,) = [each for each in calls if each.name == "GET gotocourse"]
    assert call.kind is SpanKind.CLIENT
    assert attributes(call) == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "server.address": host.hostname,
        "server.port": host.port,
        "talentlms_gateway.operation": "gotocourse",
    }
    assert {each.parent.span_id for each in calls} == {click.context.span_id}
    assert {each.context.trace_id for each in calls} == {click.context.trace_id}
    assert click.start_time <= call.start_time <= call.end_time <= click.end_time


def test_a_request_joins_the_trace_that_it_brings(browser, traced, logged):
    spans, lines = traced(), logged()
    browser.get("/signed-out", **SENT)
    (span,) = spans()
    assert f"{span.context.trace_id:032x}" == TRACE
    assert f"{span.parent.span_id:016x}" == PARENT
    assert [line["trace_id"] for line in lines() if line["event"] == "request"] == [TRACE]


@pytest.mark.parametrize("traceparent", ["", "nonsense", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", "x" * 8000])
def test_what_is_no_trace_begins_one(browser, traced, traceparent):
    spans = traced()
    browser.get("/signed-out", traceparent=traceparent)
    (span,) = spans()
    assert span.parent is None


def test_an_error_is_told_by_its_code(browser, traced, portal):
    browser.sign_in("robin")
    browser.get("/go")
    portal.control.fault("gotocourse", kind="status", status=500, times=2)
    spans = traced()
    browser.get("/go/course/12")
    *calls, click = spans()
    assert click.status.status_code is StatusCode.ERROR
    assert attributes(click)["error.type"] == "talentlms-unavailable"
    assert attributes(click)["talentlms_gateway.problem"] == "talentlms-unavailable"
    assert {attributes(call).get("error.type") for call in calls} == {"500"}


def test_strangers_make_up_no_names_of_spans_by_their_methods(browser, traced):
    spans = traced()
    for method in ("BREW", "GETS", "X-" * 9):
        browser.client.open("/signed-out", method=method, buffered=True)
    assert {(span.name, span.attributes["http.request.method"]) for span in spans()} == {("HTTP", "_OTHER")}


def test_a_refusal_is_no_fault_of_the_gateways(browser, traced):
    spans = traced()
    browser.get("/go/course/no-such-course")
    (span,) = spans()
    assert (span.status.status_code, attributes(span)["talentlms_gateway.problem"]) == (
        StatusCode.UNSET,
        "course-not-found",
    )


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/static/style.css"])
def test_monitoring_and_files_have_no_span(browser, traced, path):
    spans = traced()
    with browser.client.get(path, headers=PAGE):
        pass
    assert spans() == ()


def test_no_link_no_key_no_code_and_no_person_is_in_any_span(browser, traced, provider, portal):
    provider.control.settings(auto_pick=True, auto_person="robin")
    spans = traced()
    back = browser.begun("/login?next=/go/course/12")
    answer = browser.get(back)
    assert answer.status_code == 302
    link = browser.get("/go/course/12").headers["Location"]
    browser.get("/l/hunter2-of-a-launch")
    browser.get("/redeem/HUNTER2")
    ended = spans()
    assert len(ended) > 8
    told = json.dumps([[span.name, attributes(span), str(span.events), str(span.status.description)] for span in ended])
    for secret in (
        "hunter2",
        link.partition("key:")[2],
        "key-of-the-sandbox",
        "state=",
        "code=",
        "login_key",
        "://",
        "?",
        "robin",
        "@",
        "user_id:",
        provider.client_secret,
    ):
        assert secret
        assert secret.lower() not in told.lower(), secret
    allowed = {
        *("http.request.method", "http.route", "http.response.status_code", "server.address", "server.port"),
        *("error.type", "talentlms_gateway.reference", "talentlms_gateway.outcome", "talentlms_gateway.problem"),
        "talentlms_gateway.operation",
    }
    assert {name for span in ended for name in span.attributes} <= allowed


# --- who is told of a trace ------------------------------------------------------------------------------------------


def test_nobody_is_told_of_a_trace_by_default(browser, traced, portal):
    browser.sign_in("robin")
    traced()
    before = len(portal.control.calls())
    browser.get("/go", **SENT)
    calls = portal.control.calls()[before:]
    assert calls
    assert not [call for call in calls if "traceparent" in json.dumps(call.__dict__, default=str).lower()]


class _Sent:
    """Stands for a connection: remembers the headers, and answers."""

    def __init__(self, client, monkeypatch):
        self.headers = []
        monkeypatch.setattr(client, "_sent", self._answer)

    def _answer(self, request, *_):
        self.headers.append(dict(request.headers))
        return type("Answer", (), {"status": 200})()


@pytest.mark.parametrize(
    ("url", "is_told"),
    [
        ("https://login.acme.com/token", True),
        ("https://login.acme.com:8443/token", False),
        ("https://acme.talentlms.com/api/v1/users", False),
        ("https://other.acme.com/token", False),
    ],
)
def test_only_hosts_of_the_settings_are_told_of_a_trace(traced, monkeypatch, url, is_told):
    spans = traced("login.acme.com")
    client = HttpClient()
    sent = _Sent(client, monkeypatch)
    context.begin().left.span = tracing.request({"HTTP_TRACEPARENT": SENT["traceparent"]})
    client.send(Request("GET", url, {"Accept": "x"}), 5, 1000)
    (span,) = spans()
    expected = f"00-{TRACE}-{span.context.span_id:016x}-01"
    assert sent.headers == [{"Accept": "x", "traceparent": expected} if is_told else {"Accept": "x"}]


def test_a_call_that_cannot_be_made_is_told_with_its_kind_of_error(traced):
    spans = traced()
    context.begin().left.span = tracing.request({})
    with pytest.raises(OutboundError):
        HttpClient().send(Request("GET", "http://127.0.0.1:1/secret"), 1, 1000)
    (span,) = spans()
    assert attributes(span) == {
        "http.request.method": "GET",
        "server.address": "127.0.0.1",
        "server.port": 1,
        "error.type": "NotConnected",
    }
    assert span.name == "GET 127.0.0.1:1"
    assert span.status.status_code is StatusCode.ERROR


# --- background work -------------------------------------------------------------------------------------------------


def test_a_piece_of_work_is_a_span_with_its_calls_below_it(traced, monkeypatch):
    spans, client = traced(), HttpClient()
    _Sent(client, monkeypatch)
    reference = context.begin().reference
    with tracing.work("orders"):
        client.send(Request("GET", "https://acme.talentlms.com/api/v1/users", operation="users"), 5, 1000)
    call, work = spans()
    assert (work.name, work.kind, call.name) == ("orders", SpanKind.INTERNAL, "GET users")
    assert attributes(work) == {"talentlms_gateway.reference": reference, "talentlms_gateway.talentlms_calls": 0}
    assert call.parent.span_id == work.context.span_id


def test_a_piece_of_work_that_fails_is_told_with_its_kind_of_error(traced):
    spans = traced()
    context.begin()
    with pytest.raises(RuntimeError), tracing.work("orders"):
        raise RuntimeError("hunter2")
    (work,) = spans()
    assert attributes(work)["error.type"] == "RuntimeError"
    assert "hunter2" not in work.to_json()


def test_the_spans_of_threads_do_not_mix(traced, monkeypatch):
    spans, client, together = traced(), HttpClient(), threading.Barrier(5)
    _Sent(client, monkeypatch)

    def worked():
        context.begin()
        with tracing.work("orders"):
            together.wait()
            client.send(Request("GET", "https://acme.talentlms.com/api/v1/users"), 5, 1000)

    threads = [threading.Thread(target=worked) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ended = spans()
    works = {span.context.span_id for span in ended if span.kind is SpanKind.INTERNAL}
    assert {span.parent.span_id for span in ended if span.kind is SpanKind.CLIENT} == works
    assert len(works) == 5
