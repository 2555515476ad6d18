"""The addresses of a host, those that do not answer last.

An IPv6 address that nothing answers from would otherwise cost every new connection the whole time to connect.
"""

import socket
import time
from dataclasses import dataclass
from typing import Any

RESOLVED_SECONDS = 30.0
"""How long an answer of the resolver is used."""
DEAD_SECONDS = 600.0
"""How long an address that did not answer is tried after the others."""
HOSTS = 200
"""Of so many hosts addresses are remembered at most."""


@dataclass(frozen=True)
class _Resolved:
    addresses: tuple[str, ...]
    until: float


class Addresses:
    """What the system's resolver says of hosts, and what was found out about their addresses."""

    def __init__(self) -> None:
        self._resolved: dict[tuple[str, int], _Resolved] = {}
        self._dead_until: dict[str, float] = {}

    def of(self, host: str, port: int) -> tuple[str, ...]:
        """Return the addresses of a host, in the resolver's order, the dead ones last.

        Args:
            host: a name, or an address, an IPv6 one without brackets.
            port: as the resolver wants one.

        Raises:
            OSError: the name is not known; ``socket.gaierror``.
        """
        known = self._resolved.get((host, port))
        if known is None or known.until < time.monotonic():
            known = self._resolve(host, port)
        now = time.monotonic()
        return tuple(sorted(known.addresses, key=lambda address: self._dead_until.get(address, 0.0) > now))

    def failed(self, address: str) -> None:
        """Remember that an address did not answer."""
        _make_room(self._dead_until)
        self._dead_until[address] = time.monotonic() + DEAD_SECONDS

    def _resolve(self, host: str, port: int) -> _Resolved:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
        _make_room(self._resolved)
        resolved = self._resolved[host, port] = _Resolved(addresses, time.monotonic() + RESOLVED_SECONDS)
        return resolved


def _make_room(entries: dict[Any, Any]) -> None:
    if len(entries) >= HOSTS:
        entries.clear()
