"""The connections to one TalentLMS domain: opened with one ``SSLContext``, kept for the next call, never shared.

Loading the certificate authorities takes more CPU than twenty calls, so it is done once. No cookies, no redirects, no
proxies, no look at the environment.
"""

import socket
import ssl
import time
import weakref
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gateway.talentlms.connection import Broken, Connection, seconds_left

CONNECT_SECONDS = 3.0
IDLE_SECONDS = 60.0
"""How long a connection may lie idle; what is between may have forgotten an older one without telling."""
KEPT = 160
"""How many idle ones are kept: as many as there are calls under way."""


class Connections:
    """Connections to one origin. One object serves all threads of a process.

    Args:
        url: the origin, ``https://acme.talentlms.com``; plain http only for loopback (checked in ``config``).
        ca_file: further certificate authorities, PEM.

    Attributes:
        authority: what the ``Host`` header says.
    """

    def __init__(self, url: str, ca_file: Path | None) -> None:
        parts = urlsplit(url)
        self.authority = parts.netloc
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._context = _context(ca_file) if parts.scheme == "https" else None
        self._idle: deque[Connection] = deque()
        weakref.finalize(self, _close, self._idle)

    @contextmanager
    def one(self, end: float) -> Iterator[Connection]:
        """Lend a connection for one exchange; an idle one if there is one, the latest used first.

        Args:
            end: when a new one has to stand, by ``time.monotonic``.

        Raises:
            Broken: there is none to be had.
        """
        connection = self._kept() or self._opened(end)
        try:
            yield connection
        finally:
            if connection.reusable and len(self._idle) < KEPT:
                self._idle.append(connection)
            else:
                connection.close()

    def _kept(self) -> Connection | None:
        oldest = time.monotonic() - IDLE_SECONDS
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return None
            if connection.idle_since > oldest and not connection.is_stale():
                return connection
            connection.close()

    def _opened(self, end: float) -> Connection:
        try:
            addresses = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        except OSError:
            raise Broken("the host's name is not known") from None
        reason = "no address"
        for family, kind, protocol, _, address in addresses:
            now = time.monotonic()
            if now >= end:
                break
            until = min(now + CONNECT_SECONDS, end)
            try:
                return Connection(self._connected(socket.socket(family, kind, protocol), address, until))
            except OSError as error:
                reason = type(error).__name__
        raise Broken(f"no connection: {reason}")

    def _connected(self, plain: socket.socket, address: Any, until: float) -> socket.socket:
        try:
            plain.settimeout(seconds_left(until))
            plain.connect(address)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._context is None:
                return plain
            plain.settimeout(seconds_left(until))  # the handshake gets what the connect left of the time
            # an end of the stream that TLS did not announce is an error, not the end of the answer
            return self._context.wrap_socket(plain, server_hostname=self._host, suppress_ragged_eofs=False)
        except BaseException:
            plain.close()
            raise


def _close(connections: deque[Connection]) -> None:
    while connections:
        connections.pop().close()


def _context(ca_file: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return context
