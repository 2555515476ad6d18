"""One connection to TalentLMS: HTTP/1.1 (RFC 9112) over a socket, as much of it as this client needs.

Strict where a mistake would mix up two people's answers: a connection that said one word more or less than it
announced is never used again. Why there is a protocol here and no library stands in ``docs/budget.md``, with figures.
"""

import re
import select
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

HEAD_BYTES = 64 * 1024
BODY_BYTES = 8 * 1024 * 1024
"""The largest answer that is read; ``users`` without pages is the largest there is."""

_CHUNK_BYTES = 64 * 1024
_MILLISECONDS = 1000
_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: .*)?")
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LENGTH = re.compile(rb"[0-9]{1,12}")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;.*)?")
_BODILESS = (204, 304)
_INTERIM = range(100, 200)

G = TypeVar("G")
T = TypeVar("T")


class Broken(Exception):
    """No answer: no connection, the connection ended, or it took too long. The text says which."""


class Unreadable(Exception):
    """An answer that broke off, is too long, or is not HTTP."""


@dataclass(frozen=True)
class Response:
    """An HTTP response.

    Attributes:
        status: its code.
        headers: values by lower-case name; of a repeated one, joined by commas.
        body: the whole of it.
    """

    status: int
    headers: Mapping[bytes, bytes]
    body: bytes


class Connection:
    """A connected socket and what was read from it beyond the last answer.

    The socket has no time limit of its own, and the waiting is done here, where there is something to wait for. With a
    limit, Python asks the system before every write whether it may, and tells it of every new limit: each a turn for
    another thread, which in a burst costs more than the deed itself.

    Args:
        connected: the socket, with TLS around it where there is any.

    Attributes:
        reusable: whether another exchange may follow.
        idle_since: when the last one ended, by ``time.monotonic``.
    """

    def __init__(self, connected: socket.socket) -> None:
        connected.settimeout(0)
        self._socket = connected
        self._readable, self._writable = select.poll(), select.poll()
        self._readable.register(connected.fileno(), select.POLLIN)
        self._writable.register(connected.fileno(), select.POLLOUT)
        self._buffer = b""
        self._answering = False
        self.reusable = False
        self.idle_since = time.monotonic()

    def is_stale(self) -> bool:
        """Return whether the other side has closed the connection, or said something that nobody asked for."""
        return bool(self._readable.poll(0))

    def exchange(self, request: bytes, end: float) -> Response:
        """Send a request and return the response.

        Args:
            request: head and body.
            end: when it has to be over, by ``time.monotonic``.

        Raises:
            Broken: there was no answer in time.
            Unreadable: there was one, but not a whole one.
        """
        self.reusable = self._answering = False
        self._send(request, end)
        minor, status, headers = self._head(end)
        while status in _INTERIM:
            minor, status, headers = self._head(end)
        body, framed = self._body(status, headers, end)
        lasting = minor == b"1" and b"close" not in headers.get(b"connection", b"").lower()
        self.reusable = framed and lasting and not self._buffer
        self.idle_since = time.monotonic()
        return Response(status, headers, body)

    def close(self) -> None:
        """Close it."""
        self._socket.close()

    def _send(self, request: bytes, end: float) -> None:
        unsent = memoryview(request)
        try:
            seconds_left(end)
            while unsent:
                unsent = unsent[self._do_when_ready(self._socket.send, unsent, self._writable, end) :]
        except OSError as error:
            raise Broken(f"not sent: {type(error).__name__}") from None

    def _do_when_ready(self, deed: Callable[[G], T], given: G, plainly: select.poll, end: float) -> T:
        """Do something with the socket, and wait as often as it says that it cannot be done yet.

        Args:
            deed: what is done.
            given: with what.
            plainly: what a plain socket waits for; TLS says by itself what it needs first.
            end: until when to wait, by ``time.monotonic``.

        Raises:
            TimeoutError: it could not be done in time.
        """
        while True:
            try:
                return deed(given)
            except ssl.SSLWantReadError:
                _wait(self._readable, end)
            except ssl.SSLWantWriteError:
                _wait(self._writable, end)
            except BlockingIOError:
                _wait(plainly, end)

    # --- reading -----------------------------------------------------------------------------------------------

    def _more(self, end: float) -> bytes:
        """Read what has arrived; piece by piece, so that an answer that drips in does not outlive the deadline.

        Returns:
            At least a byte; nothing where the other side ended the connection as it should.
        """
        try:
            if self._answering:
                seconds_left(end)
            else:  # nothing was read ahead: no ``read_ahead``, and a piece is larger than any record of TLS
                _wait(self._readable, end)
            piece = self._do_when_ready(self._socket.recv, _CHUNK_BYTES, self._readable, end)
        except TimeoutError:
            raise Broken("no answer in time") from None
        except OSError as error:
            raise (Unreadable if self._answering else Broken)(f"broke off: {type(error).__name__}") from None
        self._answering = self._answering or bool(piece)
        return piece

    def _head(self, end: float) -> tuple[bytes, int, dict[bytes, bytes]]:
        buffer = self._buffer
        while b"\r\n\r\n" not in buffer:
            if len(buffer) > HEAD_BYTES:
                raise Unreadable("a head without an end")
            piece = self._more(end)
            if not piece:
                raise Unreadable("the answer broke off") if buffer else Broken("closed without an answer")
            buffer += piece
        head, _, self._buffer = buffer.partition(b"\r\n\r\n")
        first, *lines = head.split(b"\r\n")
        status = _STATUS.fullmatch(first)
        if status is None:
            raise Unreadable("not an HTTP/1.1 answer")
        return status[1], int(status[2]), _headers(lines)

    def _body(self, status: int, headers: Mapping[bytes, bytes], end: float) -> tuple[bytes, bool]:
        """Return the body, and whether it is certain where it ended, so that another answer may follow."""
        coding, length = headers.get(b"transfer-encoding"), headers.get(b"content-length")
        if status in _BODILESS:
            return b"", coding is None and length in (None, b"0")
        if coding is not None:
            if coding.lower() != b"chunked" or length is not None:
                raise Unreadable("a body whose length nobody can tell")
            return self._chunks(end), True
        if length is None:
            return self._rest(end), False
        if not _LENGTH.fullmatch(length):
            raise Unreadable("a length that is none")
        return self._exactly(int(length), end), True

    def _exactly(self, count: int, end: float) -> bytes:
        if count > BODY_BYTES:
            raise Unreadable(f"an answer of more than {BODY_BYTES} bytes")
        if len(self._buffer) < count:
            pieces, have = [self._buffer], len(self._buffer)
            while have < count:
                piece = self._more(end)
                if not piece:
                    raise Unreadable("the answer broke off")
                pieces.append(piece)
                have += len(piece)
            self._buffer = b"".join(pieces)
        body, self._buffer = self._buffer[:count], self._buffer[count:]
        return body

    def _rest(self, end: float) -> bytes:
        pieces, have = [self._buffer], len(self._buffer)
        while piece := self._more(end):
            pieces.append(piece)
            have += len(piece)
            if have > BODY_BYTES:
                raise Unreadable(f"an answer of more than {BODY_BYTES} bytes")
        self._buffer = b""
        return b"".join(pieces)

    def _chunks(self, end: float) -> bytes:
        pieces, have = [], 0
        while size := self._chunk_size(end):
            have += size
            if have > BODY_BYTES:
                raise Unreadable(f"an answer of more than {BODY_BYTES} bytes")
            pieces.append(self._exactly(size, end))
            if self._exactly(2, end) != b"\r\n":
                raise Unreadable("a chunk that does not end where it should")
        while self._line(end):
            continue  # a trailer
        return b"".join(pieces)

    def _chunk_size(self, end: float) -> int:
        size = _CHUNK_SIZE.fullmatch(self._line(end))
        if size is None:
            raise Unreadable("a chunk without a size")
        return int(size[1], 16)

    def _line(self, end: float) -> bytes:
        while b"\r\n" not in self._buffer:
            if len(self._buffer) > HEAD_BYTES:
                raise Unreadable("a line without an end")
            piece = self._more(end)
            if not piece:
                raise Unreadable("the answer broke off")
            self._buffer += piece
        line, _, self._buffer = self._buffer.partition(b"\r\n")
        return line


def seconds_left(end: float) -> float:
    """Return how many seconds are left until a moment, given by ``time.monotonic``.

    Raises:
        TimeoutError: none.
    """
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _wait(ready: select.poll, end: float) -> None:
    if not ready.poll(seconds_left(end) * _MILLISECONDS):
        raise TimeoutError


def _headers(lines: list[bytes]) -> dict[bytes, bytes]:
    headers: dict[bytes, bytes] = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not _NAME.fullmatch(name):
            raise Unreadable("a header that is none")
        name = name.lower()
        value = value.strip(b" \t")
        headers[name] = headers[name] + b", " + value if name in headers else value
    return headers
