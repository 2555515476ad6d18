"""Requests by their reference codes: so many at most, the oldest go first, and strangers push out nobody."""

import gc
import io
import json
from dataclasses import replace

import pytest

from gateway import log
from gateway.errors import StoreUnavailable
from gateway.store.trace_queue import TraceQueue
from gateway.store.traces import AT_ONCE, MOST, OF_STRANGERS, SECONDS, Traces, packed
from schemas.request_trace import RequestTrace, trace_from_text, trace_text
from tests.patience import wait_until

WHOLE = RequestTrace(
    reference="7K2M-9QXD",
    at=1764406800.123,
    seconds=0.5,
    method="GET",
    route="/go/course/<course>",
    target="12",
    status=302,
    outcome="reached",
    problem="queued",
    signed_in=False,
    person="kim",
    talentlms_calls=2,
    budget_seconds=0.25,
    events=[{"event": "launch", "outcome": "success", "course_id": 12}],
)


@pytest.fixture
def logged(own_log_handlers):
    """Return what is logged, line by line."""
    stream = io.StringIO()
    log.configure("info", stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def of(number, person="kim"):
    return RequestTrace(reference=f"0000-{number:04}", at=float(number), person=person)


def found(traces, numbers):
    return [number for number in numbers if traces.find(f"0000-{number:04}")]


def test_a_request_comes_back_as_it_was_written(store):
    traces = Traces(store)
    traces.write([packed(WHOLE)])
    assert traces.find("7K2M-9QXD") == WHOLE
    assert traces.find("7K2M-9QXE") is None


def test_what_another_version_wrote_is_read_without_what_is_unknown():
    assert trace_from_text(trace_text(WHOLE)[:-1] + ',"later":1}') == WHOLE


@pytest.mark.parametrize("text", ["", "{}", '{"later": 1}', "nonsense"])
def test_what_is_no_request_is_none(store, text):
    traces = Traces(store)
    traces.write([packed(WHOLE)])
    store.ask("SET", "{talentlms-gateway}:trace:7K2M-9QXD", text)
    assert traces.find("7K2M-9QXD") is None


def test_requests_are_kept_for_seven_days_and_a_hundred_thousand_of_them(store):
    assert (SECONDS, MOST) == (7 * 24 * 3600, 100_000)
    assert OF_STRANGERS < MOST / 2
    Traces(store).write([packed(WHOLE)])
    assert SECONDS - 5 <= store.ask("TTL", "{talentlms-gateway}:trace:7K2M-9QXD") <= SECONDS
    assert SECONDS - 5 <= store.ask("TTL", "{talentlms-gateway}:traces:known") <= SECONDS


def test_the_oldest_go_first(store):
    traces = Traces(store, most=5, of_strangers=2)
    traces.write([packed(of(number)) for number in range(3)])
    assert found(traces, range(3)) == [0, 1, 2]
    traces.write([packed(of(number)) for number in range(3, 5)])
    assert found(traces, range(5)) == [2, 3, 4]
    assert len(store.ask("KEYS", "*trace:*")) == 3


def test_strangers_push_out_nobody_who_is_known(store):
    traces = Traces(store, most=5, of_strangers=2)
    traces.write([packed(of(1))])
    traces.write([packed(of(number, person="")) for number in range(10, 60)])
    assert found(traces, range(60)) == [1, 58, 59]


def test_names_that_strangers_type_with_a_wrong_password_push_out_nobody_either(store):
    refused = ({"event": "password_sign_in", "outcome": "refused", "reason": "too-many-attempts"},)
    traces = Traces(store, most=5, of_strangers=2)
    traces.write([packed(one) for one in [of(1), replace(of(2), events=refused, signed_in=True)]])
    traces.write([packed(replace(of(number), events=refused)) for number in range(10, 60)])
    assert found(traces, range(60)) == [1, 2, 58, 59]


def test_many_requests_are_written_in_pieces(store):
    traces, numbers = Traces(store), range(2 * AT_ONCE + 1)
    asked = []
    script, traces._script = traces._script, lambda *told: asked.append(len(told[1])) or script(*told)
    traces.write([packed(of(number)) for number in numbers])
    assert asked == [2 * AT_ONCE + 3] * 2 + [5]
    assert found(traces, numbers) == list(numbers)


# --- the queue -------------------------------------------------------------------------------------------------------


def waiting(queue, *numbers):
    for number in numbers:
        queue.add(lambda number=number: of(number))


def test_what_waits_is_written_together():
    written = []
    queue = TraceQueue(written.append, seconds=60)
    waiting(queue, 1, 2, 3)
    assert written == []
    queue.flush()
    assert written == [[packed(of(1)), packed(of(2)), packed(of(3))]]
    queue.flush()
    assert len(written) == 1


def test_what_waits_is_written_by_itself_a_moment_later():
    written = []
    queue = TraceQueue(written.append, seconds=0)
    waiting(queue, 1)
    wait_until(lambda: written)
    assert written == [[packed(of(1))]]


def test_so_many_wait_and_further_ones_are_told_as_lost(logged):
    written = []
    queue = TraceQueue(written.append, most=2, seconds=60)
    waiting(queue, 1, 2, 3, 4)
    queue.flush()
    assert written == [[packed(of(1)), packed(of(2))]]
    (line,) = logged()
    assert (line["event"], line["count"], line["why"]) == ("traces.not_written", 2, "too-many")


@pytest.mark.parametrize("error", [StoreUnavailable("away"), RuntimeError("odd")])
def test_what_cannot_be_written_is_lost_and_told_once(logged, error):
    def write(_):
        raise error

    queue = TraceQueue(write, seconds=60)
    for number in range(3):
        waiting(queue, number)
        queue.flush()
    (line,) = logged()
    assert (line["event"], line["level"], line["count"]) == ("traces.not_written", "warning", 1)


def test_what_is_told_later_is_told_with_its_own_cause(logged, monkeypatch):
    def write(_):
        raise StoreUnavailable("away")

    queue = TraceQueue(write, seconds=60)
    for number in range(3):
        waiting(queue, number)
        queue.flush()
    monkeypatch.setattr("gateway.store.trace_queue.NOTICE_SECONDS", 0)
    queue.flush()
    assert [(line["count"], line["why"]) for line in logged()] == [(1, "store-unavailable"), (2, "store-unavailable")]


def test_a_request_of_which_no_record_can_be_made_is_lost_and_told(logged):
    def odd():
        raise KeyError("route")

    written = []
    queue = TraceQueue(written.append, seconds=60)
    queue.add(odd)
    waiting(queue, 1)
    queue.flush()
    assert written == [[packed(of(1))]]
    (line,) = logged()
    assert (line["event"], line["count"], line["why"]) == ("traces.not_written", 1, "KeyError")


def test_what_waits_is_text_that_is_never_looked_through_for_garbage():
    queue = TraceQueue(lambda _: None, seconds=60)
    queue.add(lambda: WHOLE)
    gc.collect()
    assert [gc.is_tracked(one) for one in queue._waiting] == [False]
    queue.flush()
