import threading
import time

import pytest

from gateway.store.connection import Store
from gateway.store.provider_documents import ProviderDocuments
from tests.gateway.threads import at_once

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
    (key,) = store.keys("*")
    assert 3590 < store.ask("TTL", key) <= 3600


def test_a_failure_is_remembered_for_a_moment(documents, store):
    assert not documents.failed_lately(URL)
    documents.failed(URL, 5)
    assert documents.failed_lately(URL)
    assert not documents.failed_lately(KEYS_URL)
    (key,) = store.keys("*")
    assert 3 < store.ask("TTL", key) <= 5


def test_of_twenty_who_want_to_fetch_one_may(documents):
    allowed = at_once(20, lambda _: documents.may_fetch(URL, "kid", 60))
    assert allowed.count(True) == 1
    assert allowed.count(False) == 19


def test_each_reason_and_each_document_has_an_allowance_of_its_own(documents):
    assert documents.may_fetch(URL, "kid", 60)
    assert documents.may_fetch(URL, "lifetime", 60)
    assert documents.may_fetch(KEYS_URL, "kid", 60)
    assert not documents.may_fetch(URL, "kid", 60)


def test_an_allowance_comes_back_after_its_interval(documents, store):
    documents.may_fetch(URL, "kid", 60)
    (key,) = store.keys("*")
    store.ask("PEXPIRE", key, 1)
    time.sleep(0.02)
    assert documents.may_fetch(URL, "kid", 60)


def test_whoever_may_not_fetch_finds_at_once_that_another_does(documents, monkeypatch):
    ask = Store.ask

    def slowly(store, *command):
        if command[0] == "SET":
            time.sleep(0.1)
        return ask(store, *command)

    def asks(_):
        with documents.fetching(URL, "kid", 60) as ours:
            seen = documents.is_being_fetched(URL)
            everybody.wait()
            return ours, seen

    monkeypatch.setattr(Store, "ask", slowly)
    everybody = threading.Barrier(20, timeout=30)
    answers = at_once(20, asks)
    assert sorted(answers) == [(False, True)] * 19 + [(True, True)]
    assert not documents.is_being_fetched(URL)


def test_a_fetch_that_fails_keeps_nobody_waiting_and_its_allowance_is_used_up(documents):
    with pytest.raises(OSError, match="away"), documents.fetching(URL, "kid", 60):
        raise OSError("away")
    assert not documents.is_being_fetched(URL)
    assert not documents.may_fetch(URL, "kid", 60)
