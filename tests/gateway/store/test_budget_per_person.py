"""What one person may spend, in both stores: calls at once, calls a second, and a share of the hour."""

import pytest

from gateway.admission import UNKNOWN_ITEM, Lane, PersonLimit, QueueEntry, SessionLookup
from gateway.store.budget import SharedBudget
from gateway.store.keys import tagged
from tests.gateway.store.clicks import LONGEST, PREFIX, calls, click, spent
from tests.gateway.threads import at_once

USUAL = PersonLimit(20, 1, 5)


@pytest.fixture(params=[(0, 0), (200, 2000)], ids=["without a budget of ours", "with one"])
def limited(request, budget):
    """A budget with the usual limit per person, and with or without limits for everybody."""
    return budget(*request.param, USUAL)


def passed(budget, count, entry):
    """Ask so many times, and return how often there was a call."""
    return sum(call > 0 for call in calls(budget, count, entry))


@pytest.mark.statement(66)
def test_a_person_gets_twenty_calls_at_once_and_then_one_a_second(limited, later):
    assert passed(limited, 30, click("ann")) == 20
    assert passed(limited, 5, click("ann", "another")) == 0
    later(1)
    assert passed(limited, 5, click("ann")) == 1
    later(3)
    assert passed(limited, 9, click("ann")) == 3


def test_of_many_tabs_at_the_same_moment_exactly_as_many_pass(limited):
    got = at_once(40, lambda number: limited.admit(click("ann", f"{number}")))

    assert sum(answer.call > 0 for answer in got) == 20
    assert {answer.by_person for answer in got if answer.call == 0} == {True}


def test_a_bucket_that_is_full_grows_no_further(limited, later):
    passed(limited, 5, click("ann"))
    later(500)

    assert passed(limited, 30, click("ann")) == 20


def test_everybody_has_a_bucket_of_their_own_and_work_that_is_nobodys_has_none(limited):
    passed(limited, 30, click("ann"))

    assert passed(limited, 30, click("bob")) == 20
    assert passed(limited, 30, click()) == 30
    assert passed(limited, 25, QueueEntry(Lane.BACKGROUND)) == 25


def test_off_means_no_limit_per_person(budget):
    assert passed(budget(1000, 0), 300, click("ann")) == 300


def test_whoever_is_over_the_limit_is_told_when_and_takes_no_place(limited, store):
    passed(limited, 20, click("ann"))
    answer = limited.admit(click("ann"))

    assert (answer.call, answer.by_person) == (0, True)
    assert 0 < answer.wait <= 1
    assert store.ask("KEYS", PREFIX + "places:*") == []
    assert store.ask("ZCARD", PREFIX + "queue") == 0


def test_being_over_the_limit_is_told_once_in_ten_minutes(limited, later):
    passed(limited, 20, click("ann"))
    told = [limited.admit(click("ann")).first_told for _ in range(3)]
    later(300)
    passed(limited, 20, click("ann"))
    told.append(limited.admit(click("ann")).first_told)
    later(301)
    passed(limited, 20, click("ann"))
    told.append(limited.admit(click("ann")).first_told)

    assert told == [True, False, False, False, True]


def test_the_further_calls_of_a_click_are_counted_and_do_not_end_half_way(limited, later):
    """Ten tabs of a newcomer: each is not enrolled yet, enrols, and goes on: thirty calls."""
    begun = [limited.admit(click("ann", f"{tab}")) for tab in range(10)]
    further = [limited.admit(click("ann", f"{tab}", asked=one.asked)) for tab, one in enumerate(begun) for _ in "ab"]

    assert all(one.call > 0 for one in (*begun, *further))
    assert limited.admit(click("ann")).by_person
    later(10)
    assert limited.admit(click("ann")).by_person, "what was overdrawn has to flow in first"
    later(1)
    assert passed(limited, 5, click("ann")) == 1


def test_a_person_overdraws_the_bucket_by_as_much_again_and_no_more(limited):
    asked = limited.admit(click("ann")).asked

    assert passed(limited, 60, click("ann", asked=asked)) == 39


def test_a_call_that_was_never_made_goes_back_into_the_bucket(limited):
    for _ in range(50):
        limited.unused(limited.admit(click("ann")).call, "ann")

    assert passed(limited, 30, click("ann")) == 20


@pytest.mark.parametrize(("per_hour", "share"), [(2000, 100), (10_000, 500), (100, 20)])
def test_a_person_gets_a_share_of_the_hour_and_at_least_twenty_calls(budget, later, per_hour, share):
    shared = budget(0, per_hour, PersonLimit(20, 1000, 5))
    got = 0
    for _ in range(30):
        got += passed(shared, 20, click("ann"))
        later(1)

    assert got == share
    answer = shared.admit(click("ann"))
    assert answer.by_person
    assert 3500 < answer.wait <= 3601
    later(answer.wait)
    assert shared.admit(click("ann")).call > 0


def test_the_share_is_one_of_the_plan_where_that_grants_less(budget, later):
    shared = budget(0, 2000, PersonLimit(20, 1000, 50))
    shared.note_limits(60, 60, 0, shared.may_ask())
    got = 0
    for _ in range(5):
        got += passed(shared, 20, click("ann"))
        later(1)

    assert got == 30


def test_the_bucket_is_no_way_around_the_queue(budget, later):
    shared = budget(1, 0, USUAL)
    call = shared.admit(click("ann")).call
    shared.admit(click("bob"))
    later(0.01)
    assert shared.admit(click("ann")).call == 0
    shared.answered(call)
    shared.flush()
    later(5.1)

    assert [shared.admit(click(person)).call for person in ("ann", "bob")] == [0, 2]


def test_a_place_of_a_person_over_the_limit_holds_up_nobody(budget, later):
    shared = budget(1, 0, PersonLimit(1, 0.01, 5))
    spent(shared, 1)
    for person, path in (("ann", "34"), ("ann", "56"), ("bob", "12")):
        shared.admit(click(person, path))
        later(0.01)
    later(5.1)
    call = shared.admit(click("ann", "34")).call
    shared.answered(call)
    shared.flush()
    later(5.1)

    assert shared.admit(click("bob")).call == 0, "ann's other place comes first"
    assert shared.admit(click("ann", "56")).by_person
    assert shared.admit(click("bob")).call > 0


def test_all_that_is_kept_of_a_person_ends_by_itself(budget, store, later):
    shared = budget(1, 2000, USUAL)
    for path in range(15):
        shared.admit(click("ann", str(path)))
    kept = store.ask("KEYS", PREFIX + "person:*") + store.ask("KEYS", PREFIX + "places:*")

    assert len(kept) == 2
    assert all(0 < store.ask("TTL", key) <= 3601 for key in kept)
    later(3602)
    assert store.ask("KEYS", PREFIX + "p*") == []


def test_a_share_of_the_hour_is_remembered_though_the_hour_turns_out_to_be_longer(budget, store, later):
    shared = budget(0, 2000, PersonLimit(1000, 1000, 1))
    passed(shared, 5, click("ann"))
    later(3500)
    passed(shared, 1, click("ann"))
    assert store.ask("TTL", PREFIX + "person:ann") >= 3600


def test_without_an_hour_the_bucket_is_forgotten_as_soon_as_it_is_full(budget, store):
    shared = budget(0, 0, USUAL)
    passed(shared, 7, click("ann"))

    assert 6 <= store.ask("PTTL", PREFIX + "person:ann") / 1000 <= 7


def test_a_made_up_session_spends_nothing_of_the_person_whom_it_names(limited, store):
    for _ in range(30):
        limited.admit(click("ann"), SessionLookup(tagged("session:gone"), 60, "ann"))

    assert store.ask("KEYS", PREFIX + "*:ann") == []
    assert passed(limited, 30, click("ann")) == 20


# --- courses that TalentLMS does not know ----------------------------------------------------------------------


def test_a_course_that_talentlms_does_not_know_is_not_asked_for_again_for_ten_seconds(budget, store, later):
    shared = budget(3, 0, USUAL)
    store.ask("SET", tagged("session:ann"), "record", "EX", 5)
    shared.remember_unknown("course:99")
    asking = click("ann", item="course:99")

    answer = shared.admit(asking, SessionLookup(tagged("session:ann"), 60, "ann"))
    assert (answer.call, answer.record) == (UNKNOWN_ITEM, b"record")
    assert shared.admit(click("ann", item="course:12")).call == 1
    assert shared.admit(click("ann", item="category:99")).call == 2
    later(5)
    assert shared.admit(asking).call == UNKNOWN_ITEM
    later(5)
    assert shared.admit(asking).call == 3


def test_what_is_asked_for_in_vain_spends_nothing(budget, store):
    shared = budget(3, 0, USUAL)
    shared.remember_unknown("course:99")
    calls(shared, 40, click("ann", item="course:99"))

    assert store.ask("KEYS", PREFIX + "p*") == []
    assert calls(shared, 1, click("ann")) == [1]


def test_every_worker_knows_of_it_and_another_domain_does_not(budget, store):
    budget().remember_unknown("course:99")
    other = SharedBudget(store, "elsewhere", 3, 0, LONGEST)

    assert budget().admit(click("bob", item="course:99")).call == UNKNOWN_ITEM
    assert other.admit(click("bob", item="course:99")).call == 1


def test_only_so_many_are_remembered_the_latest(budget, store, later):
    shared = budget()
    for number in range(1001):
        shared.remember_unknown(f"course:{number}")
        if number == 0:
            later(0.01)

    assert store.ask("ZCARD", PREFIX + "unknown") == 1000
    assert [shared.admit(click(item=f"course:{number}")).call == UNKNOWN_ITEM for number in (0, 1, 1000)] == [
        False,
        True,
        True,
    ]
    assert 0 < store.ask("PTTL", PREFIX + "unknown") <= 10_000
