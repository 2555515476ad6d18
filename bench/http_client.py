"""A small HTTP/1.1 client for many connections at once: raw requests out, the interesting parts of answers in."""

import asyncio
import re
import ssl
import time
from dataclasses import dataclass
from typing import cast

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_LAST_CHUNK = b"0\r\n\r\n"
_NO_BODY = (204, 304)


class Broken(Exception):
    """The connection ended before the answer was whole."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer.

    Attributes:
        status: the HTTP status code.
        head: status line and headers as they came.
        began: when the request was written, seconds of the monotonic clock.
        ended: when the answer was whole.
        body: what came behind the head, in chunks where it is chunked.
    """

    status: int
    head: bytes
    began: float
    ended: float
    body: bytes = b""

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.ended - self.began

    def header(self, name: str) -> str:
        """Return a header's value, empty where there is none."""
        found = re.search(rb"\r\n" + name.encode() + rb": *([^\r\n]*)", self.head, re.IGNORECASE)
        return found[1].decode("latin-1").strip() if found else ""


class Connection(asyncio.Protocol):
    """One connection; one request at a time."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._buffer = b""
        self._began = 0.0
        self._answer: asyncio.Future[Answer] | None = None
        self._transport: asyncio.WriteTransport | None = None

    @property
    def usable(self) -> bool:
        """Whether another request can go out on it."""
        return self._transport is not None and not self._transport.is_closing() and self._answer is None

    async def ask(self, request: bytes) -> Answer:
        """Write a request and return its answer.

        Raises:
            Broken: the connection is closed, or ends before the answer is whole.
        """
        if self._transport is None or self._transport.is_closing():
            raise Broken("closed")
        self._answer = self._loop.create_future()
        self._buffer = b""
        self._began = time.monotonic()
        self._transport.write(request)
        try:
            return await self._answer
        finally:
            self._answer = None

    def close(self) -> None:
        """End the connection."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note where requests go."""
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's has its methods, but is no subclass

    def data_received(self, data: bytes) -> None:
        """Hand the answer over as soon as it is whole."""
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n") + 4
        if end < len(b"\r\n\r\n") or not _is_whole(self._buffer, end):
            return
        head = self._buffer[:end]
        if self._answer is not None and not self._answer.done():
            now = time.monotonic()
            self._answer.set_result(Answer(int(head[9:12]), head, self._began, now, self._buffer[end:]))
        if _CLOSE.search(head):
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the task that waits."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(Broken(type(exc).__name__ if exc else "closed"))


def _is_whole(buffer: bytes, end: int) -> bool:
    if int(buffer[9:12]) in _NO_BODY:
        return True
    length = _LENGTH.search(buffer, 0, end)
    if length:
        return len(buffer) >= end + int(length[1])
    if _CHUNKED.search(buffer, 0, end):
        return buffer.endswith(_LAST_CHUNK)
    return True


async def connect(host: str, port: int, context: ssl.SSLContext | None = None) -> Connection:
    """Open a connection.

    Raises:
        Broken: nobody answers.
    """
    try:
        _, connection = await asyncio.get_running_loop().create_connection(Connection, host, port, ssl=context)
    except OSError as error:
        raise Broken(type(error).__name__) from None
    return connection
