"""Which proxy the environment names, and a real one that carries requests."""

import pytest

from gateway.outbound import proxies
from gateway.outbound.client import HttpClient, Request
from gateway.outbound.errors import NotConnected
from tests.gateway.outbound.outbound_proxy import outbound_proxy
from tests.gateway.talentlms.odd_server import answer, certificate, odd_server
from tests.ports import free_port

NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture
def environment(monkeypatch):
    """Return a function that sets these variables, and removes all others that speak of a proxy."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)

    def put(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return proxies.from_environment()

    return put


@pytest.mark.parametrize(
    ("variables", "url", "proxy"),
    [
        ({}, "https://acme.talentlms.com/api", None),
        ({"HTTPS_PROXY": "http://proxy.acme.com:3128"}, "https://acme.talentlms.com/api", "http://proxy.acme.com:3128"),
        ({"https_proxy": "proxy.acme.com:3128"}, "https://acme.talentlms.com/api", "http://proxy.acme.com:3128"),
        ({"ALL_PROXY": "http://proxy.acme.com"}, "https://login.acme.com/", "http://proxy.acme.com"),
        ({"HTTPS_PROXY": "http://p", "NO_PROXY": "acme.com"}, "https://login.acme.com/", None),
        ({"HTTPS_PROXY": "http://p", "NO_PROXY": "10.0.0.0/8"}, "https://10.1.2.3:8443/", None),
        ({"HTTPS_PROXY": "http://p", "NO_PROXY": "acme.com"}, "https://notacme.com/", "http://p"),
        ({"HTTP_PROXY": "http://p", "ALL_PROXY": "http://p"}, "http://127.0.0.1:8001/", None),
    ],
)
def test_the_environment_names_the_proxy(environment, variables, url, proxy):
    assert environment(**variables)(url) == proxy


@pytest.mark.parametrize("credentials", ["", "gateway s3cret"])
def test_a_proxy_carries_requests_and_sees_nothing_of_them(environment, tmp_path, credentials):
    file, context = certificate(tmp_path)
    with outbound_proxy(tmp_path, credentials) as proxy, odd_server(answer(b"through"), context=context) as server:
        client = HttpClient(file, environment(HTTPS_PROXY=proxy.url))
        for _ in range(3):
            request = Request("GET", f"{server.url}/users", {"Authorization": "Basic a2V5Og=="}, safe=True)
            assert client.send(request, 5.0, 1000).body == b"through"
        assert proxy.carried == [server.url.removeprefix("https://")]
        assert server.connections == 1
    assert all(b"Proxy-Authorization" not in asked for asked in server.requests)


def test_a_proxy_that_wants_credentials_is_told_apart(environment, tmp_path):
    file, context = certificate(tmp_path)
    with outbound_proxy(tmp_path, "gateway s3cret") as proxy, odd_server(answer(), context=context) as server:
        client = HttpClient(file, environment(HTTPS_PROXY=proxy.url.replace("s3cret", "wrong")))
        with pytest.raises(NotConnected) as raised:
            client.send(Request("GET", server.url), 5.0, 1000)
        assert raised.value.reason == "proxy failed"
        assert server.connections == 0


def test_a_proxy_that_is_away_is_told_apart(environment):
    client = HttpClient(None, environment(HTTPS_PROXY=f"http://127.0.0.1:{free_port()}"))
    with pytest.raises(NotConnected) as raised:
        client.send(Request("GET", "https://acme.talentlms.com/"), 5.0, 1000)
    assert raised.value.reason == "proxy failed"
