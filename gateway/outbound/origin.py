"""Whom a request is for: scheme, host and port."""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from gateway.hosts import ascii_domain

DEFAULT_PORTS = {"http": 80, "https": 443}
ORIGINS_AT_MOST = 200
"""Of so many origins is kept what every request to them has in common."""
_ADDRESS = re.compile(r"([^/?#]+//[^/?#]+)([^#]*)")


@dataclass(frozen=True)
class Origin:
    """The origin of an address (RFC 6454).

    Attributes:
        scheme: ``http`` or ``https``.
        host: a name in ASCII, with the dot at its end where it was written so, or an address, without brackets.
        port: 1 to 65535.
    """

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> "Origin":
        """Return the origin of an address.

        Raises:
            ValueError: it has none; what takes addresses from outside checks them.
        """
        parts = urlsplit(url)
        host = ascii_domain(parts.hostname or "")
        if parts.scheme not in DEFAULT_PORTS or not host:
            raise ValueError("an http or https address with a host is wanted")
        return cls(parts.scheme, host, parts.port or DEFAULT_PORTS[parts.scheme])

    @property
    def host_and_port(self) -> str:
        """Return both, an IPv6 address in brackets, as ``CONNECT`` wants them (RFC 9110, 9.3.6)."""
        return f"{self._bracketed}:{self.port}"

    @property
    def authority(self) -> str:
        """Return what stands in ``Host``: the port only where it is not the scheme's own (RFC 9110, 7.2)."""
        return self._bracketed if self.port == DEFAULT_PORTS[self.scheme] else self.host_and_port

    @property
    def _bracketed(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


_remembered = lru_cache(maxsize=ORIGINS_AT_MOST)(Origin.of)


def origin_and_target(url: str) -> tuple[Origin, str]:
    """Return the origin of an address, and path and query as a request line has them (RFC 9112, 3.2.1).

    Raises:
        ValueError: it has no origin.
    """
    found = _ADDRESS.match(url)
    origin, target = found.groups() if found else (url, "")
    return _remembered(origin), target if target.startswith("/") else f"/{target}"
