import pytest
from sqlalchemy import func, select

from bench import directory_rows, scim_client
from bench.directory_rows import GROUP, user_id
from bench.people import ISSUER
from gateway.database.assigned_people import PersonQueue
from gateway.database.directory_store import DirectoryStore
from gateway.database.directory_tables import SCIM_EMAILS
from gateway.flows.directory import Directory
from schemas.directory import Condition, ListQuery
from schemas.identity import person_key
from tests.gateway.database.conftest import database, database_url, kind, opened  # noqa: F401

PROVIDER = scim_client.PROVIDER


@pytest.fixture
def store(database, monkeypatch):  # noqa: F811
    monkeypatch.setattr(directory_rows, "AT_ONCE", 7)
    monkeypatch.setattr(directory_rows, "LARGEST_GROUP", 9)
    directory_rows.fill(database, 20)
    return DirectoryStore(database)


def test_so_many_people_are_there_and_the_first_of_them_are_in_a_group(store, database):  # noqa: F811
    totals = [store.users.search(PROVIDER, ListQuery(where=where)).total for where in (None, _active(), _active("no"))]
    assert (totals, store.groups.search(PROVIDER, ListQuery(count=0)).total) == ([20, 20, 0], 1)
    assert [one.id for one in store.groups.find(PROVIDER, GROUP).members] == [user_id(n) for n in range(1, 10)]
    assert [bool(store.users.find(PROVIDER, user_id(number)).groups) for number in (9, 10)] == [True, False]
    assert PersonQueue(database).next_at() is None
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(SCIM_EMAILS)).scalar() == 20


def _active(value="yes"):
    return Condition("active", "eq", value == "yes")


def test_people_are_as_if_they_had_been_pushed(store):
    """Whoever is told of as they are is not changed by that."""
    directory = Directory(store.users, store.connections, {PROVIDER: ISSUER}, lambda _: 0, "https://x.example/scim/v2")
    before = store.users.find(PROVIDER, user_id(7))
    directory.replace(PROVIDER, user_id(7), scim_client.user(7))
    assert store.users.find(PROVIDER, user_id(7)) == before
    assert before.person == person_key(ISSUER, scim_client.external_id(7))
    made = directory.create(PROVIDER, scim_client.user(21))
    for field, value in (
        ("user_name", made["userName"]),
        ("email", made["userName"]),
        ("external_id", "00u" + "21".zfill(17)),
    ):
        assert [
            one.id for one in store.users.search(PROVIDER, ListQuery(where=Condition(field, "eq", value))).items
        ] == [made["id"]]
