from contextlib import ExitStack

import pytest

from tests.gateway.store.redis_server import RedisServer
from tests.gateway.store.tcp_endpoint import TcpEndpoint
from tests.gateway.web.browser import MACHINE, csrf_token
from tests.ports import HOST, free_port


@pytest.mark.statement(67)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_process_is_alive_and_that_asks_nobody(browser, portal, provider, method):
    provider.control.forget_requests()
    assert browser.client.open("/livez", method=method).status_code == 200
    assert browser.client.open("/readyz", method=method).status_code == 200
    assert portal.control.calls() == provider.control.requests() == []


@pytest.mark.statement(67)
def test_before_the_first_sign_in_a_provider_is_unknown_and_the_gateway_ready(browser):
    answer = browser.get("/readyz")
    assert (answer.status_code, answer.json) == (
        200,
        {"store": "ok", "database": "ok", "providers": {"default": "unknown"}},
    )


def test_after_a_sign_in_the_providers_state_is_fresh(browser):
    browser.sign_in()
    assert browser.get("/readyz").json["providers"] == {"default": "fresh"}


@pytest.mark.statement(67)
def test_with_its_only_provider_away_the_gateway_is_not_ready(gateway, browser_at):
    browser = browser_at(gateway(OIDC_ISSUER="http://127.0.0.1:9"))
    browser.get("/login")
    answer = browser.get("/readyz")
    assert (answer.status_code, answer.json["providers"]) == (503, {"default": "unavailable"})
    assert browser.get("/livez").status_code == 200


def test_one_provider_of_two_is_enough(gateway, browser_at):
    other = (
        '[[identity_providers]]\nname = "other"\nissuer = "http://127.0.0.1:9"\nclient_id = "x"\nclient_secret = "y"'
    )
    browser = browser_at(gateway(file=other))
    browser.get("/login/other")
    answer = browser.get("/readyz")
    assert (answer.status_code, answer.json["providers"]) == (200, {"default": "unknown", "other": "unavailable"})


@pytest.mark.statement(67)
def test_readiness_follows_the_store(gateway, browser_at, tmp_path):
    server = RedisServer(tmp_path).start()
    browser = browser_at(gateway(GATEWAY_REDIS_URL=server.url.reveal()))
    states = [browser.get("/readyz").status_code]
    server.stop()
    answer = browser.get("/readyz", **MACHINE)
    states.append(answer.status_code)
    server.start()
    states.append(browser.get("/readyz").status_code)
    server.stop()
    assert states == [200, 503, 200]
    assert answer.json["store"] == "unavailable"
    assert str(server.port) not in answer.text


def test_readiness_tells_of_the_database_and_does_not_depend_on_it(gateway, browser_at, asked):
    app = gateway(GATEWAY_DATABASE_URL=f"postgresql://gateway@{HOST}:{free_port()}/gateway")
    browser = browser_at(app)
    browser.sign_in("robin")
    refused = browser.get("/go")
    assert (refused.status_code, "Sign-ins have to wait a moment" in refused.text) == (503, True)
    assert int(refused.headers["Retry-After"]) > 0
    answer = browser.get("/readyz")
    assert (answer.status_code, answer.json["database"]) == (200, "unavailable")
    assert asked() == []


def test_whoever_signs_out_while_the_database_is_away_is_told_that_the_training_site_may_be_open(gateway, browser_at):
    browser = browser_at(gateway(GATEWAY_DATABASE_URL=f"postgresql://gateway@{HOST}:{free_port()}/gateway"))
    browser.sign_in("robin")
    token = csrf_token(browser.get("/logout"))
    assert browser.post("/logout", {"csrf_token": token}).headers["Refresh"] == "0; url=/logout/continue"
    assert browser.cookies()["talentlms_gateway_left_open"] == "1"


@pytest.fixture
def two_servers(tmp_path):
    """A Redis with an address before it, and another Redis."""
    with ExitStack() as ends:
        servers = []
        for name in ("first", "second"):
            (tmp_path / name).mkdir()
            servers.append(RedisServer(tmp_path / name, "--repl-diskless-sync-delay", "0").start())
            ends.callback(servers[-1].stop)
        address = TcpEndpoint(servers[0].port)
        ends.callback(address.stop)
        yield (*servers, address)


def readiness(browser):
    answer = browser.get("/readyz", **MACHINE)
    return answer.status_code, answer.json["store"]


@pytest.mark.statement(67)
def test_a_redis_that_answers_but_takes_nothing_is_unavailable(gateway, browser_at, two_servers):
    first, second, address = two_servers
    browser = browser_at(gateway(GATEWAY_REDIS_URL=f"redis://{HOST}:{address.port}/0"))
    refusals = [
        (("CONFIG", "SET", "min-replicas-to-write", "1"), ("CONFIG", "SET", "min-replicas-to-write", "0")),
        (("CONFIG", "SET", "maxmemory", "1"), ("CONFIG", "SET", "maxmemory", "0")),
        (("REPLICAOF", HOST, second.port), ("REPLICAOF", "NO", "ONE")),
    ]
    for refuse, take in refusals:
        first.tell(*refuse)
        assert readiness(browser) == (503, "unavailable"), refuse
        first.tell(*take)
        assert readiness(browser) == (200, "ok"), take


@pytest.mark.statement(67)
def test_after_a_failover_behind_one_address_clicks_go_on_without_a_restart(gateway, browser_at, two_servers, asked):
    first, second, address = two_servers
    browser = browser_at(gateway(GATEWAY_REDIS_URL=f"redis://{HOST}:{address.port}/0"))
    browser.sign_in("robin")
    assert browser.get("/go/course/12").status_code == 302
    second.tell("REPLICAOF", HOST, first.port)
    assert first.tell("WAIT", 1, 5000) == 1
    second.tell("REPLICAOF", "NO", "ONE")
    first.tell("REPLICAOF", HOST, second.port)
    assert browser.get("/go/course/12").status_code == 503
    assert readiness(browser) == (503, "unavailable")
    address.target = second.port
    asked()

    assert browser.get("/go/course/12").status_code == 302
    assert readiness(browser) == (200, "ok")
    assert asked() == ["gotocourse"]
    assert set(address.opened[-1:]) == {second.port}
