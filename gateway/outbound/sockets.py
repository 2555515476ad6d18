"""Sockets whose time-out is the total of a phase, and which notice what nobody asked for.

A socket's own time-out begins anew with every piece that arrives (with gevent's even with every piece of a TLS record),
so an answer that drips in would outlive any of them.
"""

import io
import math
import socket
import ssl
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from urllib3.util import wait_for_read, wait_for_write

T = TypeVar("T")

BUFFER_BYTES = 2048
"""What an answer that is waited for holds ready; most heads fit, and a body is read past it. Python's own 8 KiB would
be 12 MB in a worker with 1,500 calls under way."""


class Transport(Protocol):
    """What an exchange needs of a connection: a ``TimedSocket``, or urllib3's TLS within a TLS connection over one."""

    def settimeout(self, value: float | None) -> None:
        """Begin a phase that takes so many seconds in all; ``None``: without an end; 0: nothing is waited for."""

    def sendall(self, data: bytes) -> None:
        """Send all of it."""

    def recv(self, buflen: int) -> Any:
        """Return what has arrived, nothing where the other side has ended the connection."""

    def recv_into(self, buffer: Any) -> Any:
        """Read what has arrived, and return how much."""

    def close(self) -> None:
        """Close it."""


class TimedSocket:
    """A connected socket. What is done with it ends when the phase does, however often something arrives.

    Args:
        connected: a socket, with TLS around it where there is any.
        end: of the first phase, by ``time.monotonic``.

    Attributes:
        connected: the same.
    """

    def __init__(self, connected: socket.socket, end: float) -> None:
        connected.settimeout(0.0)
        self.connected = connected
        self._end = end
        self._waits = True

    def settimeout(self, value: float | None) -> None:
        """Begin a phase that takes so many seconds in all; ``None``: without an end; 0: nothing is waited for."""
        self._waits = value != 0
        self._end = math.inf if value is None else time.monotonic() + value

    def handshake(self) -> None:
        """Begin TLS. Raises ``TimeoutError`` and ``ssl.SSLError``, as all that follows."""
        if isinstance(self.connected, ssl.SSLSocket):
            self._within_time(self.connected.do_handshake, wait_for_read)

    def sendall(self, data: bytes) -> None:
        """Send all of it."""
        rest = memoryview(data)
        while rest:
            piece = rest
            sent = self._within_time(lambda: self.connected.send(piece), wait_for_write)  # noqa: B023 - called at once
            rest = rest[sent:]

    def recv(self, buflen: int) -> bytes:
        """Return what has arrived, nothing where the other side has ended the connection."""
        return self._within_time(lambda: self.connected.recv(buflen), wait_for_read)

    def recv_into(self, buffer: Any) -> int:
        """Read what has arrived."""
        return self._within_time(lambda: self.connected.recv_into(buffer), wait_for_read)

    def close(self) -> None:
        """Close it."""
        self.connected.close()

    def _within_time(self, step: Callable[[], T], wait: Callable[[socket.socket, float], bool]) -> T:
        while True:
            left = self._end - time.monotonic()
            if self._waits and left <= 0:
                raise TimeoutError("timed out")
            try:
                return step()
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError) as blocked:
                if not self._waits:
                    raise BlockingIOError from None
                self._wait(blocked, wait, left)

    def _wait(self, blocked: OSError, wait: Callable[[socket.socket, float], bool], left: float) -> None:
        if isinstance(blocked, ssl.SSLWantReadError):
            wait = wait_for_read
        elif isinstance(blocked, ssl.SSLWantWriteError):
            wait = wait_for_write
        wait(self.connected, left)


class AnswerSocket:
    """A connection as ``http.client`` uses it: requests go out, and each answer is read to its end.

    Args:
        transport: what it goes over.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._readers = 0
        self._closing = False
        self._unusable = False
        self.settimeout, self.sendall, self.recv_into = transport.settimeout, transport.sendall, transport.recv_into

    def is_quiet(self) -> bool:
        """Return whether the connection is open, and nothing has arrived: the next request would read it.

        It is read from, since TLS may hold what the system no longer shows.
        """
        if self._unusable:
            return False
        self._transport.settimeout(0)
        try:
            self._transport.recv(1)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def makefile(self, *_mode: Any, **_options: Any) -> io.BufferedReader:
        """Return a reader of one answer, as ``http.client`` asks for one with each."""
        self._readers += 1
        return _AnswerReader(_Reader(self))

    def close(self) -> None:
        """Close it, once nobody reads from it any more."""
        self._closing = True
        self._close_if_unread()

    def answer_read(self, *, more: bool) -> None:
        """Take note that an answer was read, or given up, and whether more than it had arrived."""
        self._readers -= 1
        self._unusable = self._unusable or more
        self._close_if_unread()

    def _close_if_unread(self) -> None:
        if self._closing and not self._readers:
            self._transport.close()


class _Reader(io.RawIOBase):
    """The bytes of a connection as they come; none any more once the answer is over."""

    def __init__(self, source: AnswerSocket) -> None:
        super().__init__()
        self.source = source
        self.over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        return None if self.over else self.source.recv_into(buffer)


class _AnswerReader(io.BufferedReader):
    """Reads one answer, and knows at its end whether more than it had arrived."""

    def __init__(self, source: _Reader) -> None:
        super().__init__(source, BUFFER_BYTES)
        self._source = source

    def close(self) -> None:
        if not self.closed:
            self._source.over = True
            more = bool(self.peek(1))
            super().close()
            self._source.source.answer_read(more=more)
