import time

import pytest

from gateway.store.failover import TAKE_OVER_SECONDS
from gateway.store.transactions import DEPARTURE_SECONDS, REPEAT_SECONDS, Departures, UsedStates
from schemas.transaction import Departure
from tests.gateway.threads import at_once

BROWSER = "secret-of-the-browser"
LEAVING = Departure("acme", "header.claims.signature", "state-2")


@pytest.fixture
def used_states(store):
    return UsedStates(store)


@pytest.fixture
def departures(store):
    return Departures(store)


@pytest.mark.statement(11)
def test_of_twenty_callbacks_at_once_exactly_one_is_the_first(used_states):
    assert at_once(20, lambda _: used_states.use("state-1", 900)).count(True) == 1
    assert not used_states.use("state-1", 900)
    assert used_states.use("state-2", 900)


@pytest.mark.statement(11)
def test_a_state_is_remembered_for_as_long_as_its_sign_in_could_still_be_completed(used_states, store):
    assert used_states.use("state-1", 77)
    (key,) = store.ask("KEYS", "*")
    assert 70 < store.ask("TTL", key) <= 77
    assert not used_states.use("state-1", 900)
    assert store.ask("TTL", key) <= 77
    store.ask("PEXPIRE", key, 1)
    time.sleep(0.02)
    assert used_states.use("state-1", 77)


def test_the_name_of_a_record_does_not_tell_the_state(used_states, store):
    used_states.use("state-1", 77)
    (key,) = store.ask("KEYS", "*")
    assert b"state-1" not in key


def test_a_use_whose_answer_got_lost_is_still_the_first(store, monkeypatch):
    """A connection that breaks between command and answer is opened anew, and the command is sent again."""
    used_states, ask = UsedStates(store), store.ask

    def twice(*command):
        ask(*command)
        return ask(*command)

    monkeypatch.setattr(store, "ask", twice)
    assert used_states.use("state-1", 77)
    assert not used_states.use("state-1", 77)


def test_of_twenty_who_continue_a_sign_out_one_does(departures):
    departures.remember(LEAVING, BROWSER)
    taken = at_once(20, lambda _: departures.take(BROWSER))
    assert taken.count(LEAVING) == 1
    assert taken.count(None) == 19


def test_a_sign_out_whose_answer_got_lost_is_still_taken_once(departures, store, monkeypatch):
    departures.remember(LEAVING, BROWSER)
    take = departures._take
    with monkeypatch.context() as lost:
        lost.setattr(departures, "_take", lambda *asked: (take(*asked), take(*asked))[1])
        assert departures.take(BROWSER) == LEAVING
    assert departures.take(BROWSER) is None
    (key,) = store.ask("KEYS", "*")
    assert 0 < store.ask("TTL", key) <= REPEAT_SECONDS


def test_a_sign_out_belongs_to_its_browser(departures):
    departures.remember(LEAVING, BROWSER)
    assert departures.take("another-browser") is None
    assert departures.take(BROWSER) == LEAVING


def test_a_sign_out_waits_ten_minutes(departures, store):
    departures.remember(LEAVING, BROWSER)
    (key,) = store.ask("KEYS", "*")
    assert DEPARTURE_SECONDS - 5 < store.ask("TTL", key) <= DEPARTURE_SECONDS == 600


def test_a_departure_can_be_taken_again_as_long_as_its_question_is_repeated():
    assert REPEAT_SECONDS > TAKE_OVER_SECONDS
