"""Redis is emptied in the middle, and nobody's account is lost; nor by a restart of the database server."""

import contextlib

import pytest

from tests.journeys.backing_services import start_redis
from tests.journeys.gateway_process import gateway_at
from tests.journeys.visitor import title

LATER = "Sign-ins have to wait a moment"


@pytest.fixture
def store(tmp_path):
    server = start_redis(tmp_path)
    yield server
    server.process.stop()


@pytest.fixture
def gateways(tmp_path, addresses, portal, practising_provider, store):
    """Start gateways that share a Redis and a database, all at the same moment."""
    with contextlib.ExitStack() as stops:

        def started(database_url, *names):
            made = []
            for name in names:
                settings = {"GATEWAY_DATABASE_URL": database_url, "WEB_CONCURRENCY": "1"}
                gateway = gateway_at(addresses[name], tmp_path, portal, practising_provider, store.url(), settings)
                stops.callback(gateway.end)
                gateway.process = gateway.launched()
                made.append(gateway)
            for gateway in made:
                gateway.process.when(gateway.answers)
                gateway.process.when(gateway.examinations)
            return made

        yield started


@pytest.fixture
def unverified(practising_provider, numbers):
    """Add somebody at the provider whose address nobody verifies; the login."""

    def add():
        number = next(numbers)
        names = {"given_name": "Ursula", "family_name": f"Noword{number}", "email": f"ursula{number}@acme.example"}
        return practising_provider.control.add_person(f"ursula{number}", email_verified=False, **names)

    return add


def own_password(portal, login):
    """Have the person set a password of their own, so that no managed password proves whose account it is."""
    user = portal.user(f"{login}@acme.example")
    portal.administer("edituser", user_id=str(user["id"]), password="Own-Password-1")
    return user["id"]


def empty(store):
    with store.client() as client:
        client.flushall()


def test_an_emptied_redis_costs_a_sign_in_and_no_account_on_sqlite(
    gateways, portal, store, unverified, visit, tmp_path
):
    [gateway] = gateways(f"sqlite:///{tmp_path / 'state' / 'gateway.db'}", "lasting")
    login = unverified()
    visitor = visit(gateway.url, login)
    assert "Ursula" in visitor.go("/go/course/12").text
    user_id = own_password(portal, login)
    portal.control.clear_calls()

    empty(store)
    passed_by = visitor.ask("/go/course/12")
    assert passed_by.headers["Location"].startswith("/login")
    assert "Ursula" in visitor.go("/go/course/12").text
    assert portal.operations() == ["gotocourse"]
    gateway.stop()
    portal.control.clear_calls()
    gateway.start()
    empty(store)
    assert "Ursula" in visit(gateway.url, login).go("/go/course/12").text

    assert [user["id"] for user in portal.users(f"{login}@acme.example")] == [user_id]
    assert portal.operations() == ["gotocourse"]


@pytest.mark.timeout(180)
def test_nor_on_postgresql_with_three_gateways_and_a_restart_of_its_server(
    gateways, portal, store, unverified, visit, postgresql
):
    names = ("lasting", "lasting-second", "lasting-third")
    three = gateways(postgresql.new_database().reveal(), *names)
    logins = [unverified() for _ in three]
    visitors = [visit(gateway.url, login) for gateway, login in zip(three, logins, strict=True)]
    for visitor in visitors:
        assert "Ursula" in visitor.go("/go/course/12").text
    accounts = [own_password(portal, login) for login in logins]
    newcomer = unverified()
    late = visit(three[0].url, newcomer)

    postgresql.stop()
    portal.control.clear_calls()
    for visitor in visitors:
        assert "Ursula" in visitor.go("/go/course/12").text
    refused = late.go("/go/course/12")
    assert (refused.status_code, title(refused)) == (503, LATER)
    assert [gateway.readiness() for gateway in three] == [(200, "unavailable"), (200, "ok"), (200, "ok")]
    assert portal.operations() == ["gotocourse"] * 3
    postgresql.start()

    empty(store)
    portal.control.clear_calls()
    elsewhere = [visit(gateway.url, login) for gateway, login in zip(three[1:] + three[:1], logins, strict=True)]
    for visitor in elsewhere:
        assert "Ursula" in visitor.go("/go/course/12").text
    assert portal.operations() == ["gotocourse"] * 3
    assert [portal.user(f"{login}@acme.example")["id"] for login in logins] == accounts

    assert "Ursula" in late.go("/go/course/12").text
    assert len(portal.users(f"{newcomer}@acme.example")) == 1
