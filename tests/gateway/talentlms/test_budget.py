"""The budget's rule, with the real shared budget, the real transport and the sandbox's own limits."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway import context
from gateway.admission import Lane, QueueEntry, SessionLookup
from gateway.errors import Queued, StoreUnavailable, Throttled
from gateway.outbound.client import HttpClient
from gateway.store.budget import SharedBudget
from gateway.store.connection import connect
from gateway.store.keys import tagged
from gateway.talentlms import budget as rule
from gateway.talentlms.budget import Budget
from gateway.talentlms.client import TalentLMS
from gateway.talentlms.transport import LONGEST_SECONDS, HttpTransport
from schemas.secret import Secret
from tests.gateway.talentlms.conftest import API_KEY
from tests.gateway.threads import at_once
from tests.patience import wait_until


@pytest.fixture
def store():
    return connect(None)


def shared_by(store, per_5_seconds=0, per_hour=0):
    return SharedBudget(store, "portal", per_5_seconds, per_hour, LONGEST_SECONDS)


def client(url, budget=None):
    lms = TalentLMS(HttpTransport(url, Secret(API_KEY), HttpClient(), budget))
    if budget:
        budget.limits_from(lms.site.rate_limit)
    return lms


def click(person, patience=1.0):
    return QueueEntry(Lane.CLICK, person, "12", patience=patience)


def queued(action):
    with pytest.raises(Queued) as caught:
        action()
    return caught.value


def test_a_call_whose_time_comes_in_a_moment_is_held(store, monkeypatch):
    shared = shared_by(store, per_5_seconds=1)
    answers, admit = [], shared.admit
    monkeypatch.setattr(shared, "admit", lambda *asked: answers.append(admit(*asked)) or answers[-1])
    shared.freeze(0.2)

    assert Budget(shared).permit().call == 1
    held, *_, let_go = answers
    assert held.call == 0
    assert 0 < held.wait <= 0.2
    assert let_go.call == 1


def test_a_click_that_would_wait_longer_is_told_how_long_and_when_to_come_back(store):
    shared = shared_by(store, per_5_seconds=1)
    budget = Budget(shared)
    context.begin(entry=click("ann"))
    shared.freeze(20)
    told = queued(budget.permit)

    assert 19 < told.wait <= 20
    assert told.retry_after in (19, 20)  # by then the place has not been given away


def test_nobody_is_held_longer_than_the_browser_waits(store):
    shared = shared_by(store, per_5_seconds=1)
    shared.freeze(3)
    context.begin(seconds=1)

    queued(Budget(shared).permit)


def test_all_whose_time_comes_in_a_moment_are_held_however_many_they_are(store):
    shared = shared_by(store, per_hour=90)
    shared.freeze(0.5)
    budget = Budget(shared)

    outcomes = at_once(80, lambda _: budget.permit().call)

    assert sorted(outcomes) == list(range(1, 81))


def test_of_orders_that_wait_for_a_call_one_asks_for_all(store, monkeypatch):
    shared = shared_by(store, per_5_seconds=100)
    asked, admit, budget = [], shared.admit, Budget(shared)
    monkeypatch.setattr(shared, "admit", lambda *given: asked.append(given) or admit(*given))
    shared.freeze(0.5)

    def order(_):
        context.begin(entry=QueueEntry(Lane.PURCHASE, patience=10))
        return budget.permit().call

    assert sorted(at_once(10, order)) == list(range(1, 11))
    assert len(asked) < 15  # not twenty: each that waits, and each again


def test_an_order_waits_for_others_no_longer_than_it_is_patient(store):
    shared = shared_by(store, per_5_seconds=100)
    budget = Budget(shared)
    shared.freeze(1)

    def order(patience):
        context.begin(entry=QueueEntry(Lane.PURCHASE, patience=patience))
        return budget.permit().call

    with ThreadPoolExecutor(1) as beside:
        patient = beside.submit(order, 10)
        wait_until(budget._waiting.locked)
        queued(lambda: order(0.05))
        assert patient.result() == 1


def test_a_call_that_was_claimed_with_the_session_is_made_once(store):
    store.ask("SET", tagged("session:ann"), "record")
    budget = Budget(shared_by(store, per_hour=9))

    assert budget.enter(context.begin(), SessionLookup(tagged("session:ann"), 60, "ann")) == (b"record", False)
    assert [budget.permit().call, budget.permit().call] == [1, 2]


def test_a_call_that_was_claimed_long_ago_is_claimed_anew(store, monkeypatch):
    monkeypatch.setattr(rule, "FRESH_SECONDS", 0.0)
    store.ask("SET", tagged("session:ann"), "record")
    shared = shared_by(store, per_hour=1)
    budget = Budget(shared)
    budget.enter(context.begin(), SessionLookup(tagged("session:ann"), 60, "ann"))

    assert budget.permit().call == 2


def test_a_click_under_way_counts_its_further_calls_although_its_course_is_unknown_by_now(store):
    store.ask("SET", tagged("session:ann"), "record")
    budget = Budget(shared_by(store, per_hour=9))
    asking = QueueEntry(Lane.CLICK, "ann", "9", "course:9")
    assert budget.enter(context.begin(entry=asking), SessionLookup(tagged("session:ann"), 60, "ann")) == (
        b"record",
        False,
    )
    assert budget.permit().call == 1

    budget.remember_unknown()

    assert [budget.permit().call, budget.permit().call] == [2, 3]
    assert budget.enter(context.begin(entry=asking), SessionLookup(tagged("session:ann"), 60, "ann")) == (
        b"record",
        True,
    )


def test_without_a_session_nothing_is_claimed(store):
    budget = Budget(shared_by(store, per_hour=1))

    work = context.begin()
    assert budget.enter(work, SessionLookup(tagged("session:gone"), 60, "ann")) == (None, False)
    assert work.left.permit is None
    assert budget.permit().call == 1


def test_without_limits_of_ours_nobody_is_asked(url, sandbox):
    lms = client(url)
    for _ in range(5):
        lms.site.info()
    assert [call.operation for call in sandbox.calls()] == ["siteinfo"] * 5


def test_with_all_limits_off_redis_is_asked_once_for_a_click_and_for_no_further_call(redis_server):
    redis = connect(redis_server.url)
    redis.ask("SET", tagged("session:ann"), "record")
    budget = Budget(shared_by(redis))
    lookup = SessionLookup(tagged("session:ann"), 60, "ann")
    budget.enter(context.begin(entry=click("ann")), lookup)  # Redis learns the script
    redis.ask("CONFIG", "RESETSTAT")

    work = context.begin(entry=click("ann"))
    assert budget.enter(work, lookup) == (b"record", False)
    budget.leave(work)
    for made in (True, False):
        budget.ended(budget.permit(), made=made)
    budget.settle()

    assert b"cmdstat_evalsha:calls=1," in redis.ask("INFO", "commandstats")


def test_with_all_limits_off_a_call_is_made_although_redis_is_away():
    budget = Budget(shared_by(connect(Secret("redis://127.0.0.1:1"))))

    assert budget.permit().call == 1
    with pytest.raises(StoreUnavailable):
        budget.enter(context.begin(), SessionLookup(tagged("session:ann"), 60, "ann"))


def test_the_first_call_sets_off_a_question_for_what_is_left_and_waits_for_nobody(url, sandbox, store):
    sandbox.fault("ratelimit", kind="slow", seconds=2)
    lms = client(url, Budget(shared_by(store, per_hour=2000)))
    lms.site.info()
    assert not store.ask("HGET", tagged("budget:portal:account"), "plan")  # nobody has answered that question yet

    wait_until(lambda: store.ask("HGET", tagged("budget:portal:account"), "plan"))
    assert sandbox.cost() == 1


def test_what_others_have_spent_is_not_spent_again(url, sandbox, store):
    sandbox.limits(per_hour=10)
    others = client(url)
    for _ in range(8):
        others.site.info()
    budget = Budget(shared_by(store, per_hour=2000))
    lms = client(url, budget)
    budget.ask()
    lms.site.info()
    lms.site.info()

    assert queued(lms.site.info).wait > 3000
    assert {call.status for call in sandbox.calls()} == {200}


def test_a_question_that_fails_spoils_nothing(url, sandbox, store):
    sandbox.fault("ratelimit", kind="html", times=5)
    budget = Budget(shared_by(store, per_hour=2000))
    lms = client(url, budget)
    budget.ask()

    assert lms.site.info()


def test_a_throttled_answer_stops_all_workers_and_keeps_a_place_for_whoever_met_it(url, sandbox, store):
    one, other = (client(url, Budget(shared_by(store, per_5_seconds=9))) for _ in range(2))
    sandbox.fault("siteinfo", kind="throttled", retry_after=6)
    context.begin(entry=click("ann"))
    with pytest.raises(Throttled):
        one.site.info()
    context.begin(entry=click("bob"))

    assert round(queued(other.site.info).wait) == 6
    assert store.ask("ZRANGE", tagged("budget:portal:queue"), 0, -1) == [b"ann:12", b"bob:12"]
    assert len(sandbox.calls("siteinfo")) == 1


def test_a_burst_of_threads_never_exceeds_what_talentlms_allows(url, sandbox, store):
    sandbox.limits(per_5_seconds=20)
    lms = client(url, Budget(shared_by(store, per_5_seconds=20)))

    def one(number):
        context.begin(entry=click(str(number), 30.0))
        return lms.site.info()

    outcomes = at_once(30, one)

    assert {type(outcome).__name__ for outcome in outcomes} == {"SiteInfo"}
    assert [call.status for call in sandbox.calls("siteinfo")] == [200] * 30
