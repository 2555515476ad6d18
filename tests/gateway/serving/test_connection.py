"""What has arrived, and when a thread is asked to answer it."""

import socket
import threading

import pytest
from gunicorn.config import Config

from gateway.serving import connection as room
from gateway.serving.connection import BODY_BYTES, HEAD_BYTES, Connection, Gone


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Connection(ours, ("127.0.0.1", 1), ("127.0.0.1", 2), Config(), threading.BoundedSemaphore(1)), theirs


@pytest.mark.parametrize(
    ("arrived", "whole"),
    [
        (b"", False),
        (b"GET / HTTP/1.1\r\nHost: x\r\n", False),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", True),
        (b"GET / HTTP/1.1\r\nContent-Length: 9\r\n\r\n", False),
        (b"POST / HTTP/1.1\r\nHost: x\r\n\r\n", True),
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab", False),
        (b"POST / HTTP/1.1\r\ncontent-length:3 \r\n\r\nabc", True),
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcd", True),
        (b"POST / HTTP/1.1\r\nX: y\r\n\r\nContent-Length: 30\r\n\r\n", True),
        (b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (BODY_BYTES + 1), True),
        (b"POST / HTTP/1.1\r\nContent-Length: three\r\n\r\n", True),
        (b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n", True),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", True),
    ],
)
def test_a_request_is_there_when_head_and_short_body_are(pair, arrived, whole):
    connection, theirs = pair
    theirs.sendall(arrived)
    assert connection.read()
    assert connection.has_request() is whole


def test_what_has_no_end_is_too_long_at_some_point(pair):
    connection, _ = pair
    connection.arrived = b"x" * HEAD_BYTES
    assert not connection.is_too_long()
    connection.arrived += b"x"
    assert connection.is_too_long()
    connection.arrived += b"\r\n\r\n"
    assert not connection.is_too_long()


def test_reading_does_not_wait_and_sees_the_end(pair):
    connection, theirs = pair
    assert connection.read()
    assert not connection.is_readable()
    theirs.sendall(b"GE")
    assert connection.is_readable()
    assert connection.read()
    assert connection.arrived == b"GE"
    theirs.close()
    assert not connection.read()


def test_after_the_goodbye_nothing_is_kept(pair):
    connection, theirs = pair
    assert connection.say_goodbye()
    assert theirs.recv(1) == b""
    theirs.sendall(b"GET / HTTP/1.1\r\n\r\n")
    assert connection.read()
    assert not connection.has_request()


def test_nobody_is_waited_for_who_has_gone(pair):
    connection, _ = pair
    connection.hang_up()
    assert not connection.say_goodbye()


def test_a_body_that_does_not_come_is_the_end(pair, monkeypatch):
    monkeypatch.setattr(room, "BODY_SECONDS", 0.05)
    connection, theirs = pair
    connection.hand_over()
    theirs.sendall(b"abc")
    assert connection.recv(10) == b"abc"
    with pytest.raises(Gone):
        connection.recv(10)


def test_an_answer_that_is_not_taken_is_the_end(pair, monkeypatch):
    monkeypatch.setattr(room, "SEND_SECONDS", 0.05)
    connection, _ = pair
    connection.begin_answer()
    with pytest.raises(Gone, match="too slow"):
        connection.sendall(bytes(64 * 1024 * 1024))


def test_an_answer_to_nobody_is_the_end(pair):
    connection, theirs = pair
    theirs.close()
    with pytest.raises(Gone):
        connection.sendall(b"abc")


def test_what_is_there_needs_no_seat_and_what_is_not_is_not_waited_for_where_all_are_taken(pair):
    connection, theirs = pair
    connection.hand_over()
    assert connection._seats.acquire(blocking=False)
    theirs.sendall(b"abc")
    assert connection.recv(10) == b"abc"
    with pytest.raises(Gone, match="too many threads"):
        connection.recv(10)
    with pytest.raises(Gone, match="too many threads"):
        connection.sendall(bytes(64 * 1024 * 1024))


def test_a_seat_is_given_back(pair, monkeypatch):
    monkeypatch.setattr(room, "BODY_SECONDS", 0.05)
    connection, _ = pair
    for _ in range(3):
        connection.hand_over()
        with pytest.raises(Gone, match="too slow"):
            connection.recv(10)


def test_gunicorn_does_not_close_what_is_not_its_own(pair):
    connection, theirs = pair
    connection.close()
    connection.sendall(b"abc")
    assert theirs.recv(10) == b"abc"


def test_going_on_is_no_answer_yet(pair):
    connection, _ = pair
    connection.begin_answer()
    connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert connection.silent
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    assert not connection.silent


def test_the_time_to_take_an_answer_is_for_the_whole_of_it(pair, monkeypatch):
    monkeypatch.setattr(room, "SEND_SECONDS", 0.3)
    connection, theirs = pair
    connection.begin_answer()
    pieces = []

    def send_on():
        for _ in range(1000):  # each alone is taken in time
            connection.sendall(bytes(64 * 1024))
            pieces.append(threading.Timer(0.05, theirs.recv, [64 * 1024]))
            pieces[-1].start()

    with pytest.raises(Gone, match="too slow"):
        send_on()
    for piece in pieces:
        piece.join()
    assert 0 < len(pieces) < 100
