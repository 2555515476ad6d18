"""The shared budget, in both stores. ``later`` moves everything that it remembers into the past, so no test waits."""

import pytest

from gateway.admission import NO_SESSION, Lane, QueueEntry, SessionLookup
from gateway.store.budget import LIMITS_SECONDS, SharedBudget
from gateway.store.keys import tagged
from tests.gateway.store.clicks import LONGEST, PREFIX, calls, click, spent
from tests.gateway.threads import at_once

EVERYTHING = [PREFIX + name for name in ("account", "slots", "queue", "due")]
LANE = 10**13


# --- the five seconds ------------------------------------------------------------------------------------------


def test_as_many_calls_pass_as_the_limit_says_each_with_a_number_of_its_own(budget):
    shared = budget(per_5_seconds=3)

    assert calls(shared, 4) == [1, 2, 3, 0]


@pytest.mark.statement(66)
def test_of_many_who_ask_at_once_exactly_the_limit_passes(budget):
    shared = budget(per_5_seconds=20)

    got = at_once(40, lambda number: shared.admit(click(f"place-{number}")))

    assert sorted(answer.call for answer in got) == [0] * 20 + list(range(1, 21))


def test_a_call_keeps_its_slot_until_five_seconds_after_its_answer(budget, later):
    shared = budget(per_5_seconds=1)
    (call,) = calls(shared, 1)
    later(7)
    assert calls(shared, 1) == [0]
    shared.answered(call)
    shared.flush()
    later(4.5)
    assert calls(shared, 1) == [0]
    later(1)
    assert calls(shared, 1) == [2]


def test_an_answer_that_is_written_down_late_still_counts_from_when_it_came(budget, monkeypatch):
    shared = budget(per_5_seconds=1)
    now = 1000.0
    monkeypatch.setattr("gateway.store.budget.time.monotonic", lambda: now)
    (call,) = calls(shared, 1)
    shared.answered(call)
    now += 4.0

    assert 0.5 < shared.admit(click()).wait <= 1.0
    shared.answered(call)
    now += 5.5
    assert shared.admit(click()).call == 2


def test_a_call_whose_worker_died_is_over_after_the_longest_time_that_one_takes(budget, later):
    shared = budget(per_5_seconds=1)
    calls(shared, 1)
    later(LONGEST + 4.5)
    assert calls(shared, 1) == [0]
    later(1)
    assert calls(shared, 1) == [2]


def test_a_call_that_was_never_made_costs_nothing(budget):
    shared = budget(per_5_seconds=1, per_hour=1)
    (call,) = calls(shared, 1)
    shared.unused(call)

    assert calls(shared, 2) == [2, 0]


def test_zero_means_no_limit(budget):
    assert 0 not in calls(budget(per_5_seconds=0, per_hour=0), 300)


# --- the queue -------------------------------------------------------------------------------------------------


def test_first_come_first_served_whoever_asks_again_first(budget, later):
    shared = budget(per_5_seconds=1)
    spent(shared, 1)
    for place in ("ann", "bob", "cid"):
        assert shared.admit(click(place)).call == 0
        later(0.01)
    later(5)

    assert shared.admit(click("dan")).call == 0
    assert shared.admit(click("cid")).call == 0
    assert shared.admit(click("ann")).call == 2


def test_asking_again_keeps_the_place_and_two_tabs_share_it(budget, store):
    shared = budget(per_5_seconds=1)
    calls(shared, 1)
    for place in ("ann", "bob", "ann", "ann"):
        shared.admit(click(place))

    assert store.ask("ZRANGE", PREFIX + "queue", 0, -1) == [b"ann:12", b"bob:12"]


def test_a_served_place_is_gone_and_the_next_click_there_comes_after_whoever_came_meanwhile(budget, later):
    shared = budget(per_5_seconds=1)
    spent(shared, 1)
    for person in ("ann", "bob"):
        shared.admit(click(person))
        later(0.01)
    later(5)
    call = shared.admit(click("ann")).call
    assert call == 2
    shared.answered(call)
    shared.flush()
    assert shared.admit(click("ann")).call == 0
    later(5.1)

    assert [shared.admit(click(person)).call for person in ("ann", "bob")] == [0, 3]


def test_a_late_ticket_that_was_served_is_gone_too(budget, later):
    shared = budget(per_5_seconds=1)
    spent(shared, 1)
    shared.admit(click("ann"))
    later(20)
    spent(shared, 1)  # ann was passed over, and nobody waits
    later(6)
    call = shared.admit(click("ann")).call
    shared.admit(click("bob"))
    shared.answered(call)
    shared.flush()
    later(0.01)
    shared.admit(click("ann"))
    later(5.1)

    assert [bool(shared.admit(click(person)).call) for person in ("ann", "bob")] == [False, True]


def test_the_further_calls_of_a_click_queue_as_the_click_did(budget, later):
    shared = budget(per_5_seconds=1)
    spent(shared, 1)
    for person in ("ann", "bob"):
        shared.admit(click(person))
        later(0.01)
    later(5)
    first = shared.admit(click("ann"))
    assert shared.admit(click("ann", asked=first.asked)).call == 0
    shared.answered(first.call)
    shared.flush()
    later(5.1)

    assert shared.admit(click("bob")).call == 0, "ann's click is not over"
    assert shared.admit(click("ann")).call == 3, "and may be gone on with from the waiting page"


def test_the_further_call_of_a_click_comes_before_those_who_came_since(budget, later):
    shared = budget(per_5_seconds=2)
    first = shared.admit(click("ann"))
    later(0.01)
    calls(shared, 1)
    shared.admit(click("bob"))
    later(0.5)
    shared.answered(first.call)
    shared.flush()
    later(5.1)

    assert shared.admit(click("ann", asked=first.asked - 5610)).call == 3


def test_a_person_has_one_place_for_a_path_and_another_for_another(budget, store):
    shared = budget(per_5_seconds=1)
    spent(shared, 1)
    for path in ("12", "12", "34"):
        shared.admit(click("ann", path))

    assert store.ask("ZRANGE", PREFIX + "queue", 0, -1) == [b"ann:12", b"ann:34"]


def test_a_person_has_ten_places_and_the_oldest_stay(budget, store, later):
    shared = budget(per_5_seconds=1)
    spent(shared, 1)
    told = []
    for path in range(12):
        told.append(shared.admit(click("ann", str(path))))
        later(0.01)
    shared.admit(click("bob"))

    assert all(one.call == 0 and one.wait > 0 for one in told)
    kept = [f"ann:{path}".encode() for path in range(10)]
    assert store.ask("ZRANGE", PREFIX + "queue", 0, -1) == [*kept, b"bob:12"]
    assert store.ask("HLEN", PREFIX + "places:ann") == 10


def test_a_place_that_was_served_or_that_nobody_came_for_makes_room(budget, store, later):
    shared = budget(per_5_seconds=1)
    spent(shared, 1)
    for path in range(10):
        shared.admit(click("ann", str(path)))
        later(0.01)
    later(5)
    assert shared.admit(click("ann", "0")).call == 2
    shared.admit(click("ann", "new"))
    later(9)  # nobody came for the next one
    shared.admit(click("ann", "newer"))

    queue = store.ask("ZRANGE", PREFIX + "queue", 0, -1)
    assert {b"ann:new", b"ann:newer"} < set(queue)
    assert len(queue) <= 10
    assert store.ask("HLEN", PREFIX + "places:ann") == 10


def test_everybody_is_given_a_time_at_once(budget):
    shared = budget(per_5_seconds=2)
    spent(shared, 2)

    waits = [round(shared.admit(click(str(number))).wait) for number in range(6)]

    assert waits == [5, 5, 10, 10, 15, 15]


def test_whoever_waits_long_shows_up_in_between(budget):
    shared = budget(per_5_seconds=1)
    spent(shared, 1)
    answers = [shared.admit(click(str(number))) for number in range(60)]

    assert answers[3].back == answers[3].wait
    assert answers[9].back == 30
    assert answers[59].back == pytest.approx(answers[59].wait / 4, abs=0.01)


def test_a_time_that_is_not_taken_passes_to_the_next_and_the_late_one_comes_next(budget, later):
    shared = budget(per_5_seconds=1)
    spent(shared, 1)
    shared.admit(click("ann"))
    later(0.01)
    shared.admit(click("bob"))
    later(5)
    assert shared.admit(click("bob")).call == 0, "it is ann's time"
    later(3.1)
    call = shared.admit(click("bob")).call
    assert call == 2
    shared.admit(click("cid"))
    shared.answered(call)
    shared.flush()

    assert shared.admit(click("ann")).call == 0
    later(5.1)
    assert [shared.admit(click(place)).call for place in ("cid", "ann")] == [0, 3]


def test_nobody_without_a_place_overtakes_those_who_wait(budget, later):
    shared = budget(per_5_seconds=1)
    spent(shared, 1)
    shared.admit(click("ann"))
    later(5)

    assert shared.admit(click()).call == 0
    assert shared.admit(click("ann")).call == 2


@pytest.mark.statement(66)
def test_a_click_comes_before_a_purchase_and_a_purchase_before_a_sync(budget, later):
    shared = budget(per_5_seconds=1)
    spent(shared, 1)
    lanes = {"sync": Lane.BACKGROUND, "order": Lane.PURCHASE, "ann": Lane.CLICK}
    order = []
    for place, lane in lanes.items():
        shared.admit(QueueEntry(lane, path=place))
        later(0.01)
    later(5)
    for _ in lanes:
        for place, lane in lanes.items():
            call = shared.admit(QueueEntry(lane, path=place)).call
            if call:
                order.append(place)
                shared.answered(call)
                shared.flush()
                break
        later(5.1)

    assert order == ["ann", "order", "sync"]


@pytest.mark.statement(66)
def test_a_part_of_the_budget_is_reserved_for_clicks(budget):
    shared = budget(per_5_seconds=10)

    assert sum(map(bool, calls(shared, 10, QueueEntry(Lane.BACKGROUND)))) == 5
    assert sum(map(bool, calls(shared, 10, QueueEntry(Lane.PURCHASE)))) == 3
    assert sum(map(bool, calls(shared, 10))) == 2


# --- the hour --------------------------------------------------------------------------------------------------


def test_when_the_hour_is_spent_everybody_waits_for_the_next(budget, later):
    shared = budget(per_5_seconds=0, per_hour=5)
    spent(shared, 5)
    answer = shared.admit(click("ann"))

    assert (answer.call, round(answer.wait)) == (0, 3601)
    later(answer.wait)
    assert shared.admit(click("ann")).call == 6


def test_a_call_under_way_when_the_hour_turns_counts_in_the_new_one(budget, later, store):
    shared = budget(per_5_seconds=0, per_hour=2)
    calls(shared, 1)
    store.ask("HSET", PREFIX + "account", "ends", 1)

    assert calls(shared, 2) == [2, 0]


def test_what_ratelimit_says_counts_because_others_use_the_same_key(budget, later):
    shared = budget(per_5_seconds=0, per_hour=2000)
    shared.note_limits(2000, 3, 0, shared.may_ask())

    assert calls(shared, 4) == [1, 2, 3, 0]


def test_calls_that_ratelimit_may_not_have_seen_are_taken_off(budget):
    shared = budget(per_5_seconds=0, per_hour=2000)
    calls(shared, 2)
    before = shared.may_ask()
    calls(shared, 1)
    shared.note_limits(2000, 5, 0, before)

    assert calls(shared, 3) == [4, 5, 0]


def test_our_own_limit_holds_even_where_the_plan_grants_more(budget):
    shared = budget(per_5_seconds=0, per_hour=2)
    shared.note_limits(10_000, 9_000, 0, shared.may_ask())

    assert calls(shared, 3) == [1, 2, 0]


def test_the_hour_ends_when_ratelimit_says(budget, store):
    shared = budget(per_5_seconds=0, per_hour=1)
    calls(shared, 1)
    now = int(store.ask("TIME")[0])
    shared.note_limits(1, 0, now + 60, shared.may_ask())

    assert 59 <= shared.admit(click()).wait <= 62


def test_a_reset_beyond_an_hour_is_not_believed(budget, store):
    shared = budget(per_5_seconds=0, per_hour=1)
    shared.note_limits(1, 0, int(store.ask("TIME")[0]) + 86_400, (0, 0))
    assert 3500 < shared.admit(click()).wait < 3610


@pytest.mark.parametrize("ago", [1, 50, 3600])
def test_what_was_left_of_an_hour_that_is_over_stops_nobody_and_is_asked_again_soon(budget, store, later, ago):
    shared = budget(per_5_seconds=0, per_hour=2000)
    calls(shared, 1)
    shared.note_limits(3, 0, int(store.ask("TIME")[0]) - ago, shared.may_ask())

    assert calls(shared, 3) == [2, 3, 0], "the plan grants three"
    assert shared.may_ask() is None
    later(6)
    assert shared.may_ask() is not None


def test_one_worker_at_a_time_asks_for_the_ratelimit(budget, later):
    one, other = budget(per_hour=5), budget(per_hour=5)

    assert one.admit(click()).limits_due
    assert [one.may_ask(), other.may_ask()] == [(1, 1), None]
    assert not other.admit(click()).limits_due
    later(LIMITS_SECONDS + 1)
    assert other.admit(click()).limits_due


# --- throttled, forgotten, vouched for -------------------------------------------------------------------------


def test_a_throttled_answer_stops_every_worker_for_as_long_as_it_says(budget, later):
    one, other = budget(), budget()
    one.freeze(7)
    answer = other.admit(click("ann"))

    assert (answer.call, round(answer.wait)) == (0, 7)
    later(6.5)
    assert other.admit(click("ann")).call == 0
    later(1)
    assert other.admit(click("ann")).call == 1


def test_no_throttle_is_believed_for_longer_than_an_hour(budget, later):
    shared = budget()
    shared.freeze(99_999)

    assert round(shared.admit(click("ann")).wait) == 3600
    later(3601)
    assert shared.admit(click("ann")).call == 1


def test_a_redis_that_lost_its_memory_spends_nothing_until_it_may(budget, later, store):
    shared = budget(per_5_seconds=3)
    spent(shared, 3)
    store.ask("DEL", *EVERYTHING)

    answer = shared.admit(click("ann"))
    assert (answer.call, round(answer.wait)) == (0, 8)
    assert budget().admit(click("bob")).call == 0, "a worker that has just begun is told the same"
    later(8.1)
    assert shared.admit(click("ann")).call > 3


def test_a_redis_that_went_back_in_time_is_noticed_too(budget, store):
    shared = budget(per_5_seconds=0, per_hour=9)
    spent(shared, 2)
    then = store.ask("HMGET", PREFIX + "account", "last", "used")
    spent(shared, 2)
    store.ask("HSET", PREFIX + "account", "last", then[0], "used", then[1])

    assert shared.admit(click()).call == 0


def test_a_worker_that_begins_with_an_empty_redis_does_not_wait(budget):
    assert budget().admit(click()).call == 1


def test_a_script_flush_is_not_even_noticed(budget, store):
    shared = budget(per_5_seconds=2)
    calls(shared, 1)
    store.ask("SCRIPT", "FLUSH")

    assert calls(shared, 2) == [2, 0]


def test_a_click_without_its_session_gets_no_call_and_spends_nothing(budget, store):
    shared = budget(per_5_seconds=1)
    answer = shared.admit(click("ann"), SessionLookup(tagged("session:gone"), 60, "ann"))

    assert answer.call == NO_SESSION
    assert store.ask("ZCARD", PREFIX + "queue") == 0
    assert calls(shared, 1) == [1]


def test_the_session_comes_with_the_call_and_its_idle_time_begins_anew(budget, store):
    shared = budget(per_5_seconds=1)
    store.ask("SET", tagged("session:ann"), "record", "EX", 5)

    passed = shared.admit(click("ann"), SessionLookup(tagged("session:ann"), 60, "ann"))
    waiting = shared.admit(click("ann"), SessionLookup(tagged("session:ann"), 60, "ann"))

    assert (passed.call, passed.record, waiting.call) == (1, b"record", 0)
    assert store.ask("TTL", tagged("session:ann")) > 5


def test_budgets_of_two_domains_do_not_meet(store):
    one, other = (SharedBudget(store, domain, 1, 0, LONGEST) for domain in ("one.example", "other.example"))

    assert calls(one, 2) + calls(other, 2) == [1, 0, 1, 0]
