"""A browser that says what it is told to, byte by byte."""

import json
import re
import socket
from dataclasses import dataclass

from tests.patience import PATIENT_SECONDS
from tests.ports import HOST

LARGE_BYTES = 64 * 1024 * 1024
"""An answer that no buffer takes in."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def told(self):
        return json.loads(self.body)


class Browser:
    """A connection to a port.

    Args:
        port: where.
        seconds: how long it waits for anything.
        buffer: bytes that the system takes in before they are read, about; 0: as many as it likes.
    """

    def __init__(self, port, seconds=PATIENT_SECONDS, buffer=0):
        self._socket = socket.socket()
        self._socket.settimeout(seconds)
        if buffer:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self._arrived = b""
        try:
            self._socket.connect((HOST, port))
        except OSError:
            self.close()
            raise

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

    def get(self, path, headers=""):
        return self.ask(f"GET {path} HTTP/1.1\r\nHost: here\r\n{headers}\r\n")

    def hear(self):
        """Return the next answer."""
        head = self._up_to(b"\r\n\r\n").decode("latin-1")
        first, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        status = int(re.fullmatch(r"HTTP/1\.[01] ([0-9]{3}) .*", first)[1])
        return Answer(status, headers, self._exactly(int(headers["content-length"])))

    def is_over(self):
        """Return whether the other side has closed, and says nothing more."""
        try:
            return not self._arrived and not self._socket.recv(1)
        except ConnectionResetError:
            return True

    def everything(self):
        """Return how many bytes come until the other side closes or breaks the connection."""
        count = len(self._arrived)
        try:
            while piece := self._socket.recv(65536):
                count += len(piece)
        except ConnectionResetError:
            pass
        return count

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
