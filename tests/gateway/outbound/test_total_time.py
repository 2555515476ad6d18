"""Time is a total also below HTTP, where TLS arrives byte by byte; with threads and with gevent alike."""

import subprocess
import sys

import pytest

from tests.gateway.outbound.relay import relay
from tests.gateway.talentlms.odd_server import answer, certificate, odd_server
from tests.patience import PATIENT_SECONDS

ASK = """
import sys
if sys.argv[1] == "gevent":
    from gevent import monkey
    monkey.patch_all()
from pathlib import Path
from gateway.outbound.client import HttpClient, Request
from gateway.outbound.errors import OutboundError

client = HttpClient(Path(sys.argv[3]))
for _ in range(int(sys.argv[4])):
    try:
        print(len(client.send(Request("GET", sys.argv[2], safe=True), 1.0, 1_000_000).body))
    except OutboundError as error:
        print(type(error).__name__, error.reason, error.detail)
"""


def said(kind, url, file, times):
    command = [sys.executable, "-W", "ignore", "-c", ASK, kind, url, file, str(times)]
    return subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=PATIENT_SECONDS
    ).stdout.splitlines()


@pytest.fixture
def tls(tmp_path):
    return certificate(tmp_path, "localhost")


@pytest.mark.parametrize("kind", ["threads", "gevent"])
def test_requests_are_answered(tls, kind):
    file, context = tls
    with odd_server(answer(b"x" * 200_000), context=context) as server:
        url = server.url.replace("127.0.0.1", "localhost")
        assert said(kind, url, file, 3) == ["200000"] * 3
        assert server.connections == 1


@pytest.mark.parametrize("kind", ["threads", "gevent"])
def test_a_handshake_that_drips_in_is_given_up(tls, kind):
    file, context = tls
    with (
        odd_server(answer(), context=context) as server,
        relay(int(server.url.rpartition(":")[2]), None, 5) as dripping,
    ):
        told = said(kind, f"https://localhost:{dripping.port}/", file, 1)
    assert told == ["NotConnected timed out in the TLS handshake"]


@pytest.mark.parametrize("kind", ["threads", "gevent"])
def test_a_piece_of_tls_that_drips_in_is_given_up(tls, kind):
    file, context = tls
    says = [answer(b"x" * 9000), answer(b"x" * 16_000)]
    with odd_server(*says, context=context) as server, relay(int(server.url.rpartition(":")[2]), None, 12_000) as slow:
        told = said(kind, f"https://localhost:{slow.port}/", file, 2)
    assert told == ["9000", "NoAnswer timed out "]
