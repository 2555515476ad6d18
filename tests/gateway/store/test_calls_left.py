"""How many calls the hour still has, in both stores, is what the script itself reckons with."""

import pytest

from gateway.errors import StoreUnavailable
from gateway.store.budget import SharedBudget
from gateway.store.connection import connect
from schemas.secret import Secret
from tests.gateway.store.clicks import LONGEST, calls


def test_without_a_limit_by_the_hour_there_is_no_figure(budget):
    assert budget(per_5_seconds=3).calls_left() is None


def test_it_is_what_was_not_spent_yet(budget):
    shared = budget(per_5_seconds=0, per_hour=10)
    assert shared.calls_left() == 10
    calls(shared, 4)
    assert shared.calls_left() == 6
    calls(shared, 7)
    assert shared.calls_left() == 0


def test_what_talentlms_says_counts_where_that_is_less(budget):
    shared = budget(per_5_seconds=0, per_hour=100)
    shared.note_limits(2000, 3, 0, shared.may_ask())
    assert shared.calls_left() <= 100
    shared = budget(per_5_seconds=0, per_hour=100)
    (first,) = calls(shared, 1)
    assert first > 0
    assert shared.calls_left() == sum(call > 0 for call in calls(shared, 200))


def test_with_a_new_hour_all_are_there_again(budget, later):
    shared = budget(per_5_seconds=0, per_hour=10)
    calls(shared, 10)
    later(3700)
    assert shared.calls_left() == 10


def test_with_the_store_away_nobody_knows():
    shared = SharedBudget(connect(Secret("redis://127.0.0.1:9/0")), "portal", 0, 10, LONGEST)
    with pytest.raises(StoreUnavailable):
        shared.calls_left()
