"""A connection of urllib3's that keeps to a total time, and says whether an earlier request went over it.

A socket's time-out begins anew with every byte that arrives, so an answer that drips in would outlive any time-out.
Here it is the total of a phase: of the sending, and of the whole answer.
"""

import io
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, cast

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError

IDLE_SECONDS = 60.0
"""How long a connection may lie idle: something on the way may have forgotten an older one without telling."""
CONNECTING_AT_ONCE = 32
"""Connections to one address that come about at the same time: a handshake takes CPU, and of a thousand begun at once
none would be over in time."""
WAIT_SECONDS = 10.0
"""How long to wait for that; it counts in the total time of the request."""

_connecting: defaultdict[tuple[str, int | None], threading.Semaphore] = defaultdict(
    lambda: threading.Semaphore(CONNECTING_AT_ONCE)
)


class KeptConnectionClosed(ConnectionError):
    """The other side closed a connection that had carried requests before, and answered nothing to this one."""


class TimedSocket:
    """A connected socket whose time-out is the total of all that is read until it is set again.

    Args:
        connected: the socket, with TLS around it where there is any. What is not said here is its own.

    Attributes:
        spoiled: whether the other side said more than its answer: whoever were next would be told it.
    """

    def __init__(self, connected: socket.socket) -> None:
        self._connected = connected
        self._end: float | None = None
        self._readers = 0
        self._closing = False
        self.spoiled = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connected, name)

    def settimeout(self, seconds: float | None) -> None:
        """Begin a phase that takes so many seconds in all; ``None``: without an end."""
        self._end = None if seconds is None else time.monotonic() + seconds
        self._connected.settimeout(seconds)

    def recv_into(self, buffer: Any) -> int:
        """Read what has arrived.

        Raises:
            TimeoutError: the phase is over.
        """
        if self._end is not None:
            left = self._end - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            self._connected.settimeout(left)
        return self._connected.recv_into(buffer)

    def makefile(self, *_mode: Any, **_options: Any) -> io.BufferedReader:
        """Return a reader of one answer, as ``http.client`` asks for one with each."""
        self._readers += 1
        return _AnswerReader(_Reader(self))

    def close(self) -> None:
        """Close the socket, once nobody reads from it any more."""
        self._closing = True
        self._close_if_unread()

    def answer_read(self, *, more: bool) -> None:
        """Take note that an answer was read, or given up, and whether more than it had arrived."""
        self._readers -= 1
        self.spoiled = self.spoiled or more
        self._close_if_unread()

    def _close_if_unread(self) -> None:
        if self._closing and not self._readers:
            self._connected.close()


class _Reader(io.RawIOBase):
    """The bytes of a socket as they come; none any more once the answer is over."""

    def __init__(self, source: TimedSocket) -> None:
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
        super().__init__(source)
        self._source = source

    def close(self) -> None:
        if not self.closed:
            self._source.over = True
            more = bool(self.peek(1))
            super().close()
            self._source.source.answer_read(more=more)


class TimedConnection(HTTPConnection):
    """A connection whose phases have a total time, and which is not used again when it has been idle for long."""

    _used_at: float | None = None

    @property
    def is_connected(self) -> bool:
        """Whether it may be used, which urllib3 asks when it takes one out of the pool."""
        idle = 0.0 if self._used_at is None else time.monotonic() - self._used_at
        return idle < IDLE_SECONDS and not getattr(self.sock, "spoiled", False) and super().is_connected

    def connect(self) -> None:
        """Connect, after those to the same address that began before; see ``urllib3.connection.HTTPConnection``.

        Raises:
            ConnectTimeoutError: too many are connecting, and none of them is done.
        """
        places = _connecting[self.host, self.port]
        if not places.acquire(timeout=WAIT_SECONDS):
            raise ConnectTimeoutError(self, "too many connections are being opened")
        try:
            super().connect()
        finally:
            places.release()
        self._used_at = None
        self.sock = cast("socket.socket", TimedSocket(self.sock))

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Send a request; see ``urllib3.connection.HTTPConnection``.

        Raises:
            KeptConnectionClosed: the other side had closed it.
        """
        self._noticing(lambda: super(TimedConnection, self).request(*args, **kwargs))

    def getresponse(self) -> Any:
        """Return the answer; see ``urllib3.connection.HTTPConnection``. Raises as ``request``."""
        response = self._noticing(super().getresponse)
        self._used_at = time.monotonic()
        return response

    def _noticing(self, step: Callable[[], Any]) -> Any:
        try:
            return step()
        except TimeoutError:
            raise
        except OSError as error:  # http.client's RemoteDisconnected is one, too
            if self._used_at is None:
                raise
            raise KeptConnectionClosed(type(error).__name__) from None


class TimedSecureConnection(TimedConnection, HTTPSConnection):
    """The same over TLS."""


class TimedPool(HTTPConnectionPool):
    """A pool of such connections."""

    ConnectionCls = TimedConnection


class TimedSecurePool(HTTPSConnectionPool):
    """A pool of such connections over TLS."""

    ConnectionCls = TimedSecureConnection


POOLS = {"http": TimedPool, "https": TimedSecurePool}
