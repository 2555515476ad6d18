"""An operator starts the gateway: with settings that are wrong, and without Redis."""

import pytest

from tests.journeys.gateway_process import gateway_at


@pytest.fixture
def starting(tmp_path, addresses, portal, provider, redis_server):
    """A gateway that has not been started yet."""
    gateway = gateway_at(addresses["starting"], tmp_path, portal, provider, redis_server.url(6))
    yield gateway
    gateway.end()


def test_all_faults_are_told_at_once_and_no_secret_with_them(starting):
    starting.settings |= {
        "GATEWAY_PUBLIC_URL": "http://gateway.example",
        "GATEWAY_SECRET_KEYS": "too-short-a-key",
        "TALENTLMS_API_KEY": "",
        "TALENTLMS_URL": "not an address",
        "GATEWAY_RATE_LIMIT": "off",
        "OIDC_CLIENT_SECRET": "",
    }

    assert starting.launched().ended() == 1
    told = starting.text()
    for name in (
        "GATEWAY_PUBLIC_URL",
        "GATEWAY_SECRET_KEYS",
        "TALENTLMS_API_KEY",
        "TALENTLMS_URL",
        "OIDC_CLIENT_SECRET",
    ):
        assert name in told
    assert "GATEWAY_RATE_LIMITS" in told
    assert "too-short-a-key" not in told
    assert "Traceback" not in told


def test_more_than_one_worker_without_redis_is_refused(starting):
    del starting.settings["GATEWAY_REDIS_URL"]

    assert starting.launched().ended() == 1
    assert "GATEWAY_REDIS_URL" in starting.text()


def test_one_worker_does_without_redis(starting, portal, visit, newcomer):
    del starting.settings["GATEWAY_REDIS_URL"]
    starting.start(WEB_CONCURRENCY="1")
    visitor = visit(starting.url, newcomer.login)

    assert newcomer.name in visitor.go("/go/course/12").text
    portal.control.clear_calls()
    assert newcomer.name in visitor.go("/go").text
    assert portal.operations() == ["userlogin"]
