"""The way out, over real sockets: what it sends, what it makes of odd answers, what it repeats and what never."""

import secrets
import threading
import time
from contextlib import suppress

import pytest

from gateway import context, in_flight
from gateway.admission import Admission
from gateway.errors import Misunderstood, Queued, StoreUnavailable, TalentLMSError, Unavailable, Unwritable
from gateway.outbound.client import HttpClient
from gateway.talentlms.budget import Budget
from gateway.talentlms.transport import HttpTransport
from schemas.secret import Secret
from tests.gateway.talentlms.odd_server import HANG, HANG_UP, answer, certificate, odd_server
from tests.gateway.threads import at_once
from tests.patience import wait_until

FINE = answer(b'{"fine":"yes"}')
KEY = Secret("a-key")


def get(transport, *, safe=True, path="siteinfo"):
    return transport.send("GET", path, None, safe=safe)


def asked(*says, times=1, safe=True):
    """Return what comes back of so many calls, the last of them, and the server."""
    with odd_server(*says) as server:
        transport = HttpTransport(server.url, KEY, HttpClient())
        for _ in range(times - 1):
            with suppress(TalentLMSError):
                get(transport, safe=safe)
        return get(transport, safe=safe), server


# --- what is sent ----------------------------------------------------------------------------------------------


def test_a_get_is_written_as_it_has_to_be():
    _, server = asked(FINE)
    line, *headers = server.requests[0].decode().removesuffix("\r\n\r\n").split("\r\n")

    assert line == "GET /api/v1/siteinfo HTTP/1.1"
    assert headers == [
        f"Host: {server.url.removeprefix('http://')}",
        "Authorization: Basic YS1rZXk6",
        "User-Agent: talentlms-gateway",
        "Accept: application/json",
        "Accept-Encoding: gzip",
    ]


def test_a_form_goes_with_its_length_and_type():
    with odd_server(FINE) as server:
        HttpTransport(server.url, KEY, HttpClient()).send("POST", "usersignup", b"login=kim&password=x", safe=False)

    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert body == b"login=kim&password=x"
    assert {b"Content-Type: application/x-www-form-urlencoded", b"Content-Length: 20"} <= set(head.split(b"\r\n"))


@pytest.mark.parametrize("path", ["users/a b", "x\r\nHost: evil", "users/\u00fc", "", "a\tb"])
def test_nothing_can_be_smuggled_into_the_request_line(path):
    with odd_server(FINE) as server, pytest.raises(Unwritable):
        get(HttpTransport(server.url, KEY, HttpClient()), path=path)
    assert server.requests == []


def test_no_cookie_that_was_set_comes_back():
    _, server = asked(answer(b"{}", b"200 OK", b"Set-Cookie: PHPSESSID=1; path=/"), times=2)

    assert len(server.requests) == 2
    assert b"cookie" not in server.requests[1].lower()


# --- what comes back -------------------------------------------------------------------------------------------


GOOD = {
    "with a length": FINE,
    "in pieces": [bytes([byte]) for byte in FINE],
    "in chunks": b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7;x=y\r\n{"fine"\r\n7\r\n:"yes"}\r\n0\r\nTrailer: x\r\n\r\n',
    "in chunks, in pieces": [
        b"HTTP/1.1 200 OK\r\ntransfer-encoding:Chunked\r\n\r\n",
        b"e\r",
        b'\n{"fine":"y',
        b'es"}',
        b"\r\n0\r\n",
        b"\r\n",
    ],
    "until the connection ends": [b'HTTP/1.0 200 OK\r\n\r\n{"fine":"yes"}', HANG_UP],
    "after an interim answer": b"HTTP/1.1 100 Continue\r\n\r\n" + FINE,
}


@pytest.mark.parametrize("says", GOOD.values(), ids=GOOD)
def test_an_answer_is_read_however_it_is_framed(says):
    reply, _ = asked(says)

    assert (reply.status, reply.body) == (200, b'{"fine":"yes"}')


BAD = {
    "half a body": [b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", HANG_UP],
    "half a chunk": [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{", HANG_UP],
    "no last chunk": [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", HANG_UP],
    "a chunk of no size": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n\r\n",
    "a chunk that is longer": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n",
    "both framings": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "an interim answer that is not expected": b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + FINE,
    "not HTTP": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "HTTP/2": b"HTTP/2 200\r\n\r\n",
    "a head without an end": [b"HTTP/1.1 200 OK\r\n", *[b"X: " + b"y" * 800 + b"\r\n"] * 101],
    "an announced flood": b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n",
}


@pytest.mark.parametrize("says", BAD.values(), ids=BAD)
def test_an_answer_that_is_none_is_misunderstood_and_its_connection_is_never_used_again(says):
    with odd_server(says, FINE) as server:
        transport = HttpTransport(server.url, KEY, HttpClient())
        with pytest.raises(Misunderstood):
            get(transport, safe=False)
        assert get(transport).status == 200
        assert server.connections == 2


ENDLESS = {
    "a negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}",
    "another coding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n{}",
    "a header without a colon": b"HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 2\r\n\r\n{}",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-",
    "a large chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\n",
}


@pytest.mark.parametrize("says", ENDLESS.values(), ids=ENDLESS)
def test_an_answer_without_an_end_is_given_up_in_time_and_its_connection_is_never_used_again(says):
    with odd_server([says, HANG], FINE) as server:
        transport = HttpTransport(server.url, KEY, HttpClient())
        context.begin(seconds=0.4)
        with pytest.raises(Unavailable):
            get(transport, safe=False)
        context.end()
        assert get(transport).status == 200
        assert server.connections == 2


def test_a_flood_without_an_announced_end_is_cut_off(monkeypatch):
    monkeypatch.setattr("gateway.talentlms.transport.BODY_BYTES", 100_000)
    with pytest.raises(Misunderstood):
        asked([b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 10_000] * 20, HANG_UP], safe=False)


@pytest.mark.parametrize(
    ("header", "seconds"), [(b"7", 7), (b"", None), (b"soon", None), (b"-1", None), (b"999999", None)]
)
def test_a_retry_after_is_read_if_it_is_a_sensible_number_of_seconds(header, seconds):
    reply, _ = asked(answer(b"{}", b"429 Too Many", b"Retry-After: " + header))

    assert reply.retry_after == seconds


# --- connections -----------------------------------------------------------------------------------------------


def test_a_connection_is_kept_for_the_next_call():
    _, server = asked(FINE, times=5)

    assert (len(server.requests), server.connections) == (5, 1)


@pytest.mark.parametrize(
    "says",
    [
        answer(b"{}", b"200 OK", b"Connection: close"),
        answer(b"{}", b"200 OK", b"connection: Keep-Alive, Close"),
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        answer(b"{}") + b"and more",
        b"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n{}",
    ],
    ids=["close", "close among others", "HTTP/1.0", "more than announced", "a body where none is"],
)
def test_a_connection_that_should_not_be_kept_is_not(says):
    _, server = asked(says, FINE, times=2)

    assert server.connections == 2


@pytest.mark.parametrize("safe", [True, False])
def test_a_connection_that_was_closed_meanwhile_is_not_used_and_nothing_is_sent_twice(safe):
    with odd_server(FINE) as server:
        transport = HttpTransport(server.url, KEY, HttpClient())
        get(transport)
        server.hang_up()
        time.sleep(0.05)

        assert get(transport, safe=safe).status == 200
        assert (len(server.requests), server.connections) == (2, 2)


def test_many_threads_never_share_a_connection_or_swap_answers():
    with odd_server(lambda request: answer(request.split()[1])) as server:
        transport = HttpTransport(server.url, KEY, HttpClient())
        replies = at_once(30, lambda number: [get(transport, path=f"{number}/{again}").body for again in range(5)])

    assert replies == [[b"/api/v1/%d/%d" % (number, again) for again in range(5)] for number in range(30)]


def test_tls_is_verified_against_the_ca_file_and_the_connection_is_kept(tmp_path):
    file, context = certificate(tmp_path)
    with odd_server(FINE, context=context) as server:
        transport = HttpTransport(server.url, KEY, HttpClient(file))
        assert [get(transport).status for _ in range(3)] == [200] * 3
        assert server.connections == 1


def test_a_certificate_that_nobody_vouches_for_or_of_another_host_is_refused(tmp_path):
    _, unknown = certificate(tmp_path)
    file, foreign = certificate(tmp_path, "127.0.0.2")
    for tls, ca_file in ((unknown, None), (foreign, file)):
        with odd_server(FINE, context=tls) as server:
            with pytest.raises(Unavailable):
                get(HttpTransport(server.url, KEY, HttpClient(ca_file)), safe=False)
            assert server.requests == []


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_what_is_larger_than_the_system_takes_at_once_arrives_whole_both_ways(tmp_path, tls):
    file, tls_context = certificate(tmp_path) if tls else (None, None)
    form, reply = secrets.token_bytes(6_000_000), secrets.token_bytes(6_000_000)
    with odd_server(answer(reply), context=tls_context) as server:
        transport = HttpTransport(server.url, KEY, HttpClient(file))
        answers = [transport.send("POST", "usersignup", form, safe=False) for _ in range(2)]
        assert [told.body == reply for told in answers] == [True, True]
        assert [request.endswith(b"\r\n\r\n" + form) for request in server.requests] == [True, True]
        assert server.connections == 1


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_whoever_takes_nothing_in_keeps_nobody_waiting(tmp_path, tls):
    file, tls_context = certificate(tmp_path) if tls else (None, None)
    with odd_server([FINE, HANG], context=tls_context) as server:
        transport = HttpTransport(server.url, KEY, HttpClient(file))
        assert get(transport).status == 200  # the connection is kept, and the server takes no more from it
        form = bytes(12_000_000)
        context.begin(seconds=1.5)
        worked = time.thread_time()
        with pytest.raises(Unavailable, match="timed out"):
            transport.send("POST", "usersignup", form, safe=False)
        assert time.thread_time() - worked < 0.75  # it slept; a loop that asks and asks would have worked all the time


# --- time ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "says",
    [HANG, [b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n", *[b"x", 0.05] * 9000]],
    ids=["silent", "dripping"],
)
def test_a_call_ends_when_the_browser_waits_no_longer(says, monkeypatch):
    monkeypatch.setattr("gateway.talentlms.transport.READ_SECONDS", 1000.0)  # whatever ends the call, this does not
    context.begin(seconds=0.4)
    with pytest.raises(Unavailable):
        asked(says)
    assert context.remaining(1) == 0.0


def test_without_time_left_nothing_is_sent():
    context.begin(seconds=0)
    with odd_server(FINE) as server, pytest.raises(Unavailable):
        get(HttpTransport(server.url, KEY, HttpClient()))
    assert server.requests == []


# --- repeats ---------------------------------------------------------------------------------------------------


def test_a_safe_call_is_repeated_once_when_the_connection_broke():
    reply, server = asked(HANG_UP, FINE)
    assert (reply.status, len(server.requests)) == (200, 2)

    with odd_server(HANG_UP) as server, pytest.raises(Unavailable):
        get(HttpTransport(server.url, KEY, HttpClient()))
    assert len(server.requests) == 2


@pytest.mark.parametrize("says", [HANG_UP, BAD["half a body"], answer(b"{}", b"503 Busy", b"Retry-After: 0")])
def test_what_is_not_safe_is_never_repeated(says):
    with odd_server(says, FINE) as server:
        with suppress(TalentLMSError):
            get(HttpTransport(server.url, KEY, HttpClient()), safe=False)
        assert len(server.requests) == 1


def test_what_is_not_safe_is_not_even_repeated_on_a_connection_that_ended_under_it():
    with odd_server(FINE, HANG_UP, FINE) as server:
        transport = HttpTransport(server.url, KEY, HttpClient())
        get(transport)
        with pytest.raises(Unavailable):
            get(transport, safe=False)
        assert (len(server.requests), server.connections) == (2, 1)


def test_a_safe_call_is_repeated_when_talentlms_says_when():
    busy = answer(b"{}", b"503 Busy", b"Retry-After: 0")
    reply, server = asked(busy, FINE)

    assert (reply.status, len(server.requests)) == (200, 2)


def test_it_is_not_repeated_when_that_takes_too_long_or_talentlms_does_not_say():
    for busy in (answer(b"{}", b"503 Busy", b"Retry-After: 30"), answer(b"{}", b"500 Oh")):
        reply, server = asked(busy, FINE)
        assert (reply.status // 100, len(server.requests)) == (5, 1)


def test_a_storm_uses_up_the_retry_budget(monkeypatch):
    monkeypatch.setattr("gateway.talentlms.retry_budget.JITTER_SECONDS", 0.0)
    with odd_server(HANG_UP) as server:
        transport = HttpTransport(server.url, KEY, HttpClient())
        for _ in range(50):
            with suppress(TalentLMSError):
                get(transport)
        assert len(server.requests) == 60


# --- too many --------------------------------------------------------------------------------------------------


def test_as_long_as_calls_come_back_whoever_is_one_too_many_waits(monkeypatch):
    monkeypatch.setattr("gateway.talentlms.transport.AT_ONCE", 3)
    most = Most()
    with odd_server([0.05, FINE]) as server:
        transport = HttpTransport(server.url, KEY, HttpClient())
        say = server._say
        server._say = lambda wire, says: most.during(lambda: say(wire, says))
        replies = at_once(12, lambda _: get(transport).status)

    assert replies == [200] * 12
    assert most.seen == 3


def test_when_talentlms_hangs_whoever_is_one_too_many_is_told_at_once(monkeypatch):
    monkeypatch.setattr("gateway.talentlms.transport.AT_ONCE", 3)
    monkeypatch.setattr(in_flight, "HANGING_SECONDS", 0.1)
    with odd_server(HANG) as server:
        transport = HttpTransport(server.url, KEY, HttpClient())
        for _ in range(3):
            threading.Thread(target=lambda: suppressed(get, transport), daemon=True).start()
        wait_until(lambda: len(server.requests) == 3)
        time.sleep(0.2)
        refused = at_once(20, lambda _: get(transport))

        assert {type(error) for error in refused} == {Unavailable}
        assert {error.retry_after for error in refused} == {2}
        assert len(server.requests) == 3


# --- the budget ------------------------------------------------------------------------------------------------


class Book:
    """A shared budget that says what a test wants and writes down what it was told."""

    is_limited = True

    def __init__(self, *answers):
        self.answers = list(answers)
        self.told = []

    def admit(self, mine, lookup=None):
        self.told.append("admit")
        admitted = self.answers.pop(0)
        if isinstance(admitted, Exception):
            raise admitted
        return admitted

    def answered(self, call):
        self.told.append(("answered", call))

    def unused(self, call, person=""):
        self.told.append(("unused", call))

    def freeze(self, seconds):
        self.told.append(("freeze", seconds))

    def may_ask(self):
        return (1, 1)

    def note_limits(self, *told):
        self.told.append(("note_limits", told))


def test_each_call_needs_a_permit_and_each_repeat_another():
    book = Book(Admission(1), Admission(2))
    with odd_server(HANG_UP, FINE) as server:
        get(HttpTransport(server.url, KEY, HttpClient(), budget=Budget(book)))

    assert book.told == ["admit", ("answered", 1), "admit", ("answered", 2)]


def test_without_a_permit_nothing_is_sent():
    for refusal, kind in ((Admission(0, 9, 9), Queued), (StoreUnavailable("away"), StoreUnavailable)):
        with odd_server(FINE) as server, pytest.raises(kind):
            get(HttpTransport(server.url, KEY, HttpClient(), budget=Budget(Book(refusal))))
        assert server.requests == []


def test_what_talentlms_does_not_count_needs_no_permit():
    book = Book()
    with odd_server(FINE) as server:
        assert get(HttpTransport(server.url, KEY, HttpClient(), budget=Budget(book)), path="ratelimit").status == 200
    assert book.told == []


@pytest.mark.parametrize(
    ("says", "seconds"),
    [
        (answer(b'{"error":{"message":"API rate limit exceeded"}}', b"429 x", b"Retry-After: 9"), 9),
        (answer(b"rate limit", b"403 x"), 5),
        (answer(b"", b"429 x"), 5),
    ],
)
def test_a_throttled_answer_freezes_the_budget_and_is_not_repeated(says, seconds):
    book = Book(Admission(1))
    with odd_server(says) as server:
        get(HttpTransport(server.url, KEY, HttpClient(), budget=Budget(book)))

    assert book.told == ["admit", ("answered", 1), ("freeze", seconds)]


def test_a_permit_is_given_back_when_the_call_is_not_made(monkeypatch):
    monkeypatch.setattr(in_flight.InFlight, "_is_full", lambda _: True)
    book = Book(Admission(7))
    with odd_server(FINE) as server, pytest.raises(Unavailable):
        get(HttpTransport(server.url, KEY, HttpClient(), budget=Budget(book)))

    assert book.told == ["admit", ("unused", 7)]


class Most:
    def __init__(self):
        self.now = self.seen = 0
        self.lock = threading.Lock()

    def during(self, action):
        with self.lock:
            self.now += 1
            self.seen = max(self.seen, self.now)
        try:
            return action()
        finally:
            with self.lock:
                self.now -= 1


def suppressed(action, *given):
    with suppress(TalentLMSError):
        action(*given)
