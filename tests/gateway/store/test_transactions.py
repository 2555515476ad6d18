import time

import pytest

from gateway.store.transactions import (
    DEPARTURE_SECONDS,
    TRANSACTION_SECONDS,
    Departures,
    Replayed,
    Transactions,
)
from schemas.transaction import Departure, Transaction
from tests.gateway.threads import at_once

KIMS = Transaction("state-1", "nonce-1", "verifier-1", "acme", "/go/course/12")
BROWSER = "secret-of-the-browser"
LEAVING = Departure("acme", "header.claims.signature", "state-2")


@pytest.fixture
def transactions(store):
    return Transactions(store)


@pytest.fixture
def departures(store):
    return Departures(store)


def test_of_twenty_callbacks_at_once_exactly_one_gets_the_transaction(transactions):
    transactions.remember(KIMS, BROWSER)
    taken = at_once(20, lambda _: transactions.consume(KIMS.state, BROWSER))
    assert taken.count(KIMS) == 1
    assert taken.count(Replayed(KIMS.target)) == 19


def test_a_replay_learns_where_the_sign_in_was_to_lead_and_nothing_else(transactions):
    transactions.remember(KIMS, BROWSER)
    assert transactions.consume(KIMS.state, BROWSER) == KIMS
    assert transactions.consume(KIMS.state, BROWSER) == Replayed("/go/course/12")


@pytest.mark.statement(5)
@pytest.mark.parametrize("browser", ["", "another-browser", BROWSER.upper()])
def test_another_browser_finds_nothing_and_spoils_nothing(transactions, browser):
    transactions.remember(KIMS, BROWSER)
    assert transactions.consume(KIMS.state, browser) is None
    assert transactions.consume(KIMS.state, BROWSER) == KIMS


@pytest.mark.parametrize("state", ["", "state-2", f"state-1\n{BROWSER}"])
def test_a_state_that_nobody_sent_finds_nothing(transactions, state):
    transactions.remember(KIMS, BROWSER)
    assert transactions.consume(state, BROWSER) is None


def test_what_nobody_began_leaves_nothing_in_the_store(transactions, store):
    assert transactions.consume("made-up", BROWSER) is None
    assert store.keys("*") == []
    transactions.remember(KIMS, BROWSER)
    kept = store.keys("*")
    assert transactions.consume(KIMS.state, "another-browser") is None
    assert store.keys("*") == kept


def test_the_name_of_a_record_tells_neither_the_state_nor_the_browsers_secret(transactions, store):
    transactions.remember(KIMS, BROWSER)
    (key,) = store.keys("*")
    assert KIMS.state.encode() not in key
    assert BROWSER.encode() not in key


@pytest.mark.statement(8)
def test_a_transaction_lasts_fifteen_minutes(transactions, store):
    transactions.remember(KIMS, BROWSER)
    (key,) = store.keys("*")
    assert TRANSACTION_SECONDS - 5 < store.ask("TTL", key) <= TRANSACTION_SECONDS == 900
    store.ask("PEXPIRE", key, 1)
    time.sleep(0.02)
    assert transactions.consume(KIMS.state, BROWSER) is None


def test_what_is_left_of_a_taken_transaction_goes_by_itself(transactions, store):
    transactions.remember(KIMS, BROWSER)
    transactions.consume(KIMS.state, BROWSER)
    assert all(0 < store.ask("TTL", key) <= TRANSACTION_SECONDS for key in store.keys("*"))


def test_a_transaction_that_another_version_wrote_is_none(transactions, store):
    transactions.remember(KIMS, BROWSER)
    (key,) = store.keys("*")
    store.ask("SET", key, '{"state": "state-1"}')
    assert transactions.consume(KIMS.state, BROWSER) is None


def test_of_twenty_who_continue_a_sign_out_one_does(departures):
    departures.remember(LEAVING, BROWSER)
    taken = at_once(20, lambda _: departures.consume(BROWSER))
    assert taken.count(LEAVING) == 1
    assert taken.count(None) == 19


def test_a_sign_out_belongs_to_its_browser(departures):
    departures.remember(LEAVING, BROWSER)
    assert departures.consume("another-browser") is None
    assert departures.consume(BROWSER) == LEAVING


def test_a_sign_out_waits_ten_minutes(departures, store):
    departures.remember(LEAVING, BROWSER)
    (key,) = store.keys("*")
    assert DEPARTURE_SECONDS - 5 < store.ask("TTL", key) <= DEPARTURE_SECONDS == 600


def test_a_departure_is_never_taken_for_a_transaction(departures, transactions):
    departures.remember(LEAVING, BROWSER)
    assert transactions.consume("departure", BROWSER) is None
