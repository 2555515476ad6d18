"""A crowd of browsers that are slow, silent, or do not read: more than a thousand connections that want nothing soon."""

import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.ports import HOST

IDLE, SLOW, DEAF, STAYING = 500, 300, 300, 100
SMALL = 2048
_PAUSE = 0.3
_SECONDS = 30.0
_LAST = b"X-Last: x\r\n\r\n"
_GET = b"GET /livez HTTP/1.1\r\nHost: training.acme.com\r\n"
_POST = (
    b"POST /backchannel-logout/default HTTP/1.1\r\nHost: training.acme.com\r\nConnection: close\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nlogout_token="
)
_BODY = b"\r\n\r\nalive\n"
_LARGE = b"GET /static/gateway.css HTTP/1.1\r\nHost: training.acme.com\r\n\r\n"


class Crowd:
    """All of them, at one port.

    Attributes:
        idle: half of them have been answered once, the others have said nothing.
        heads: a byte of each one's head comes now and then.
        bodies: likewise of its body.
        deaf: each asks for thirty answers and reads none.
        staying: each has had its answer on a connection that ends with it, and does not close its end.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self.idle = [self._connected() for _ in range(IDLE)]
        for browser in self.idle[::2]:
            browser.sendall(_GET + b"\r\n")
        self.heads = [self._connected(_GET + b"X-Slow: ") for _ in range(SLOW // 2)]
        self.bodies = [self._connected(_POST) for _ in range(SLOW // 2)]
        self.deaf = [self._connected(_LARGE * 30, SMALL) for _ in range(DEAF)]
        self.staying = [self._connected(_GET + b"Connection: close\r\n\r\n") for _ in range(STAYING)]
        self._is_over = threading.Event()
        self._dripping = threading.Thread(target=self._drip, daemon=True)
        self._dripping.start()

    def close(self) -> None:
        """Let them all leave."""
        self._is_over.set()
        self._dripping.join()
        for browser in self.idle + self.heads + self.bodies + self.deaf + self.staying:
            browser.close()

    def first_answers(self) -> list[int]:
        """Return the statuses of what those were told who asked before they fell silent, and who stay."""
        return [_status(browser) for browser in self.idle[::2] + self.staying]

    def answers_in_the_end(self) -> list[int]:
        """Let the idle ones ask and the slow heads come to an end; return the statuses of all answers."""
        self._is_over.set()
        self._dripping.join()
        for browser in self.idle:
            browser.sendall(_GET + b"\r\n")
        for browser in self.heads:
            browser.sendall(b"\r\n" + _LAST)
        return [_status(browser) for browser in self.idle + self.heads]

    def are_connected(self) -> bool:
        """Return whether none that has not been answered was closed."""
        poll = select.poll()
        for browser in self.heads + self.bodies + self.idle[1::2]:
            poll.register(browser, select.POLLIN)
        return not poll.poll(0)

    def _connected(self, words: bytes = b"", buffer: int = 0) -> socket.socket:
        browser = socket.socket()
        browser.settimeout(_SECONDS)
        if buffer:
            browser.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        browser.connect((HOST, self._port))
        browser.sendall(words)
        return browser

    def _drip(self) -> None:
        while not self._is_over.is_set():
            for browser in self.heads + self.bodies:
                with suppress(OSError):
                    browser.send(b"a")
            time.sleep(_PAUSE)


@contextmanager
def crowd_at(port: int) -> Iterator[Crowd]:
    """Return such a crowd; they leave with the ``with`` block."""
    crowd = Crowd(port)
    try:
        yield crowd
    finally:
        crowd.close()


def _status(browser: socket.socket) -> int:
    """Return the status of the answer of ``/livez`` that comes next; 0 where the connection is closed instead."""
    arrived = b""
    while not arrived.endswith(_BODY):
        piece = browser.recv(4096)
        if not piece:
            return 0
        arrived += piece
    return int(arrived[9:12])
