"""``talentlms-gateway scim``: what operators see of the directory, and what they try again."""

import json

import pytest

from gateway.database.assigned_people import PersonQueue
from gateway.database.directory_store import DirectoryStore
from gateway.database.holdings import Holdings
from gateway.database.upgrade import opened
from gateway.scim.people import draft_of_user
from schemas.identity import person_key
from schemas.secret import Secret
from tests.gateway.called import called
from tests.gateway.flows.pushed import resource
from tests.gateway.test_factory import clean_environment


@pytest.fixture
def database(tmp_path):
    database = opened(Secret(f"sqlite:///{tmp_path / 'gateway.db'}"))
    yield database
    database.close()


@pytest.fixture
def people(database):
    """Three people: one is due, one failed, and one has no account any more."""
    assigned = Holdings(database).assignments.people
    users, queue = DirectoryStore(database, assigned).users, PersonQueue(database)
    ids = {}
    for name in ("ann", "bob", "cem"):
        ids[name] = users.create("default", draft_of_user(resource(name), person_key("https://id", name))).id
    for _ in range(3):
        (claim,) = queue.claim()
        is_bob = claim.person == person_key("https://id", "bob")
        queue.finish(claim, *(("dead", "seats-used-up", "take a larger plan") if is_bob else ("done",)))
    users.delete("default", ids["cem"], lambda _: True)
    return queue


@pytest.fixture
def command(tmp_path, own_log_handlers):
    environment = clean_environment(STATE_DIRECTORY=str(tmp_path))
    return lambda *arguments: called(("scim", *arguments), environment)


def test_before_anybody_was_pushed_there_is_nothing_to_show(command, database):
    assert command("status").stdout == "Nobody has pushed anything.\n"
    assert json.loads(command("status", "--json").stdout) == []
    assert command("failed", "default").stdout == "nobody\n"
    done = command("show", "ann@acme.example")
    assert (done.returncode, done.stderr) == (1, "Nobody whom a provider pushed is known by 'ann@acme.example'.\n")


def test_status_counts_people_and_how_it_stands_with_their_accounts(command, people):
    assert json.loads(command("status", "--json").stdout) == [
        {"provider": "default", "people": 2, "active": 2, "groups": 0, "stopped_at": None, "due": 1, "failed": 1}
    ]
    head, row = command("status").stdout.splitlines()
    assert head.split() == ["PROVIDER", "PEOPLE", "ACTIVE", "GROUPS", "DUE", "FAILED", "STOPPED", "SINCE"]
    assert row.split() == ["default", "2", "2", "0", "1", "1", "-"]


@pytest.mark.parametrize("who", ["BOB@acme.example", "bob-1", person_key("https://id", "bob")])
def test_somebody_is_shown_with_what_keeps_their_account_from_following(command, people, who):
    (found,) = json.loads(command("show", who, "--json").stdout)
    assert found == {
        "provider": "default",
        "user_name": "bob@acme.example",
        "external_id": "bob-1",
        "person": person_key("https://id", "bob"),
        "is_active": True,
        "is_deleted": False,
        "state": "dead",
        "error": "seats-used-up",
        "note": "take a larger plan",
    }
    assert "note: take a larger plan" in command("show", who).stdout.splitlines()


def test_somebody_who_was_deleted_is_found_by_their_last_name(command, people):
    (found,) = json.loads(command("show", "cem@acme.example", "--json").stdout)
    assert (found["is_deleted"], found["is_active"], found["state"]) == (True, False, "waiting")


def test_those_who_failed_are_listed_and_tried_again(command, people):
    assert [one["user_name"] for one in json.loads(command("failed", "default", "--json").stdout)] == [
        "bob@acme.example"
    ]
    assert command("retry", "default").stdout == "people that are tried again: 1\n"
    assert command("retry", "default").stdout == "people that are tried again: 0\n"
    assert person_key("https://id", "bob") in {claim.person for claim in people.claim(5)}


@pytest.mark.parametrize("words", [("failed",), ("retry",)])
def test_a_provider_that_there_is_not_is_refused(command, words):
    done = command(*words, "nobody")
    assert (done.returncode, done.stderr) == (1, "No identity provider is called 'nobody'. There are: default.\n")
