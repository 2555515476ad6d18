"""A browser that says what it is told to, byte by byte."""

import json
import re
import socket
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def told(self):
        return json.loads(self.body)


class Talk:
    """A connection to a port, or to a unix socket."""

    def __init__(self, where, seconds):
        if isinstance(where, Path):
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.settimeout(seconds)
            self._socket.connect(str(where))
        else:
            self._socket = socket.create_connection(("127.0.0.1", where), timeout=seconds)
        self._arrived = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._socket.close()

    def say(self, words):
        self._socket.sendall(words if isinstance(words, bytes) else words.encode())

    def ask(self, words):
        self.say(words)
        return self.hear()

    def hear(self, *, bodiless=False):
        """Return the next answer."""
        head = self._up_to(b"\r\n\r\n").decode("latin-1")
        first, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        status = int(re.fullmatch(r"HTTP/1\.[01] ([0-9]{3}) .*", first)[1])
        if bodiless or status in (100, 204, 304):
            return Answer(status, headers, b"")
        if headers.get("transfer-encoding") == "chunked":
            body = self._up_to(b"0\r\n\r\n")
        else:
            body = self._exactly(int(headers["content-length"]))
        return Answer(status, headers, body)

    def everything(self):
        """Return all that comes until the other side closes."""
        pieces = [self._arrived, *iter(lambda: self._socket.recv(65536), b"")]
        self._arrived = b""
        return b"".join(pieces)

    def is_over(self):
        """Return whether the other side has closed, and says nothing more."""
        try:
            return not self._arrived and not self._socket.recv(1)
        except ConnectionResetError:
            return True

    def _up_to(self, end):
        while end not in self._arrived:
            self._more()
        cut = self._arrived.index(end) + len(end)
        piece, self._arrived = self._arrived[:cut], self._arrived[cut:]
        return piece

    def _exactly(self, count):
        while len(self._arrived) < count:
            self._more()
        piece, self._arrived = self._arrived[:count], self._arrived[count:]
        return piece

    def _more(self):
        piece = self._socket.recv(65536)
        assert piece, f"closed after {self._arrived!r}"
        self._arrived += piece
