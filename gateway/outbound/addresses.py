"""The addresses of a host, those that do not answer last.

An IPv6 address that nothing answers from would otherwise cost every new connection the whole time to connect.

The system's resolver takes as long as it takes. So it is asked in a thread of its own (gevent's own threads there),
once at a time for each host, and waited for only as long as there is time; an answer that is a little old is used
meanwhile.
"""

import socket
import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

FRESH_SECONDS = 30.0
"""How long an answer of the resolver is used without asking again."""
STALE_SECONDS = 600.0
"""How long it is used while the resolver is asked again."""
DEAD_SECONDS = 600.0
"""How long an address that did not answer is tried after the others."""
HOSTS = 200
"""Of so many hosts addresses are remembered at most."""


@dataclass(frozen=True)
class _Resolved:
    addresses: tuple[str, ...]
    at: float


class Addresses:
    """What the system's resolver says of hosts, and what was found out about their addresses."""

    def __init__(self) -> None:
        self._resolved: dict[str, _Resolved] = {}
        self._asking: dict[str, Future[tuple[str, ...]]] = {}
        self._dead_until: dict[str, float] = {}
        self._lock = threading.Lock()

    def of(self, host: str, seconds: float) -> tuple[str, ...]:
        """Return the addresses of a host, in the resolver's order, the dead ones last.

        Args:
            host: a name, or an address, an IPv6 one without brackets.
            seconds: how long to wait for the resolver at most.

        Raises:
            OSError: the name is not known (``socket.gaierror``).
            TimeoutError: the resolver has not answered in time.
        """
        addresses = (host,) if _is_address(host) else self._of_name(host, seconds)
        now = time.monotonic()
        return tuple(sorted(addresses, key=lambda address: self._dead_until.get(address, 0.0) > now))

    def failed(self, address: str) -> None:
        """Remember that an address did not answer."""
        _limit(self._dead_until)
        self._dead_until[address] = time.monotonic() + DEAD_SECONDS

    def _of_name(self, host: str, seconds: float) -> tuple[str, ...]:
        known = self._resolved.get(host)
        age = time.monotonic() - known.at if known else STALE_SECONDS
        if known and age < FRESH_SECONDS:
            return known.addresses
        asking = self._asked(host)
        return known.addresses if known and age < STALE_SECONDS else asking.result(seconds)

    def _asked(self, host: str) -> "Future[tuple[str, ...]]":
        """Return the question to the resolver that is under way, or a new one."""
        with self._lock:
            if host not in self._asking:
                self._asking[host] = Future()
                threading.Thread(target=self._ask, args=(host, self._asking[host]), daemon=True).start()
            return self._asking[host]

    def _ask(self, host: str, asked: "Future[tuple[str, ...]]") -> None:
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
        except (OSError, UnicodeError) as error:
            self._answered(host, None)
            asked.set_exception(error if isinstance(error, OSError) else socket.gaierror(str(error)))
        else:
            self._answered(host, addresses)
            asked.set_result(addresses)

    def _answered(self, host: str, addresses: tuple[str, ...] | None) -> None:
        with self._lock:
            del self._asking[host]
            if addresses is not None:
                _limit(self._resolved)
                self._resolved[host] = _Resolved(addresses, time.monotonic())


def _is_address(host: str) -> bool:
    with suppress(ValueError):
        return bool(ip_address(host))
    return False


def _limit(entries: dict[str, Any]) -> None:
    """Make an end of entries without an end; what was remembered is only found out anew."""
    if len(entries) >= HOSTS:
        entries.clear()
