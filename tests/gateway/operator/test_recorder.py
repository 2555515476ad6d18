"""What a process writes down for the operator's page, and when."""

import threading

import pytest

from gateway import context, log
from gateway.errors import StoreUnavailable
from gateway.operator.recorder import REFUSALS_AT_ONCE, Ourselves, Recorder
from gateway.store.activity import Activity
from gateway.store.connection import connect
from tests.patience import PATIENT_SECONDS, wait_until

NOW = 6_000_030
OURSELVES = Ourselves("gateway-1", 4711, "gateway", "0.1.0")
FAULT = {"problem": "store-unavailable", "status": 503, "route": "/go"}
REFUSAL = {"problem": "no-rule-holds", "status": 403, "route": "/callback/<provider>"}


class Counted(Activity):
    """Counts how often it is asked, and can be away."""

    def __init__(self, store):
        super().__init__(store)
        self.written, self.is_away = [], False

    def write(self, batch):
        if self.is_away:
            raise StoreUnavailable("ConnectionError")
        self.written.append(batch)
        super().write(batch)


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def activity():
    return Counted(connect(None))


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def recorder(activity, clock):
    return Recorder(activity, lambda: 1234, OURSELVES, clock)


def test_what_happens_is_written_together_and_only_when_it_is_time(recorder, activity, clock):
    for outcome in ("reached", "reached", "failed"):
        recorder.note("click", {"outcome": outcome})
    recorder.note("talentlms.call", {"operation": "gotocourse", "outcome": "ok", "seconds": 0.1})
    recorder.note("audit.sign_in", {"provider": "acme", "outcome": "success"})
    recorder.note("audit.password_sign_in", {"outcome": "refused"})
    recorder.note("anything.else", {})
    assert activity.written == []
    recorder.write()
    assert len(activity.written) == 1
    assert activity.lately(NOW, 1).minutes == [
        {"click:reached": 2, "click:failed": 1, "call:gotocourse:ok": 1, "sign_in:success": 1, "sign_in:refused": 1}
    ]
    recorder.write()
    assert activity.lately(NOW, 1).minutes[0]["click:reached"] == 2


def test_what_happens_belongs_to_its_minute(recorder, activity, clock):
    recorder.note("click", {"outcome": "reached"})
    clock.now += 60
    recorder.note("click", {"outcome": "page"})
    recorder.write()
    assert activity.lately(clock.now, 2).minutes == [{"click:reached": 1}, {"click:page": 1}]


def test_a_failure_is_told_with_the_code_of_its_page_and_without_what_the_browser_sent(recorder, activity):
    reference = context.begin("203.0.113.7", "a browser").reference
    recorder.note("problem.shown", FAULT | {"note": "Kim's words", "path": "/redeem/secret"})
    recorder.note("problem.shown", REFUSAL)
    recorder.note("scim.failed", {"problem": "database-unavailable", "status": 503, "note": "away"})
    recorder.write()
    lately = activity.lately(NOW, 1)
    assert [(one.reference, one.problem, one.status, one.route) for one in lately.faults] == [
        (reference, "database-unavailable", 503, "/scim/v2"),
        (reference, "store-unavailable", 503, "/go"),
    ]
    assert [(one.at, one.problem, one.route) for one in lately.refusals] == [
        (NOW, "no-rule-holds", "/callback/<provider>")
    ]


def test_neither_who_waits_nor_who_asks_for_what_there_is_not_is_a_failure(recorder, activity):
    for problem in ("queued", "person-queued"):
        recorder.note("problem.shown", {"problem": problem, "status": 503, "route": "/go"})
    recorder.note("problem.shown", {"problem": "page-not-found", "status": 404, "route": ""})
    recorder.write()
    assert activity.written[0].failures == []


def test_strangers_make_no_more_of_a_batch_than_is_kept_and_displace_no_fault(recorder, activity):
    recorder.note("problem.shown", FAULT)
    for _ in range(10 * REFUSALS_AT_ONCE):
        recorder.note("problem.shown", REFUSAL)
    recorder.write()
    assert len(activity.written[0].failures) == REFUSALS_AT_ONCE + 1
    assert len(activity.lately(NOW, 1).faults) == 1


def test_what_happens_while_redis_is_away_is_written_afterwards(recorder, activity, clock):
    activity.is_away = True
    for _ in range(2):
        recorder.note("click", {"outcome": "failed"})
        recorder.note("problem.shown", FAULT)
        with pytest.raises(StoreUnavailable):
            recorder.write()
        clock.now += 1
    activity.is_away = False
    recorder.write()
    lately = activity.lately(clock.now, 1)
    assert lately.minutes == [{"click:failed": 2}]
    assert [one.at for one in lately.faults] == [NOW + 1, NOW]


def test_what_nobody_would_look_at_any_more_is_not_kept(recorder, activity, clock):
    activity.is_away = True
    recorder.note("click", {"outcome": "failed"})
    clock.now += 5 * 3600
    with pytest.raises(StoreUnavailable):
        recorder.write()
    activity.is_away = False
    recorder.write()
    assert activity.written[0].counts == {}


def test_a_process_tells_of_itself_and_of_its_breaker_and_is_forgotten_at_its_end(recorder, activity, clock):
    recorder.note("talentlms.breaker", {"is_open": True})
    recorder.write()
    (process,) = activity.lately(NOW, 1).processes
    assert (process.name, process.kind, process.version) == ("gateway-1:4711", "gateway", "0.1.0")
    assert (process.started_at, process.is_breaker_open) == (NOW, True)
    recorder.note("talentlms.breaker", {"is_open": False})
    recorder.note("click", {"outcome": "reached"})
    recorder.write()
    assert not activity.lately(NOW, 1).processes[0].is_breaker_open
    recorder.note("click", {"outcome": "reached"})
    recorder.stop()
    lately = activity.lately(NOW, 1)
    assert (lately.processes, lately.minutes) == ([], [{"click:reached": 2}])


def test_an_end_while_redis_is_away_is_told_and_no_more(recorder, activity):
    told = []
    log.observe_by(lambda name, facts: told.append((name, dict(facts))))
    activity.is_away = True
    recorder.stop()
    assert told == [("activity.not_written", {"why": "store-unavailable", "note": "ConnectionError"})]


def test_what_cannot_be_noted_hurts_nobody_and_is_told_once(recorder):
    told = []
    log.observe_by(lambda name, facts: told.append((name, dict(facts))))
    recorder.note("click", {})
    recorder.note("talentlms.call", {})
    assert told == [("metrics.not_counted", {"what": "click", "why": "KeyError"})]


def test_the_thread_clears_up_takes_down_the_budget_and_writes(activity, clock, monkeypatch):
    monkeypatch.setattr("gateway.operator.recorder.WRITE_SECONDS", 0.01)
    dead = Recorder(activity, lambda: None, Ourselves("gateway-1", 1, "gateway", "0.1.0"), lambda: NOW - 600)
    dead.write()
    running = Recorder(activity, lambda: 1234, OURSELVES, clock)
    running.start()
    wait_until(lambda: any(batch.levels for batch in activity.written))
    running.stop(PATIENT_SECONDS)
    assert activity.silent(NOW) == []
    assert activity.lately(NOW, 1).minutes == [{"calls_left": 1234}]
    assert sum(bool(batch.levels) for batch in activity.written) == 1


def test_the_budget_of_a_minute_is_taken_down_although_the_page_has_written_in_it_before(activity, clock, monkeypatch):
    monkeypatch.setattr("gateway.operator.recorder.WRITE_SECONDS", 0.01)
    recorder = Recorder(activity, lambda: 1234, OURSELVES, clock)
    recorder.write()  # as the page has it done
    recorder.start()
    wait_until(lambda: any(batch.levels for batch in activity.written))
    recorder.stop(PATIENT_SECONDS)
    assert activity.lately(NOW, 1).minutes == [{"calls_left": 1234}]


def test_a_thread_that_is_at_work_at_the_end_does_not_bring_the_process_back(activity, clock, monkeypatch):
    monkeypatch.setattr("gateway.operator.recorder.WRITE_SECONDS", 0.01)
    looked = threading.Event()

    def calls_left_at_the_end():
        end = threading.Thread(target=recorder.stop)
        end.start()
        end.join()
        looked.set()
        return 1234

    recorder = Recorder(activity, calls_left_at_the_end, OURSELVES, clock)
    recorder.write()
    recorder.start()
    assert looked.wait(PATIENT_SECONDS)
    recorder._thread.join(PATIENT_SECONDS)
    assert activity.lately(NOW, 1).processes == []
    assert len(activity.written) == 2
