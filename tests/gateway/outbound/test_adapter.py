"""requests, and Authlib on top of it, over the one HTTP client."""

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session

from gateway.outbound.adapter import OutboundAdapter, OutboundFailed, mounted, session
from gateway.outbound.client import HttpClient
from tests.gateway.talentlms.odd_server import HANG_UP, answer, odd_server
from tests.ports import free_port


@pytest.fixture
def adapter():
    return OutboundAdapter(HttpClient(), lambda: 1.0, 1000)


def test_an_answer_arrives_as_requests_has_it(adapter):
    says = answer(b'{"keys": []}', b"200 OK", b"Content-Type: application/json", b"Set-Cookie: a=b")
    with odd_server(says) as server:
        asked = session(adapter)
        response = asked.get(f"{server.url}/jwks?x=1")
    assert (response.status_code, response.json(), response.url) == (200, {"keys": []}, f"{server.url}/jwks?x=1")
    assert response.headers["content-type"] == "application/json"
    assert not asked.cookies


def test_sessions_share_their_connections(adapter):
    with odd_server(answer()) as server:
        for _ in range(3):
            with session(adapter) as asked:
                asked.get(server.url)
        assert server.connections == 1


def test_authlib_redeems_a_code_over_it(adapter):
    token = answer(b'{"access_token": "a", "token_type": "Bearer"}', b"200 OK", b"Content-Type: application/json")
    with odd_server(token) as server:
        client = mounted(OAuth2Session("id", "secret", redirect_uri="https://gateway.example/callback"), adapter)
        assert (
            client.fetch_token(f"{server.url}/token", code="c", grant_type="authorization_code")["access_token"] == "a"
        )
    assert server.requests[0].startswith(b"POST /token HTTP/1.1\r\n")
    assert b"code=c" in server.requests[0]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_answer_is_an_error_of_requests_that_says_what_happened(adapter, method):
    with odd_server(HANG_UP) as server, pytest.raises(OutboundFailed) as raised:
        session(adapter).request(method, server.url)
    assert isinstance(raised.value, requests.RequestException)
    assert raised.value.cause.reason == "closed without an answer"


def test_a_refused_connection_names_the_host(adapter):
    port = free_port()
    with pytest.raises(requests.ConnectionError, match=rf"^127\.0\.0\.1:{port}: connection refused$"):
        session(adapter).get(f"http://127.0.0.1:{port}/")
