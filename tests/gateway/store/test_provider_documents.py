import threading
import time
from contextlib import ExitStack

import pytest

from gateway.store.keys import tagged
from gateway.store.provider_documents import WAITING_AT_ONCE, ProviderDocuments
from tests.gateway.threads import at_once
from tests.patience import PATIENT_SECONDS

URL = "https://id.acme.example/.well-known/openid-configuration"
KEYS_URL = "https://id.acme.example/keys"
CONTENT = {"issuer": "https://id.acme.example", "names": ["Müller"]}


@pytest.fixture
def documents(store):
    return ProviderDocuments(store, keep=3600)


def test_a_document_comes_back_with_its_age(documents):
    assert documents.find(URL) is None
    put = documents.put(URL, CONTENT)
    found = documents.find(URL)
    assert found == put
    assert found.content == CONTENT
    assert 0 <= found.age < 60
    assert documents.find(KEYS_URL) is None


def test_a_newer_copy_takes_the_place_of_the_older_one(documents):
    older = documents.put(URL, CONTENT)
    newer = documents.put(URL, {"issuer": "changed"})
    assert documents.find(URL) == newer
    assert newer.fetched_at >= older.fetched_at


def test_a_copy_is_gone_after_the_time_that_copies_are_kept(documents, store):
    documents.put(URL, CONTENT)
    (key,) = store.ask("KEYS", "*")
    assert 3590 < store.ask("TTL", key) <= 3600


def test_a_failure_is_remembered_for_a_moment(documents, store):
    assert not documents.failed_lately(URL)
    documents.failed(URL, 5)
    assert documents.failed_lately(URL)
    assert not documents.failed_lately(KEYS_URL)
    (key,) = store.ask("KEYS", "*")
    assert 3 < store.ask("TTL", key) <= 5


def may_fetch(documents, url, reason, seconds, most=1):
    """Return whether the allowance was there, once nobody else is fetching the document."""
    while True:
        with documents.fetching(url, reason, seconds, most) as attempt:
            if not attempt.is_anothers:
                return attempt.is_ours


def test_of_twenty_who_want_to_fetch_one_may(documents):
    allowed = at_once(20, lambda _: may_fetch(documents, URL, "sign-in", 60))
    assert allowed.count(True) == 1
    assert allowed.count(False) == 19


def test_each_reason_and_each_document_has_an_allowance_of_its_own(documents):
    assert may_fetch(documents, URL, "sign-in", 60)
    assert may_fetch(documents, URL, "lifetime", 60)
    assert may_fetch(documents, KEYS_URL, "sign-in", 60)
    assert not may_fetch(documents, URL, "sign-in", 60)


def test_an_allowance_comes_back_after_its_interval(documents, store):
    may_fetch(documents, URL, "sign-in", 60)
    (key,) = store.ask("KEYS", "*")
    store.ask("PEXPIRE", key, 1)
    time.sleep(0.02)
    assert may_fetch(documents, URL, "sign-in", 60)


def test_so_many_are_allowed_at_once_and_then_one_after_each_interval(documents, store):
    assert [may_fetch(documents, URL, "sign-in", 60, 3) for _ in range(5)] == [True] * 3 + [False] * 2
    (key,) = store.ask("KEYS", "*")
    for passed in (60, 60, 1):
        store.ask("PEXPIRE", key, store.ask("PTTL", key) - passed * 1000)
        left = [may_fetch(documents, URL, "sign-in", 60, 3) for _ in range(2)]
        assert left == [passed == 60, False]
    store.ask("PEXPIRE", key, store.ask("PTTL", key) - 150_000)
    assert [may_fetch(documents, URL, "sign-in", 60, 3) for _ in range(4)] == [True, True, False, False]


def test_an_allowance_that_nobody_uses_is_forgotten(documents, store):
    for _ in range(3):
        may_fetch(documents, URL, "sign-in", 60, 3)
    (key,) = store.ask("KEYS", "*")
    assert 170 <= store.ask("TTL", key) <= 180


def test_of_twenty_who_want_a_burst_of_three_three_get_it(documents):
    allowed = at_once(20, lambda _: may_fetch(documents, URL, "sign-in", 60, 3))
    assert allowed.count(True) == 3


def test_whoever_may_not_fetch_finds_at_once_that_another_does(documents):
    def asks(_):
        with documents.fetching(URL, "sign-in", 60, 3) as attempt:
            seen = documents.under_way(URL) is not None
            everybody.wait()
            return attempt.is_ours, attempt.is_anothers, seen

    everybody = threading.Barrier(20, timeout=PATIENT_SECONDS)
    answers = at_once(20, asks)
    assert sorted(answers) == [(False, True, True)] * 19 + [(True, False, True)]
    assert documents.under_way(URL) is None
    assert [may_fetch(documents, URL, "sign-in", 60, 3) for _ in range(3)] == [True, True, False]


def test_two_reasons_do_not_fetch_the_same_document_at_once_and_two_documents_are_fetched_side_by_side(documents):
    with documents.fetching(URL, "logout", 60):
        with documents.fetching(URL, "sign-in", 60) as attempt:
            assert (attempt.is_ours, attempt.is_anothers) == (False, True)
        with documents.fetching(KEYS_URL, "sign-in", 60) as attempt:
            assert attempt.is_ours
        assert documents.under_way(URL) is not None
    assert may_fetch(documents, URL, "sign-in", 60)


def test_a_spent_allowance_is_told_apart_from_a_fetch_under_way(documents):
    may_fetch(documents, URL, "logout", 60)
    with documents.fetching(URL, "logout", 60) as attempt:
        assert (attempt.is_ours, attempt.is_anothers) == (False, False)
        assert documents.under_way(URL) is None


def test_without_a_limit_it_may_be_fetched_again_and_again_but_not_twice_at_once(documents, store):
    for _ in range(5):
        with documents.fetching(URL, "first", 0) as attempt, documents.fetching(URL, "first", 0) as second:
            assert (attempt.is_ours, second.is_ours) == (True, False)
    assert store.ask("KEYS", "*") == []


def test_how_long_a_fetch_has_been_under_way_is_told(documents, store):
    with documents.fetching(URL, "first", 0):
        assert 0 <= documents.under_way(URL) < 3
        store.ask("PEXPIRE", tagged(f"provider-fetching:{URL}"), 4000)
        assert 6 <= documents.under_way(URL) < 7


def test_a_fetch_that_fails_keeps_nobody_waiting_and_its_allowance_is_used_up(documents):
    with pytest.raises(OSError, match="away"), documents.fetching(URL, "sign-in", 60):
        raise OSError("away")
    assert documents.under_way(URL) is None
    assert not may_fetch(documents, URL, "sign-in", 60)


def test_the_mark_of_a_fetch_that_took_too_long_is_not_taken_from_its_successor(documents, store):
    with documents.fetching(URL, "first", 0):
        store.ask("DEL", tagged(f"provider-fetching:{URL}"))
        successor = documents.fetching(URL, "first", 0)
        assert successor.__enter__().is_ours
    assert documents.under_way(URL) is not None
    successor.__exit__(None, None, None)
    assert documents.under_way(URL) is None


def test_an_answer_that_got_lost_is_asked_for_again_and_takes_nothing_twice(documents, store, monkeypatch):
    begin = documents._begin
    monkeypatch.setattr(documents, "_begin", lambda *asked: [begin(*asked), begin(*asked)][-1])
    with documents.fetching(URL, "sign-in", 60, 3) as attempt:
        assert attempt.is_ours
        (bucket,) = store.ask("KEYS", tagged("provider-fetch:*"))
        assert 50 < store.ask("TTL", bucket) <= 60


def test_so_many_may_wait_for_each_purpose(documents):
    with ExitStack() as stack:
        places = [stack.enter_context(documents.place_to_wait("logout")) for _ in range(18)]
        assert places == [True] * WAITING_AT_ONCE["logout"] + [False] * 2
        assert stack.enter_context(documents.place_to_wait("sign-in"))
    with documents.place_to_wait("logout") as there_is_one:
        assert there_is_one


def test_a_copy_can_be_forgotten(documents, store):
    documents.put(URL, CONTENT)
    documents.failed(URL, 60)
    documents.put(KEYS_URL, CONTENT)
    assert [documents.forget(URL), documents.forget(URL)] == [True, False]
    assert store.ask("KEYS", "*") == [tagged(f"provider-document:{KEYS_URL}").encode()]


def test_an_attempt_that_is_given_back_leaves_the_allowance_as_it_was(documents):
    for _ in range(5):
        with documents.fetching(URL, "new key", 60, 2) as attempt:
            assert attempt.is_ours
            documents.give_back(URL, "new key", 60, attempt)
            documents.give_back(URL, "new key", 60, attempt)  # as after an answer that got lost
    taken = []
    for _ in range(3):
        with documents.fetching(URL, "new key", 60, 2) as attempt:
            taken.append(attempt.is_ours)
    assert taken == [True, True, False]
