import pytest

from tests.gateway.store.redis_server import RedisServer
from tests.gateway.web.browser import MACHINE


@pytest.mark.statement(67)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_process_is_alive_and_that_asks_nobody(browser, academy, provider, method):
    provider.control.forget_requests()
    assert browser.client.open("/livez", method=method).status_code == 200
    assert browser.client.open("/readyz", method=method).status_code == 200
    assert academy.control.calls() == provider.control.requests() == []


@pytest.mark.statement(67)
def test_before_the_first_sign_in_a_provider_is_unknown_and_the_gateway_ready(browser):
    answer = browser.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"store": "ok", "providers": {"default": "unknown"}})


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
