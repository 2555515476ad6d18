"""What a request may write into the log: little, one line per event, and nothing that steers a reader's terminal."""

import io
import json

import pytest

from gateway import log
from tests.gateway.web.browser import PAGE

LONG = 7800
REQUESTS = {
    "a callback that is wrong in two ways": ("GET", "/callback/@" + "a" * LONG + "?code=1&code=2", {}),
    "controls in the path": ("GET", "/callback/" + "%C2%85%C2%9B%01%E2%80%A8" * (LONG // 24) + "?code=1&code=2", {}),
    "emoji in the path": ("GET", "/login/" + "%F0%9F%98%80" * (LONG // 12), {}),
    "what is no UTF-8 in the path": ("GET", "/go/course/" + "%FF%FE" * (LONG // 6), {}),
    "addresses in the path": ("GET", "/login/" + "a://a:" * (LONG // 6), {}),
    "a state of nobody": ("GET", "/callback/default?code=1&state=" + "a" * LONG, {}),
    "an issuer of nobody": ("GET", "/login/initiate?iss=" + "a://" * (LONG // 4), {}),
    "a browser with a long name": ("GET", "/callback/x?code=1&code=2", {"User-Agent": "\x9b\x85a" * (LONG // 3)}),
    "a redeem code of nobody": ("GET", "/redeem/" + "redeem%2F%20" * (LONG // 12), {}),
    "a proxy of nobody": ("GET", "/callback/x?code=1&code=2", {"X-Forwarded-For": "10.0.0.1," * (LONG // 9)}),
    "a logout token of nobody": ("POST", "/backchannel-logout/" + "a@" * (LONG // 2), {}),
    "a method of nobody": ("DELETE", "/go/course/" + '"' * LONG, {}),
}


@pytest.fixture
def written(gateway, own_log_handlers):
    """Send a request, and return the lines that it wrote, in bytes."""
    app = gateway()

    def by(method, address, headers):
        stream = io.StringIO()
        log.configure("debug", stream)
        app.test_client().open(address, method=method, headers=PAGE | headers)
        return stream.getvalue().encode().splitlines(keepends=True)

    return by


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
def test_a_request_writes_two_and_a_half_kilobytes_at_most(written, request_):
    lines = written(*request_)
    assert len(b"".join(lines)) <= 2560
    assert {json.loads(line)["event"] for line in lines} <= {
        "sign_in",
        "provider_logout",
        "problem",
        "proxy.not_trusted",
    }
    assert lines


@pytest.mark.statement(62)
@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
def test_nothing_that_steers_a_terminal_stands_in_its_lines(written, request_):
    text = b"".join(written(*request_)).decode()
    assert text.splitlines() == text.removesuffix("\n").split("\n")
    assert all(letter == "\n" or letter.isprintable() for letter in text)


@pytest.mark.parametrize("secret", ["code", "state"])
def test_an_address_within_a_path_keeps_its_secret_wherever_it_is_cut(written, secret):
    for length in range(250, 300):
        text = b"".join(written("GET", f"/login/{'a' * length}%3F{secret}=hunter2", {}))
        assert b"hu" not in text
