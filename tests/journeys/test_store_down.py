"""Redis is away, or does not answer, while people click."""

import signal

import pytest

from tests.journeys.backing_services import start_redis
from tests.journeys.gateway_process import gateway_at
from tests.journeys.visitor import reference, title

HEADING = "The gateway is not ready"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A Redis of this story's own, which keeps what it knows as it would in production."""
    folder = tmp_path_factory.mktemp("redis")
    server = start_redis(folder, durable=True)
    server.folder = folder
    yield server
    server.process.stop()


@pytest.fixture(scope="module")
def forgetful_gateway(folder, addresses, portal, provider, store):
    gateway = gateway_at(addresses["forgetful"], folder, portal, provider, store.url())
    yield gateway.start()
    gateway.end()


@pytest.fixture(params=["crashed", "hanging"])
def away(request, store):
    """Redis goes away with the first call, and comes back with the second."""
    if request.param == "hanging":
        return lambda: store.process.signal(signal.SIGSTOP), lambda: store.process.signal(signal.SIGCONT)

    def come_back():
        store.process = start_redis(store.folder, port=store.port, durable=True).process

    return store.process.kill, come_back


@pytest.mark.statement(58)
def test_without_redis_every_address_says_so_and_the_session_outlives_it(
    forgetful_gateway, portal, visit, newcomer, away
):
    gateway, (go_away, come_back) = forgetful_gateway, away
    visitor = visit(gateway.url, newcomer.login)
    visitor.go("/go/course/12")
    portal.control.clear_calls()
    go_away()
    try:
        answers = [visitor.ask(address) for address in ("/go/course/12", "/buy/course/34", "/")]
        passing_by = visit(gateway.url, newcomer.login).ask("/login")
        ready, alive = visitor.ask("/readyz"), visitor.ask("/livez")
    finally:
        come_back()

    for answer in [*answers, passing_by]:
        assert (answer.status_code, title(answer)) == (503, HEADING)
        assert gateway.events(reference(answer))
        assert "Set-Cookie" not in answer.headers
    assert (ready.status_code, alive.status_code) == (503, 200)
    assert portal.operations() == []
    assert visitor.ask("/readyz").status_code == 200
    again = visitor.ask("/go/course/12")
    assert again.headers["Location"].startswith(portal.url)
    assert newcomer.name in visitor.follow(again).text


def test_a_redis_that_has_forgotten_everything_makes_no_second_account(
    forgetful_gateway, portal, store, visit, newcomer
):
    visitor = visit(forgetful_gateway.url, newcomer.login)
    visitor.go("/go/course/12")
    with store.client() as client:
        client.flushall()

    assert newcomer.name in visitor.go("/go/course/12").text
    assert len(portal.users(newcomer.email)) == 1
