"""Leavers whose sessions could not be ended at once, and who may sign in."""

import pytest

from gateway.database import person_rows
from gateway.database.directory_report import DirectoryReport
from gateway.database.directory_store import DirectoryStore
from gateway.database.upgrade import opened
from gateway.errors import PersonDeactivated, StoreUnavailable
from gateway.flows import directory as flow
from gateway.flows.directory import Directory
from gateway.flows.directory_people import DirectoryPeople, PushingProvider
from gateway.scim.errors import ScimError
from schemas.identity import person_key
from schemas.secret import Secret
from tests.databases import new_database

ISSUER = "https://id.acme.example"
KEY = person_key(ISSUER, "kim-1")
KIM = {"userName": "kim@acme.example", "externalId": "kim-1"}
OFF = {"Operations": [{"op": "replace", "value": {"active": False}}]}


class Sessions:
    """Ends sessions, or cannot for a while."""

    def __init__(self):
        self.is_away = False
        self.ended = []

    def __call__(self, person):
        if self.is_away:
            raise StoreUnavailable
        self.ended.append(person)
        return 0


@pytest.fixture
def sessions():
    return Sessions()


@pytest.fixture
def store(tmp_path):
    database = opened(Secret(new_database(tmp_path)))
    yield DirectoryStore(database)
    database.close()


@pytest.fixture
def directory(sessions, store):
    issuers = {"acme": ISSUER, "other": "https://id.other.example"}
    return Directory(store.users, store.connections, issuers, sessions, "https://x.example/scim/v2")


@pytest.fixture
def may_enter(store):
    """Return whether a person may sign in."""
    pushing = {
        "acme": PushingProvider(ISSUER, "groups"),
        "other": PushingProvider("https://id.other.example", "groups"),
    }
    people = DirectoryPeople(store, pushing)

    def now(person=KEY):
        try:
            people.check(person)
        except PersonDeactivated:
            return False
        return True

    return now


@pytest.fixture
def kim(directory):
    return directory.create("acme", KIM)["id"]


@pytest.mark.parametrize("leave", ["patch", "delete"])
def test_what_failed_is_done_when_the_client_tries_again(directory, sessions, kim, leave, may_enter):
    def leaves():
        return directory.patch("acme", kim, OFF) if leave == "patch" else directory.delete("acme", kim)

    sessions.is_away = True
    with pytest.raises(StoreUnavailable):
        leaves()
    assert not may_enter(KEY)
    sessions.is_away = False
    if leave == "delete":
        with pytest.raises(ScimError, match="no such user"):
            leaves()
    else:
        leaves()
    assert sessions.ended == [KEY]


@pytest.mark.parametrize("leave", ["patch", "delete"])
def test_nobody_is_signed_out_by_what_the_guard_refuses(directory, sessions, kim, monkeypatch, leave, may_enter):
    monkeypatch.setattr(flow, "may_deactivate", lambda _: False)
    with pytest.raises(ScimError, match="scim resume acme"):
        directory.patch("acme", kim, OFF) if leave == "patch" else directory.delete("acme", kim)
    assert sessions.ended == []
    assert may_enter(KEY)


def test_who_is_active_anywhere_or_unknown_may_sign_in(directory, kim, may_enter):
    assert may_enter("0" * 32)
    assert may_enter(KEY)
    directory.patch("acme", kim, OFF)
    assert not may_enter(KEY)
    directory.create("other", KIM)  # the same externalId at another issuer is another person
    assert not may_enter(KEY)
    directory.delete("acme", kim)
    assert not may_enter(KEY)
    directory.create("acme", KIM)
    assert may_enter(KEY)


def test_a_new_external_id_is_another_person_and_both_are_signed_out(directory, sessions, kim):
    changed = {"op": "replace", "value": {"externalId": "kim-2", "active": False}}
    directory.patch("acme", kim, {"Operations": [changed]})
    assert sorted(sessions.ended) == sorted([KEY, person_key(ISSUER, "kim-2")])


def test_whoever_was_deleted_and_erased_is_still_kept_out_and_can_be_told_of_again(directory, store, kim, may_enter):
    directory.delete("acme", kim)
    with store.connections.database.transaction() as connection:
        assert person_rows.erase(connection, [KEY]) == 1
    assert not may_enter()
    (found,) = DirectoryReport(store.connections.database).named(KEY, 10)
    assert (found.user_name, found.is_deleted) == ("", True)
    assert directory.create("acme", KIM)["id"] == kim
    assert may_enter()


def test_somebody_who_is_told_of_as_inactive_is_signed_out_or_the_client_sends_it_again(directory, sessions):
    sessions.is_away = True
    with pytest.raises(StoreUnavailable):
        directory.create("acme", KIM | {"active": False})
    sessions.is_away = False
    directory.create("acme", KIM | {"active": False})
    assert set(sessions.ended) == {KEY}
