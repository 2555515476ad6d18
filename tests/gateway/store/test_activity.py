"""What happened lately, as any process reads it."""

from dataclasses import replace

import pytest

from gateway.store.activity import FAILURES, SILENT_SECONDS, Activity, Batch, Failure, ProcessState

NOW = 6_000_030
MINUTE = 6_000_000 - 6_000_000 % 60
PROCESS = ProcessState("a:1", "gateway", "0.1.0", NOW - 100, NOW, is_breaker_open=False)
FAULT = Failure(NOW, "7K2M-9QXD", "store-unavailable", 503, "/go")


@pytest.fixture
def activity(store):
    return Activity(store)


def batch(counts=None, levels=None, failures=(), process=PROCESS):
    return Batch(counts or {}, levels or {}, failures, process)


def test_what_several_processes_count_is_added_up_and_of_levels_the_last_holds(activity):
    activity.write(batch({MINUTE: {"click:reached": 2, "sign_in:success": 1}}, {MINUTE: {"calls_left": 90}}))
    activity.write(
        batch({MINUTE: {"click:reached": 3}, MINUTE - 60: {"click:failed": 1}}, {MINUTE: {"calls_left": 80}})
    )
    lately = activity.lately(MINUTE + 59, 3)
    assert lately.minutes == [
        {},
        {"click:failed": 1},
        {"click:reached": 5, "sign_in:success": 1, "calls_left": 80},
    ]


def test_minutes_that_were_not_asked_for_are_left_out(activity):
    activity.write(batch({MINUTE - 120: {"click:reached": 1}, MINUTE + 60: {"click:reached": 7}}))
    assert activity.lately(MINUTE + 1, 2).minutes == [{}, {}]


def test_failures_are_told_newest_first_and_refusals_displace_no_faults(activity):
    refusals = [replace(FAULT, at=number, status=403, problem="no-rule-holds") for number in range(2 * FAILURES)]
    activity.write(batch(failures=[FAULT, *refusals]))
    activity.write(batch(failures=[replace(FAULT, reference="9999-9999")]))
    lately = activity.lately(NOW, 1)
    assert [one.reference for one in lately.faults] == ["9999-9999", FAULT.reference]
    assert [one.at for one in lately.refusals] == list(range(2 * FAILURES - 1, FAILURES - 1, -1))


def test_processes_are_told_until_they_end_or_fall_silent(activity):
    for name, seen_at in (("b:2", NOW), ("a:1", NOW - SILENT_SECONDS), ("c:3", NOW - SILENT_SECONDS - 1)):
        activity.write(batch(process=replace(PROCESS, name=name, seen_at=seen_at)))
    assert [process.name for process in activity.lately(NOW, 1).processes] == ["a:1", "b:2"]
    assert activity.silent(NOW) == ["c:3"]
    activity.ended("b:2", "c:3")
    activity.ended()
    assert [process.name for process in activity.lately(NOW, 1).processes] == ["a:1"]
    assert activity.silent(NOW) == []


def test_what_another_version_wrote_is_left_out(activity, store):
    activity.write(batch(failures=[FAULT]))
    store.ask("LPUSH", "{talentlms-gateway}:activity-failures:faults", '{"at": 1}')
    store.ask("HSET", "{talentlms-gateway}:activity-processes:running", "d:4", "nothing")
    lately = activity.lately(NOW, 1)
    assert lately.faults == [FAULT]
    assert lately.processes == [PROCESS]
    assert activity.silent(NOW) == ["d:4"]
