import pytest

from gateway.database import launched_enrolments
from gateway.database.launched_enrolments import LaunchedEnrolments
from tests.gateway.database.clock import Clock
from tests.gateway.threads import at_once


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch, launched_enrolments)


@pytest.fixture
def launched(database, clock):
    return LaunchedEnrolments(database)


def test_the_newest_launch_of_a_storefront_counts(launched, clock):
    assert launched.begun_at("shop", 7, 12) is None
    launched.begin("shop", 7, 12)
    clock.now += 60
    launched.begin("shop", 7, 12)
    launched.begin("shop", 7, 34)
    launched.begin("other", 7, 56)
    assert launched.begun_at("shop", 7, 12) == clock.now
    assert [launched.begun_at("other", 7, 12), launched.begun_at("shop", 8, 12)] == [None, None]
    assert launched.courses("shop", 7) == {12, 34}


def test_of_two_clicks_in_one_moment_neither_fails(launched, clock):
    at_once(10, lambda _: launched.begin("shop", 7, 12))
    assert launched.begun_at("shop", 7, 12) == clock.now
