"""A connection of urllib3's that our own dialer opens, and that says whether an earlier request went over it.

urllib3 keeps connections and lends them, writes requests, and reads and unpacks answers. What it is told of a
connection is what its documentation and that of ``http.client`` name: a pool's ``ConnectionCls`` and the keyword
arguments that a pool passes on to it; ``connect``, ``request``, ``getresponse``, ``is_connected`` and ``timeout`` of
a connection. ``sock`` is what every ``connect`` of these two libraries sets.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection

from gateway.outbound.dialer import Dialer
from gateway.outbound.errors import NoAnswer, NotConnected
from gateway.outbound.origin import Origin
from gateway.outbound.sockets import AnswerSocket, Transport

IDLE_SECONDS = 60.0
"""How long a connection may lie idle: something on the way may have forgotten an older one without telling."""
LONGEST_SECONDS = 600.0
"""How long a connection is used: the host may have moved to other addresses meanwhile."""
CONNECT_SECONDS = 3.0
"""How long a connection may take to come about: the resolver, the proxy and the TLS handshake included."""
CONNECTING_AT_ONCE = 32
"""Connections to one origin that come about at the same time: a handshake takes CPU, and of a thousand begun at once
none would be over in time. The others wait, for as long as there is time for an answer: that connections do not come
about in time would look like an outage."""

_SLOW_SECONDS = 1.0


class _Connecting:
    """The connections to one origin that are coming about.

    Attributes:
        places: for so many.
        connected_at: when the latest has come about.
        failed_at: when one has last come to nothing slowly: a refusal keeps nobody waiting.
    """

    def __init__(self) -> None:
        self.places = threading.Semaphore(CONNECTING_AT_ONCE)
        self.connected_at = self.failed_at = 0.0


_connecting: defaultdict[Origin, _Connecting] = defaultdict(_Connecting)


class KeptConnectionClosed(NoAnswer):
    """The other side closed a connection that had carried requests before, and answered nothing to this one."""


class TimedConnection(HTTPConnection):
    """A connection whose phases have a total time: to come about and to send, and to answer.

    Args:
        origin: whom to reach.
        dialer: how.
        args: as urllib3 has them.
        options: likewise.
    """

    def __init__(self, *args: Any, origin: Origin, dialer: Dialer, **options: Any) -> None:
        super().__init__(*args, **options)
        self._origin = origin
        self._dialer = dialer
        self._opened_at = self._used_at = 0.0

    @property
    def is_connected(self) -> bool:
        """Whether it may be used, which urllib3 asks when it takes one out of the pool."""
        now = time.monotonic()
        young = now - self._used_at < IDLE_SECONDS and now - self._opened_at < LONGEST_SECONDS
        return young and isinstance(self.sock, AnswerSocket) and self.sock.is_quiet()

    def connect(self) -> None:
        """Connect, once fewer than ``CONNECTING_AT_ONCE`` others do; TLS is the dialer's.

        Whoever has waited for others meanwhile, none of whom was connected, is told so instead.

        Raises:
            NotConnected: there is no connection in time.
        """
        since = time.monotonic()
        end = since + float(self.timeout or 0)
        connecting = _connecting[self._origin]
        if not connecting.places.acquire(timeout=end - since):
            raise NotConnected("timed out", self._origin.authority, "too many connections are being opened")
        try:
            if connecting.connected_at < since < connecting.failed_at:
                raise NotConnected("timed out", self._origin.authority, "those before it were not connected")
            self.sock: Any = AnswerSocket(self._dialed(connecting, min(CONNECT_SECONDS, end - time.monotonic())))
        finally:
            connecting.places.release()
        self._used_at = 0.0
        self._opened_at = time.monotonic()

    def _dialed(self, connecting: _Connecting, seconds: float) -> Transport:
        began = time.monotonic()
        try:
            connected = self._dialer.dial(self._origin, seconds)
        except NotConnected:
            if time.monotonic() - began >= _SLOW_SECONDS:
                connecting.failed_at = time.monotonic()
            raise
        connecting.connected_at = time.monotonic()
        return connected

    def request(self, *args: Any, **options: Any) -> None:
        """Send a request; see ``urllib3.connection.HTTPConnection``.

        Raises:
            NotConnected: there is no connection.
            KeptConnectionClosed: the other side had closed it.
        """
        self._noticing(lambda: super(TimedConnection, self).request(*args, **options))

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
            if not self._used_at:
                raise
            why = type(error).__name__
            raise KeptConnectionClosed("closed without an answer", self._origin.authority, why) from None


class TimedPool(HTTPConnectionPool):
    """A pool of such connections."""

    ConnectionCls = TimedConnection


def pool(origin: Origin, dialer: Dialer, kept: int) -> TimedPool:
    """Return a pool of connections to an origin, of which so many are kept."""
    return TimedPool(origin.host, origin.port, maxsize=kept, origin=origin, dialer=dialer)
