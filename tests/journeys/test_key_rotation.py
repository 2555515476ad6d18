"""An operator puts a new key in front and restarts the gateway."""

import pytest

from tests.journeys.gateway_process import SECRET_KEY, gateway_at
from tests.journeys.visitor import csrf_token, title

NEW_KEY = "second-key-of-the-journeys-fedcba9876543210"


@pytest.fixture
def rotating(folder, addresses, portal, provider, redis_server):
    settings = {"WEB_CONCURRENCY": "1"}
    gateway = gateway_at(addresses["rotating"], folder, portal, provider, redis_server.url(3), settings)
    yield gateway.start()
    gateway.end()


@pytest.fixture
def rotate(rotating):
    def put(keys):
        rotating.end()
        rotating.start(GATEWAY_SECRET_KEYS=keys)

    return put


@pytest.mark.statement(65)
def test_sessions_forms_and_accounts_survive_and_the_password_follows(rotating, rotate, portal, visit, newcomers):
    person, leaver, starter = newcomers(), newcomers(), newcomers()
    visitor, leaving, starting = (visit(rotating.url, one.login) for one in (person, leaver, starter))
    visitor.go("/go")
    leaving.go("/go")
    form = {"csrf_token": csrf_token(leaving.ask("/logout"))}
    callback = starting.go("/login?next=/go", until=f"{rotating.url}/callback/").headers["Location"]
    before = _password(portal, person)

    rotate(f"{NEW_KEY},{SECRET_KEY}")

    portal.control.clear_calls()
    assert person.name in visitor.go("/go").text
    assert portal.operations() == ["userlogin"]
    assert title(leaving.follow(leaving.ask("/logout", form))) == "You are signed out"
    assert starter.first_name in starting.go(callback).text
    portal.control.clear_calls()
    assert person.name in visit(rotating.url, person.login).go("/go").text
    assert portal.operations() == ["userlogin", "edituser", "userlogin"]
    assert _password(portal, person) != before

    rotate(NEW_KEY)

    portal.control.clear_calls()
    assert person.name in visitor.go("/go").text
    assert portal.operations() == ["userlogin"]


def test_without_the_old_key_the_session_goes_on_and_the_next_sign_in_mends_the_password(
    rotating, rotate, portal, visit, newcomer
):
    visitor = visit(rotating.url, newcomer.login)
    visitor.go("/go")
    form = {"csrf_token": csrf_token(visitor.ask("/logout"))}

    rotate(NEW_KEY)

    portal.control.clear_calls()
    assert newcomer.name in visitor.go("/go").text
    assert portal.operations() == ["users/id"]
    assert visitor.ask("/logout", form).status_code == 403
    portal.control.clear_calls()
    assert newcomer.name in visit(rotating.url, newcomer.login).go("/go").text
    assert portal.operations() == ["edituser", "userlogin"]
    assert len(portal.users(newcomer.email)) == 1


def _password(portal, person):
    (password,) = [user["password"] for user in portal.control.snapshot()["users"] if user["email"] == person.email]
    return password
