"""One request out, one whole answer back: bounded, never twice, never another's."""

import contextlib
import gzip
import io
import socket
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.outbound import connection, dialer
from gateway.outbound.client import KEPT_AT_MOST, HttpClient, Request
from gateway.outbound.errors import BadAnswer, NoAnswer, NotConnected
from tests.gateway.talentlms.odd_server import HANG, HANG_UP, answer, certificate, odd_server
from tests.gateway.threads import at_once
from tests.ports import HOST, free_port

LIMIT = 10_000


def get(client, url, seconds=2.0, *, safe=True, limit=LIMIT):
    return client.send(Request("GET", url, safe=safe), seconds, limit)


def connecting_at_once(number, monkeypatch):
    """Let so many connections to one origin come about at once, whatever server had the same port before."""
    monkeypatch.setattr(connection, "CONNECTING_AT_ONCE", number)
    monkeypatch.setattr(connection, "_connecting", defaultdict(connection._Connecting))


def drip(head=b"HTTP/1.1 200 OK\r\n", piece=b"X: y\r\n"):
    return [head, *[part for _ in range(60) for part in (piece, 0.05)]]


def test_so_many_connections_to_one_origin_come_about_at_once_and_no_more(monkeypatch):
    connecting, most, dial = [], [], dialer.Dialer.dial

    def noted(self, *asked):
        connecting.append(self)
        most.append(len(connecting))
        time.sleep(0.02)
        connected = dial(self, *asked)
        connecting.remove(self)
        return connected

    monkeypatch.setattr(dialer.Dialer, "dial", noted)
    connecting_at_once(3, monkeypatch)
    with odd_server([0.5, answer(b"fine")]) as server:
        client = HttpClient()
        with ThreadPoolExecutor(12) as many:
            answers = list(many.map(lambda _: get(client, server.url, 10.0).body, range(12)))
    assert answers == [b"fine"] * 12
    assert (len(most), max(most)) == (12, 3)


def test_whoever_waits_for_others_to_connect_has_the_whole_time_for_it_afterwards(monkeypatch):
    begun, dial = [], dialer.Dialer.dial

    def slow(self, origin, seconds):
        begun.append(seconds)
        time.sleep(0.2)
        return dial(self, origin, seconds - 0.2)

    monkeypatch.setattr(dialer.Dialer, "dial", slow)
    connecting_at_once(1, monkeypatch)
    monkeypatch.setattr("gateway.outbound.connection.CONNECT_SECONDS", 2.0)
    with odd_server([1.5, answer(b"fine")]) as server:
        client = HttpClient()
        with ThreadPoolExecutor(6) as many:
            answers = list(many.map(lambda _: get(client, server.url, 10.0).body, range(6)))
    assert answers == [b"fine"] * 6
    assert begun == [2.0] * 6


def test_whoever_waits_for_others_to_connect_is_told_as_soon_as_they_cannot(monkeypatch):
    connecting_at_once(3, monkeypatch)
    monkeypatch.setattr("gateway.outbound.connection.CONNECT_SECONDS", 1.5)
    with contextlib.ExitStack() as stack:
        silent = stack.enter_context(socket.create_server((HOST, 0), backlog=50))
        client, url = HttpClient(), f"https://{HOST}:{silent.getsockname()[1]}"
        outcomes = at_once(12, lambda _: get(client, url, 10.0))
        silent.settimeout(0)
        met = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                stack.enter_context(silent.accept()[0])
                met += 1
    assert [(type(error), error.reason) for error in outcomes] == [(NotConnected, "timed out")] * 12
    assert met == 3


def test_a_whole_answer_is_returned():
    with odd_server(answer(b'{"id": 7}', b"200 OK", b"X-One: a", b"X-One: b")) as server:
        response = get(HttpClient(), f"{server.url}/users/email:kim@acme.example?x=1")
    assert (response.status, response.body, response.headers["x-one"]) == (200, b'{"id": 7}', "a, b")
    assert server.requests[0].startswith(b"GET /users/email:kim@acme.example?x=1 HTTP/1.1\r\n")


def test_head_and_body_may_be_longer_than_what_a_connection_holds_ready():
    headers = [b"X-%d: %s" % (number, b"y" * 90 * number) for number in range(60)]
    body = bytes(range(256)) * 600
    with odd_server(answer(body, b"200 OK", *headers)) as server:
        response = get(HttpClient(), server.url, limit=len(body))
    assert response.body == body
    assert [len(response.headers[f"x-{number}"]) for number in range(60)] == [90 * number for number in range(60)]


def test_a_form_is_sent_with_its_length():
    with odd_server(answer()) as server:
        HttpClient().send(Request("POST", f"{server.url}/x", {"Content-Type": "text/plain"}, b"a=1"), 2.0, LIMIT)
    assert b"Content-Length: 3\r\n" in server.requests[0]
    assert server.requests[0].endswith(b"\r\n\r\na=1")


def test_a_connection_is_kept_for_the_next_request():
    with odd_server(answer()) as server:
        client = HttpClient()
        for _ in range(5):
            get(client, server.url)
        assert (server.connections, len(server.requests)) == (1, 5)


def test_a_connection_that_lay_idle_for_long_is_not_used_again(monkeypatch):
    with odd_server(answer()) as server:
        client = HttpClient()
        get(client, server.url)
        monkeypatch.setattr("gateway.outbound.connection.IDLE_SECONDS", 0.0)
        get(client, server.url)
        assert server.connections == 2


@pytest.mark.parametrize(
    "says",
    [drip(), drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", b"x"), HANG, [b"HTTP/1.1 200 OK\r\n", HANG]],
    ids=["a head that drips in", "a body that drips in", "nothing", "half a head"],
)
def test_no_answer_outlives_its_time(says):
    with odd_server(says) as server, pytest.raises((NoAnswer, BadAnswer)) as raised:
        get(HttpClient(), server.url, 0.5)
    assert raised.value.reason == "timed out"


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + b"x", "broke off"),
        (answer(b"x" * (LIMIT + 1)), "too large"),
        (answer(gzip.compress(b"x" * 100 * LIMIT), b"200 OK", b"Content-Encoding: gzip"), "too large"),
        (
            answer(gzip.compress(gzip.compress(b"x" * 10_000 * LIMIT)), b"200 OK", b"Content-Encoding: gzip, gzip"),
            "too large",
        ),
        (answer(b"", b"200 OK", b"Content-Encoding: " + b", ".join([b"gzip"] * 50)), "broke off"),
        (answer(b"no gzip", b"200 OK", b"Content-Encoding: gzip"), "broke off"),
        (b"SSH-2.0-OpenSSH\r\n", "not HTTP"),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n" + answer(), "not HTTP"),
    ],
)
def test_an_answer_that_is_none_is_told_apart_and_its_connection_is_not_used_again(says, reason):
    with odd_server([says, HANG_UP] if reason == "broke off" else says, answer(b"good")) as server:
        client = HttpClient()
        with pytest.raises(BadAnswer) as raised:
            get(client, server.url)
        assert raised.value.reason == reason
        assert get(client, server.url).body == b"good"
        assert reason == "too large" or server.connections == 2  # one that is too large may have arrived whole


def test_a_compressed_answer_is_unpacked():
    with odd_server(answer(gzip.compress(b"x" * 500), b"200 OK", b"Content-Encoding: gzip")) as server:
        assert get(HttpClient(), server.url).body == b"x" * 500


def test_an_answer_that_nobody_asked_for_reaches_nobody():
    with odd_server([answer(b"first"), 0.2, answer(b"second")], answer(b"third")) as server:
        client = HttpClient()
        assert get(client, server.url).body == b"first"
        time.sleep(0.4)
        assert get(client, server.url).body == b"third"


def test_an_answer_that_nobody_asked_for_is_noticed_where_tls_still_holds_it(tmp_path):
    file, context = certificate(tmp_path)
    first = answer(b"x" * 8000)
    first = answer(b"x" * (8000 + io.DEFAULT_BUFFER_SIZE - len(first)))
    assert len(first) == io.DEFAULT_BUFFER_SIZE
    with odd_server(first + answer(b"second"), answer(b"third"), context=context) as server:
        client = HttpClient(file)
        assert get(client, server.url).body.startswith(b"x")
        assert get(client, server.url).body == b"third"
        assert server.connections == 2


def test_a_connection_is_not_used_for_longer_than_addresses_may_last(monkeypatch):
    with odd_server(answer()) as server:
        client = HttpClient()
        get(client, server.url)
        monkeypatch.setattr("gateway.outbound.connection.LONGEST_SECONDS", 0.0)
        get(client, server.url)
        assert server.connections == 2


def test_redirects_are_returned_and_not_followed():
    with odd_server(answer(b"", b"302 Found", b"Location: http://127.0.0.1:1/elsewhere")) as server:
        assert get(HttpClient(), server.url).status == 302


def test_no_cookie_is_sent_back():
    with odd_server(answer(b"", b"200 OK", b"Set-Cookie: PHPSESSID=of-somebody; Path=/")) as server:
        client = HttpClient()
        get(client, server.url)
        get(client, server.url)
    assert not any(b"cookie" in request.lower() for request in server.requests)


# --- a kept connection that is closed -------------------------------------------------------------------------------


def closes_when_asked(server_answer=b"again"):
    """Answer once and keep the connection; close it without a word when the next request comes; then answer."""
    return [answer(b"first"), HANG_UP, answer(server_answer)]


def test_a_safe_request_is_sent_again_where_a_kept_connection_is_closed():
    with odd_server(*closes_when_asked()) as server:
        client = HttpClient()
        get(client, server.url)
        assert get(client, server.url).body == b"again"
        assert (server.connections, len(server.requests)) == (2, 3)


def test_a_change_is_not_sent_again_and_not_lost_in_silence():
    with odd_server(*closes_when_asked()) as server:
        client = HttpClient()
        get(client, server.url)
        with pytest.raises(NoAnswer) as raised:
            client.send(Request("POST", server.url, {}, b"a=1"), 2.0, LIMIT)
        assert raised.value.reason == "closed without an answer"
        assert len(server.requests) == 2


def test_a_kept_connection_that_was_closed_before_is_not_used_for_a_change():
    with odd_server(answer()) as server:
        client = HttpClient()
        get(client, server.url)
        server.hang_up()
        time.sleep(0.1)
        assert client.send(Request("POST", server.url, {}, b"a=1"), 2.0, LIMIT).status == 200
        assert (server.connections, len(server.requests)) == (2, 2)


def test_a_new_connection_that_is_closed_without_an_answer_is_not_tried_again():
    with odd_server(HANG_UP) as server:
        with pytest.raises(NoAnswer):
            get(HttpClient(), server.url)
        assert len(server.requests) == 1


def test_it_is_sent_again_over_a_new_connection_and_not_over_another_kept_one():
    slowly = [0.2, answer(b"first")]
    with odd_server(*[slowly] * 5, HANG_UP, answer(b"again")) as server, ThreadPoolExecutor(5) as many:
        client = HttpClient()
        assert [response.body for response in many.map(lambda _: get(client, server.url), range(5))] == [b"first"] * 5
        assert get(client, server.url).body == b"again"
        assert (server.connections, len(server.requests)) == (6, 7)


@pytest.mark.parametrize("header", [b"Connection: close", b"Connection: keep-alive"])
@pytest.mark.parametrize(("safe", "asked"), [(True, 2), (False, 1)])
def test_a_408_is_asked_again_over_a_new_connection_where_that_does_no_harm(safe, asked, header):
    with odd_server(answer(b"", b"408 Request Timeout", header), answer(b"good")) as server:
        response = get(HttpClient(), server.url, safe=safe)
        assert (response.status, len(server.requests)) == (200 if safe else 408, asked)
        assert server.connections == asked


def test_whoever_is_always_told_408_is_told_so_after_the_second():
    with odd_server(answer(b"", b"408 Request Timeout")) as server:
        assert get(HttpClient(), server.url).status == 408
        assert len(server.requests) == 2


# --- no connection --------------------------------------------------------------------------------------------------


def test_a_refused_connection_is_told_with_its_host():
    port = free_port()
    with pytest.raises(NotConnected) as raised:
        get(HttpClient(), f"http://127.0.0.1:{port}/")
    assert str(raised.value) == f"127.0.0.1:{port}: connection refused"


def test_an_unknown_name_is_told_apart_from_a_host_that_is_away():
    with pytest.raises(NotConnected) as raised:
        get(HttpClient(), "https://no-such-host.invalid/")
    assert raised.value.reason == "name not found"


def test_a_certificate_of_nobody_known_is_refused(tmp_path):
    _, context = certificate(tmp_path)
    with odd_server(answer(), context=context) as server, pytest.raises(NotConnected) as raised:
        get(HttpClient(), server.url)
    assert (raised.value.reason, raised.value.detail) == ("certificate not accepted", "self-signed certificate")


def test_a_certificate_of_a_further_authority_is_believed_for_its_own_name_alone(tmp_path):
    file, context = certificate(tmp_path)
    with odd_server(answer(b"secure"), context=context) as server:
        client = HttpClient(file)
        assert get(client, server.url).body == b"secure"
        with pytest.raises(NotConnected) as raised:
            get(client, server.url.replace("127.0.0.1", "localhost"))
        assert raised.value.reason == "certificate not accepted"


def test_a_common_name_alone_names_nobody(tmp_path):
    file, context = certificate(tmp_path, common_name="localhost", alternative_name=None)
    with odd_server(answer(), context=context) as server, pytest.raises(NotConnected) as raised:
        get(HttpClient(file), server.url.replace("127.0.0.1", "localhost"))
    assert raised.value.reason == "certificate not accepted"


# --- a dead address -------------------------------------------------------------------------------------------------


@pytest.fixture
def dead_address():
    """Yield an address of this machine at which connections are neither accepted nor refused, with its port.

    The queue of a listener that accepts nothing is full after a few connections.
    """
    with socket.socket() as listener:
        listener.bind(("127.0.0.2", 0))
        listener.listen(0)
        waiting = []
        for _ in range(4):
            one = socket.socket()
            one.setblocking(False)  # noqa: FBT003
            one.connect_ex(listener.getsockname())
            waiting.append(one)
        yield listener.getsockname()
        for one in waiting:
            one.close()


def test_a_dead_first_address_costs_its_time_once(dead_address, monkeypatch):
    address, port = dead_address
    monkeypatch.setattr(dialer, "FIRST_ADDRESS_SECONDS", 0.2)
    tried = []

    real = socket.getaddrinfo

    def resolve(host, port, *args, **options):
        if host != "two-addresses.test":
            return real(host, port, *args, **options)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, port)) for found in (address, "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with odd_server(answer(), port=port) as server:
        client = HttpClient()
        original = client._dialer._addresses.failed
        monkeypatch.setattr(client._dialer._addresses, "failed", lambda dead: (tried.append(dead), original(dead)))
        for _ in range(3):
            assert get(client, f"http://two-addresses.test:{port}/").status == 200
        assert server.connections == 1
    assert tried == [address]


def test_a_rush_is_carried_whole_and_without_a_warning(caplog):
    with odd_server(lambda request: [0.5, answer(request.split(b" ")[1])]) as server, ThreadPoolExecutor(500) as many:
        client = HttpClient()
        answers = list(many.map(lambda number: get(client, f"{server.url}/{number}", 10.0).body, range(500)))
        assert server.connections > KEPT_AT_MOST
    assert answers == [b"/%d" % number for number in range(500)]
    assert caplog.records == []


def test_ten_at_once_get_each_their_own_answer():
    def echo(request):
        return answer(request.split(b" ")[1])

    with odd_server(echo) as server, ThreadPoolExecutor(10) as many:
        client = HttpClient()
        answers = list(many.map(lambda number: get(client, f"{server.url}/{number}").body, range(200)))
    assert answers == [b"/%d" % number for number in range(200)]
