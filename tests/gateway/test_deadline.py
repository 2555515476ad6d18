import contextvars
from types import SimpleNamespace

import pytest

from gateway import deadline
from tests.gateway.threads import at_once


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The clock that deadlines are held to; it stands still until a test puts its ``now`` forward."""
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(deadline, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


def test_without_a_deadline_a_step_gets_what_it_would_like(clock):
    deadline.clear()
    clock.now += 100.0
    assert deadline.remaining(12.0) == 12.0


def test_a_step_gets_no_more_than_what_is_left(clock):
    deadline.start(5.0)
    assert deadline.remaining(12.0) == 5.0
    assert deadline.remaining(1.0) == 1.0
    clock.now += 4.5
    assert deadline.remaining(12.0) == 0.5
    assert deadline.remaining(1.0) == 0.5


def test_after_the_deadline_nothing_is_left_and_never_less_than_nothing(clock):
    deadline.start(3.0)
    clock.now += 3.0
    assert deadline.remaining(12.0) == 0.0
    clock.now += 60.0
    assert deadline.remaining(12.0) == 0.0


def test_a_browser_waits_fifteen_seconds(clock):
    deadline.start()
    assert deadline.remaining(100.0) == 15.0
    clock.now += 15.0
    assert deadline.remaining(100.0) == 0.0


def test_a_new_start_replaces_the_old_deadline_and_a_clear_takes_it_off(clock):
    deadline.start(1.0)
    clock.now += 2.0
    deadline.start(5.0)
    assert deadline.remaining(12.0) == 5.0
    deadline.clear()
    assert deadline.remaining(12.0) == 12.0


def test_the_deadline_of_one_piece_of_work_is_not_anothers():
    deadline.start(1.0)

    def other(number):
        deadline.start(10.0 + number)
        return deadline.remaining(100.0)

    assert sorted(at_once(5, other)) == [10.0, 11.0, 12.0, 13.0, 14.0]
    assert contextvars.Context().run(deadline.remaining, 12.0) == 12.0
    assert deadline.remaining(12.0) == 1.0
