"""The server of a process that gunicorn does not run."""

import socket
import threading

import requests

from gateway.config.rules import BindAddress
from gateway.operator import server
from gateway.operator.listener import opened
from gateway.operator.server import AT_ONCE, OperatorServer
from tests.gateway.operator.scene import Scene
from tests.gateway.operator.served import serving
from tests.patience import PATIENT_SECONDS
from tests.ports import HOST


def connected(url, head):
    """Open a connection and send the beginning of a request."""
    host, _, port = url.removeprefix("http://").partition(":")
    connection = socket.create_connection((host, int(port)), timeout=PATIENT_SECONDS)
    connection.sendall(head)
    return connection


def test_a_real_client_gets_what_the_listener_answers(tmp_path):
    with serving(Scene(tmp_path).listener) as url:
        page = requests.get(url, timeout=PATIENT_SECONDS)
        assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert "talentlms_gateway_ready 1.0" in requests.get(f"{url}/metrics", timeout=PATIENT_SECONDS).text
        assert requests.get(url, headers={"Host": "attacker.example"}, timeout=PATIENT_SECONDS).status_code == 421
        assert requests.put(f"{url}/metrics", timeout=PATIENT_SECONDS).status_code == 405


def test_so_many_are_answered_at_once_and_the_others_after_them(capfd):
    under_way, most, go_on, lock = [], [], threading.Event(), threading.Lock()

    def application(_environ, start_response):
        with lock:
            under_way.append(1)
            most.append(len(under_way))
            if len(under_way) == AT_ONCE:
                go_on.set()
        go_on.wait(PATIENT_SECONDS)
        with lock:
            under_way.pop()
        start_response("200 OK", [("Content-Length", "0")])
        return []

    with serving(application) as url:
        clients = [connected(url, b"GET / HTTP/1.0\r\n\r\n") for _ in range(3 * AT_ONCE)]
        assert [client.recv(12) for client in clients] == [b"HTTP/1.0 200"] * 3 * AT_ONCE
        for client in clients:
            client.close()
    assert max(most) == AT_ONCE
    assert capfd.readouterr() == ("", "")


def test_a_client_that_says_nothing_is_not_waited_for_without_end(monkeypatch):
    monkeypatch.setattr(server._Handler, "timeout", 0.05)
    with serving(lambda *_: []) as url, connected(url, b"GET / HT") as client:
        assert client.recv(1) == b""


def test_a_client_that_goes_on_sending_is_not_listened_to_without_end(monkeypatch):
    monkeypatch.setattr(server, "WHOLE_SECONDS", 0.0)
    with serving(lambda *_: []) as url, connected(url, b"GET / HT") as client:
        client.settimeout(5)  # less than a silent one is waited for
        assert client.recv(1) == b""


def test_clients_that_have_all_places_lose_them_to_those_who_wait(monkeypatch):
    monkeypatch.setattr(server, "WHOLE_SECONDS", 0.3)
    monkeypatch.setattr(server._Handler, "timeout", None)
    with serving(lambda *_: []) as url:
        clients = [connected(url, b"GET / HT") for _ in range(2 * AT_ONCE)]
        assert [client.recv(1) for client in clients] == [b""] * 2 * AT_ONCE
        for client in clients:
            client.close()


def test_it_stops_although_clients_have_all_places_and_another_waits(monkeypatch):
    monkeypatch.setattr(server._Handler, "timeout", None)
    came, one_waits = [], threading.Event()

    class Watched(OperatorServer):
        def process_request(self, request, client_address):
            came.append(request)
            if len(came) > AT_ONCE:
                one_waits.set()
            super().process_request(request, client_address)

    made = Watched(opened(BindAddress(HOST, 0)), lambda *_: [])
    made.start()
    clients = [connected(f"http://{HOST}:{made.server_port}", b"GET / HT") for _ in range(AT_ONCE + 1)]
    assert one_waits.wait(PATIENT_SECONDS)
    stopping = threading.Thread(target=made.stop, daemon=True)
    stopping.start()
    stopping.join(PATIENT_SECONDS)
    assert not stopping.is_alive()
    for client in clients:
        client.close()


def test_a_client_that_makes_no_sense_is_written_down_nowhere(tmp_path, capfd):
    with serving(Scene(tmp_path).listener) as url:
        with connected(url, b"\x00\xff\r\n\r\n") as client:
            assert b"Error response" in client.makefile("rb").read()
        connected(url, b"POST /retry HTTP/1.0\r\n").close()
        assert requests.get(f"{url}/readyz", timeout=PATIENT_SECONDS).status_code == 200
    assert capfd.readouterr() == ("", "")


def test_at_all_addresses_it_listens_by_ipv4_and_where_there_is_one_by_ipv6():
    made = OperatorServer(opened(BindAddress("::", 0)), lambda *_: [])
    try:
        assert made.socket.family == socket.AF_INET6
        with socket.create_connection((HOST, made.server_port), timeout=PATIENT_SECONDS):
            pass
    finally:
        made.server_close()
