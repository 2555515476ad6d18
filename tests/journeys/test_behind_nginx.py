"""Behind nginx as deploy/nginx.conf has it: connections to the gateway are kept, and both take requests of the same size."""

import socket
import socketserver
import threading
from contextlib import contextmanager

import pytest
import requests

from gateway import BODY_BYTES
from gateway.web.webhooks import WEBHOOK_BYTES
from tests.journeys.proxies import nginx_before
from tests.ports import HOST

FIELD_BYTES = 8190
"""The longest line of a header field, without its end."""


class Relay(socketserver.ThreadingTCPServer):
    """Hands on what comes to a port, and counts connections."""

    daemon_threads = True

    def __init__(self, port):
        self.connections = 0
        self._port = port
        super().__init__((HOST, 0), socketserver.BaseRequestHandler)

    def finish_request(self, request, _client_address):
        self.connections += 1
        with socket.create_connection((HOST, self._port)) as onwards:
            back = threading.Thread(target=_hand_on, args=(onwards, request))
            back.start()
            _hand_on(request, onwards)
            back.join()


def _hand_on(source, target):
    while piece := source.recv(65536):
        target.sendall(piece)
    target.shutdown(socket.SHUT_WR)


@contextmanager
def relay_before(port):
    with Relay(port) as relay:
        threading.Thread(target=relay.serve_forever, daemon=True).start()
        yield relay
        relay.shutdown()


@pytest.fixture(scope="module")
def relay(gateway):
    with relay_before(int(gateway.url.rpartition(":")[2])) as made:
        yield made


@pytest.fixture(scope="module")
def nginx(relay, tmp_path_factory):
    """The address of nginx before the relay before the gateway."""
    process, port = nginx_before(relay.server_address[1], tmp_path_factory.mktemp("nginx"))
    yield f"http://{HOST}:{port}"
    process.stop()


def test_a_hundred_browsers_cost_the_gateway_one_connection_where_one_comes_after_the_other(nginx, relay):
    before = relay.connections
    statuses = {requests.get(f"{nginx}/livez", timeout=10).status_code for _ in range(100)}

    assert statuses == {200}
    assert relay.connections - before <= 1


@pytest.mark.parametrize(("path", "most"), [("/logout", BODY_BYTES), ("/webhooks/shop", WEBHOOK_BYTES)])
def test_a_body_may_be_as_long_for_nginx_as_for_the_gateway(nginx, gateway, path, most):
    def status(address, size):
        return requests.post(f"{address}{path}", b"a" * size, timeout=10, allow_redirects=False).status_code

    for size in (most, most + 1):
        at_nginx, at_the_gateway = status(nginx, size), status(gateway.url, size)
        assert (at_nginx == 413) == (at_the_gateway == 413) == (size > most), (size, at_nginx, at_the_gateway)


@pytest.mark.parametrize("surplus", [0, 3])
def test_a_header_field_may_be_as_long_for_nginx_as_for_the_gateway(nginx, gateway, surplus):
    def status(address):
        value = "a" * (FIELD_BYTES + surplus - len("X-Long: "))
        return requests.get(f"{address}/livez", headers={"X-Long": value}, timeout=10).status_code

    answers = [status(nginx), status(gateway.url)]
    if surplus:
        assert all(400 <= answer < 500 for answer in answers), answers
    else:
        assert answers == [200, 200]


def test_many_header_fields_are_no_more_for_nginx_than_the_gateway_takes(nginx, gateway):
    def status(address, number):
        fields = {f"X-Field-{one}": "a" * 8000 for one in range(number)}
        return requests.get(f"{address}/livez", headers=fields, timeout=10).status_code

    assert [status(nginx, 3), status(gateway.url, 3)] == [200, 200]
    refused = [status(nginx, 9), status(gateway.url, 9)]
    assert all(400 <= answer < 500 for answer in refused), refused
