import time

import pytest

from gateway.store.attempts import Attempts
from tests.gateway.threads import at_once


@pytest.fixture
def attempts(store):
    return Attempts(store, window=900)


def test_failures_are_counted_each_for_itself(attempts):
    attempts.failed("person:kim")
    attempts.failed("person:kim")
    attempts.failed("address:203.0.113.7")
    assert attempts.count("person:kim", "person:uma", "address:203.0.113.7") == [2, 0, 1]


def test_no_failure_of_twenty_at_once_is_lost(attempts):
    at_once(20, lambda _: attempts.failed("person:kim"))
    assert attempts.count("person:kim") == [20]


def test_the_window_begins_with_the_first_failure_and_later_ones_do_not_prolong_it(attempts, store):
    attempts.failed("person:kim")
    (key,) = store.ask("KEYS", "*")
    assert 890 < store.ask("TTL", key) <= 900
    store.ask("EXPIRE", key, 10)
    attempts.failed("person:kim")
    assert store.ask("TTL", key) <= 10


def test_after_the_window_the_count_begins_anew(attempts, store):
    attempts.failed("person:kim")
    (key,) = store.ask("KEYS", "*")
    store.ask("PEXPIRE", key, 1)
    time.sleep(0.02)
    attempts.failed("person:kim")
    assert attempts.count("person:kim") == [1]
    assert store.ask("TTL", key) > 890
