import contextvars

import pytest

from gateway import deadline
from tests.gateway.threads import at_once


@pytest.fixture(autouse=True)
def own_context():
    """A deadline that a test starts ends with it."""
    yield
    deadline.clear()


def test_without_a_deadline_a_step_gets_what_it_would_like():
    deadline.clear()
    assert deadline.remaining(12.0) == 12.0


def test_a_step_gets_no_more_than_what_is_left():
    deadline.start(5.0)
    assert 4.0 < deadline.remaining(12.0) <= 5.0
    assert deadline.remaining(1.0) == 1.0


def test_after_the_deadline_nothing_is_left_and_never_less_than_nothing():
    deadline.start(-3.0)
    assert deadline.remaining(12.0) == 0.0


def test_a_browser_waits_fifteen_seconds():
    deadline.start()
    assert 14.0 < deadline.remaining(100.0) <= 15.0


def test_a_new_start_replaces_the_old_deadline_and_a_clear_takes_it_off():
    deadline.start(-1.0)
    deadline.start(5.0)
    assert deadline.remaining(12.0) > 4.0
    deadline.clear()
    assert deadline.remaining(12.0) == 12.0


def test_the_deadline_of_one_piece_of_work_is_not_anothers():
    deadline.start(1.0)

    def other(number):
        deadline.start(10.0 + number)
        return deadline.remaining(100.0)

    assert all(left > 9.0 for left in at_once(5, other))
    assert contextvars.Context().run(deadline.remaining, 12.0) == 12.0
    assert deadline.remaining(12.0) <= 1.0
