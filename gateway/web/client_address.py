"""Who connects: the browser's address, as proxies tell it that are trusted, and no others."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from wsgiref.types import WSGIEnvironment

from gateway import log
from gateway.web.notice_interval import NoticeInterval

NOTICE_SECONDS = 3600
"""How much time is left between two notices of one process."""

_LONGEST_ADDRESS = 45  # of an IPv6 address whose last half is written as IPv4
_HEADER = "HTTP_X_FORWARDED_FOR"


@dataclass(frozen=True)
class Proxies:
    """The proxies in front of the gateway.

    Attributes:
        networks: ``GATEWAY_TRUSTED_PROXIES``; whose ``X-Forwarded-For`` is believed.
        count: ``GATEWAY_PROXY_COUNT``; how many stand in a row, 1 or more.
    """

    networks: Sequence[IPv4Network | IPv6Network] = ()
    count: int = 1

    def trust(self, address: str) -> bool:
        """Return whether an address is that of a trusted proxy; what is no address is not."""
        parsed = _parsed(address)
        return parsed is not None and any(
            parsed in network for network in self.networks if network.version == parsed.version
        )


def client_address(environ: WSGIEnvironment, proxies: Proxies) -> str:
    """Return the address of the browser that a request comes from.

    Each proxy adds the address of the client that connected to it at the right of ``X-Forwarded-For``. So as many
    entries are taken from the right as there are proxies, each only if a trusted proxy wrote it; all that stands left
    of them was written by somebody else and is not looked at, be it the address of a trusted network.

    Args:
        environ: the request; several lines of one header are joined by commas there.
        proxies: those in front of the gateway.
    """
    address: str = environ.get("REMOTE_ADDR") or ""
    if not proxies.networks:
        return address
    entries = environ.get(_HEADER, "").rsplit(",", proxies.count)[-proxies.count :]
    while entries and proxies.trust(address):
        entry = _parsed(entries.pop().strip())
        if entry is None:
            break
        address = str(entry)
    return address


class ForwardingNotice:
    """Tells the operator, now and then, that ``X-Forwarded-For`` comes from where it is not believed.

    Args:
        proxies: those in front of the gateway.
        clock: seconds that only grow.
    """

    def __init__(self, proxies: Proxies, clock: Callable[[], float] = time.monotonic) -> None:
        self._proxies = proxies
        self._interval = NoticeInterval(NOTICE_SECONDS, clock)

    def look(self, environ: WSGIEnvironment) -> None:
        """Write a line into the log if a request has the header from an untrusted address, and none was written lately.

        What the header says is not repeated: anybody can have written it.

        Args:
            environ: the request.
        """
        if not environ.get(_HEADER) or not self._interval.is_over():
            return
        peer: str = environ.get("REMOTE_ADDR") or ""
        if self._proxies.trust(peer) or not self._interval.begin():
            return
        log.event(
            "proxy.not_trusted",
            level=logging.WARNING,
            address=str(_parsed(peer) or peer)[:_LONGEST_ADDRESS],
            remedy="X-Forwarded-For is not believed from there; if it is the address of your own proxy, and only then, "
            "name it in GATEWAY_TRUSTED_PROXIES",
        )


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    """Return an address, an IPv4 one as such however it is written; nothing for what is none, or has a zone."""
    if len(text) > _LONGEST_ADDRESS or "%" in text:
        return None
    try:
        parsed = ip_address(text)
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed
