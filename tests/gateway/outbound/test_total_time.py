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

for line in sys.stdin:
    url, file, times = line.split()
    client = HttpClient(Path(file))
    for _ in range(int(times)):
        try:
            print(len(client.send(Request("GET", url, safe=True), 1.0, 1_000_000).body), flush=True)
        except OutboundError as error:
            print(type(error).__name__, error.reason, error.detail, flush=True)
"""


@pytest.fixture(scope="module", params=["threads", "gevent"])
def said(request):
    """Ask an address a number of times with a client of its own, in a process of that kind; what it says of each."""
    command = [sys.executable, "-W", "ignore", "-c", ASK, request.param]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def ask(url, file, times):
            process.stdin.write(f"{url} {file} {times}\n")
            process.stdin.flush()
            return [process.stdout.readline().removesuffix("\n") for _ in range(times)]

        yield ask
        process.stdin.close()
        assert process.wait(PATIENT_SECONDS) == 0


@pytest.fixture
def tls(tmp_path):
    return certificate(tmp_path, "localhost")


def test_requests_are_answered(tls, said):
    file, context = tls
    with odd_server(answer(b"x" * 200_000), context=context) as server:
        url = server.url.replace("127.0.0.1", "localhost")
        assert said(url, file, 3) == ["200000"] * 3
        assert server.connections == 1


def test_a_handshake_that_drips_in_is_given_up(tls, said):
    file, context = tls
    with (
        odd_server(answer(), context=context) as server,
        relay(int(server.url.rpartition(":")[2]), None, 5) as dripping,
    ):
        told = said(f"https://localhost:{dripping.port}/", file, 1)
    assert told == ["NotConnected timed out in the TLS handshake"]


def test_a_piece_of_tls_that_drips_in_is_given_up(tls, said):
    file, context = tls
    says = [answer(b"x" * 9000), answer(b"x" * 16_000)]
    with odd_server(*says, context=context) as server, relay(int(server.url.rpartition(":")[2]), None, 12_000) as slow:
        told = said(f"https://localhost:{slow.port}/", file, 2)
    assert told == ["9000", "NoAnswer timed out "]
