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
from tests.patience import PATIENT_SECONDS
from tests.ports import HOST

FIELD_BYTES = 8188
"""The longest line of a header field that the gateway takes, without its end."""


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
def relay(practising_gateway):
    with relay_before(int(practising_gateway.url.rpartition(":")[2])) as made:
        yield made


@pytest.fixture(scope="module")
def nginx(relay, tmp_path_factory):
    """The address of nginx before the relay before the gateway."""
    process, port = nginx_before(relay.server_address[1], tmp_path_factory.mktemp("nginx"))
    yield f"http://{HOST}:{port}"
    process.stop()


def test_a_hundred_browsers_cost_the_gateway_one_connection_where_one_comes_after_the_other(nginx, relay):
    before = relay.connections
    statuses = {requests.get(f"{nginx}/livez", timeout=PATIENT_SECONDS).status_code for _ in range(100)}

    assert statuses == {200}
    assert relay.connections - before <= 1


def posted(address, path, size):
    """Return the status of the answer to a body of so many bytes."""
    return requests.post(f"{address}{path}", b"a" * size, timeout=PATIENT_SECONDS, allow_redirects=False).status_code


@pytest.mark.parametrize("size", [BODY_BYTES, BODY_BYTES + 1])
def test_a_form_may_be_as_long_for_nginx_as_for_the_gateway(nginx, practising_gateway, size):
    answers = [posted(address, "/logout", size) for address in (nginx, practising_gateway.url)]
    assert [answer == 413 for answer in answers] == [size > BODY_BYTES] * 2


@pytest.mark.parametrize("size", [WEBHOOK_BYTES, WEBHOOK_BYTES + 1])
def test_a_webhook_may_be_as_long_for_nginx_as_the_gateway_reads(nginx, size):
    assert posted(nginx, "/webhooks/shop", size) == (413 if size > WEBHOOK_BYTES else 404)


def fields(address, **values):
    """Return the status of the answer to a request with these header fields."""
    return requests.get(f"{address}/livez", headers=values, timeout=PATIENT_SECONDS).status_code


@pytest.mark.parametrize(("surplus", "taken"), [(0, True), (5, False)])
def test_a_header_field_may_be_as_long_for_nginx_as_for_the_gateway(nginx, practising_gateway, surplus, taken):
    value = "a" * (FIELD_BYTES + surplus - len("Long: "))
    answers = [fields(address, Long=value) for address in (nginx, practising_gateway.url)]
    assert [answer == 200 for answer in answers] == [taken] * 2
    assert all(answer == 200 or 400 <= answer < 500 for answer in answers)


def test_nginx_takes_64_kib_of_header_fields_and_the_gateway_60_of_them(nginx, practising_gateway):
    def several(number, size):
        return {f"Field{one}": "a" * size for one in range(number)}

    assert [fields(address, **several(7, 8000)) for address in (nginx, practising_gateway.url)] == [200, 200]
    assert fields(nginx, **several(9, 8000)) == 400
    assert fields(practising_gateway.url, **several(61, 10)) == 431
