"""Which proxy the environment names, and a real one that carries requests."""

import base64
import re

import pytest

from gateway.outbound import proxies
from gateway.outbound.client import HttpClient, Request
from gateway.outbound.errors import NotConnected
from gateway.outbound.origin import Origin
from tests.gateway.outbound.outbound_proxy import outbound_proxy
from tests.gateway.outbound.relay import relay
from tests.gateway.talentlms.odd_server import HANG, HANG_UP, answer, certificate, odd_server
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
        ({"ALL_PROXY": "http://proxy.acme.com"}, "https://login.acme.com/", "http://proxy.acme.com:80"),
        ({"HTTPS_PROXY": "https://proxy.acme.com"}, "https://login.acme.com/", "https://proxy.acme.com:443"),
        ({"HTTPS_PROXY": "http://[::1]:3128"}, "https://login.acme.com/", "http://[::1]:3128"),
        ({"HTTPS_PROXY": ""}, "https://login.acme.com/", None),
        ({"HTTPS_PROXY": "http://p", "NO_PROXY": "*"}, "https://login.acme.com/", None),
        ({"HTTPS_PROXY": "http://p", "NO_PROXY": "login.acme.com:8443"}, "https://login.acme.com:8443/", None),
        ({"HTTPS_PROXY": "http://p", "NO_PROXY": "acme.com"}, "https://login.acme.com/", None),
        ({"HTTPS_PROXY": "http://p", "NO_PROXY": "10.0.0.0/8"}, "https://10.1.2.3:8443/", None),
        ({"HTTPS_PROXY": "http://p", "NO_PROXY": "acme.com"}, "https://notacme.com/", "http://p:80"),
        ({"HTTP_PROXY": "http://p", "ALL_PROXY": "http://p"}, "http://127.0.0.1:8001/", None),
    ],
)
def test_the_environment_names_the_proxy(environment, variables, url, proxy):
    found = environment(**variables)(Origin.of(url))
    assert (found and f"{found.origin.scheme}://{found.origin.host_and_port}") == proxy


@pytest.mark.parametrize("url", ["socks5://proxy.acme.com", "http://", "http://proxy.acme.com:port", "ftp://proxy"])
def test_a_proxy_that_is_none_is_told_at_the_start_without_its_password(environment, url):
    with pytest.raises(ValueError, match="an http:// or https:// address is wanted"):
        environment(HTTPS_PROXY=url.replace("://", "://kim:s3cret@"))


def test_its_password_is_not_printed():
    assert "Z2F0" not in repr(proxies.proxy("http://gateway:s3cret@proxy.acme.com:3128"))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("gateway:s3cret", b"gateway:s3cret"),
        ("acme%5Ckim:p%40s%25s%2Fw%C3%BC", "acme\\kim:p@s%s/wü".encode()),
        ("kim", b"kim:"),
    ],
)
def test_its_credentials_may_hold_any_character(written, meant):
    sent = proxies.proxy(f"http://{written}@proxy.acme.com:3128").authorization
    assert base64.b64decode(sent.removeprefix("Basic ")) == meant


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
        assert re.fullmatch(r"127\.0\.0\.1:\d+: status 40[17]", raised.value.detail)
        assert server.connections == 0


def test_a_proxy_that_is_away_is_told_apart(environment):
    port = free_port()
    client = HttpClient(None, environment(HTTPS_PROXY=f"http://127.0.0.1:{port}"))
    with pytest.raises(NotConnected) as raised:
        client.send(Request("GET", "https://acme.talentlms.com/"), 5.0, 1000)
    told = f"acme.talentlms.com: proxy failed (127.0.0.1:{port}: connection refused)"
    assert str(raised.value) == told


def test_a_proxy_that_speaks_tls_itself_carries_requests(environment, tmp_path):
    """Our own TLS goes within that of the proxy, which sees nothing of it."""
    proxys, at_proxy = certificate(tmp_path, "proxy.test")
    servers, at_server = certificate(tmp_path)
    both = tmp_path / "both.pem"
    both.write_bytes(proxys.read_bytes() + servers.read_bytes())
    with (
        outbound_proxy(tmp_path, "gateway s3cret") as proxy,
        relay(proxy.port, at_proxy) as front,
        odd_server(answer(b"x" * 100_000), context=at_server) as server,
    ):
        proxy_of = environment(HTTPS_PROXY=f"https://gateway:s3cret@localhost:{front.port}")
        client = HttpClient(both, proxy_of)
        request = Request("GET", server.url, safe=True)
        with pytest.raises(NotConnected) as raised:
            client.send(request, 5.0, 200_000)
        assert raised.value.reason == "proxy failed"
        assert "certificate not accepted" in raised.value.detail

        proxys, at_proxy = certificate(tmp_path, "localhost")
        both.write_bytes(proxys.read_bytes() + servers.read_bytes())
        with relay(proxy.port, at_proxy) as trusted:
            client = HttpClient(both, environment(HTTPS_PROXY=f"https://gateway:s3cret@localhost:{trusted.port}"))
            for _ in range(3):
                assert client.send(request, 5.0, 200_000).body == b"x" * 100_000
        assert proxy.carried == [server.url.removeprefix("https://")]
        assert server.connections == 1


SAYS = {
    "nothing": (HANG, "timed out"),
    "drips": ([b"HTTP/1.1 200 OK\r\n", *[part for _ in range(60) for part in (b"X: y\r\n", 0.05)]], "timed out"),
    "endless": ([b"HTTP/1.1 200 OK\r\n", *[b"X: " + b"y" * 8000 + b"\r\n"] * 300], "no answer that can be read"),
    "another protocol": (b"SSH-2.0-OpenSSH\r\n\r\n", "no answer that can be read"),
    "hangs up": (HANG_UP, "no answer that can be read"),
    "more than was asked": (answer(b"a page of mine"), "no answer that can be read"),
    "no": (answer(b"", b"502 Bad Gateway"), "status 502"),
}


@pytest.mark.parametrize(("says", "why"), SAYS.values(), ids=SAYS)
def test_a_proxy_that_opens_no_tunnel_is_given_up_in_time(environment, monkeypatch, says, why):
    monkeypatch.setattr("gateway.outbound.connection.CONNECT_SECONDS", 0.5)
    with odd_server(says) as odd:
        client = HttpClient(None, environment(HTTPS_PROXY=odd.url))
        with pytest.raises(NotConnected) as raised:
            client.send(Request("GET", "https://acme.talentlms.com/"), 5.0, 1000)
    assert str(raised.value) == f"acme.talentlms.com: proxy failed ({odd.url.removeprefix('http://')}: {why})"
    assert odd.requests == [b"CONNECT acme.talentlms.com:443 HTTP/1.1\r\nHost: acme.talentlms.com:443\r\n\r\n"]
