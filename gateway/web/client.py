"""Who connects: the browser's address, through proxies that are trusted and no others."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from wsgiref.types import WSGIEnvironment

Networks = Sequence[IPv4Network | IPv6Network]


def client_address(environ: WSGIEnvironment, trusted_proxies: Networks) -> str:
    """Return the address of the browser that a request comes from.

    ``X-Forwarded-For`` is read from the right, for as long as the hop that wrote the entry is a trusted proxy; so
    what a browser makes up itself is never believed.

    Args:
        environ: the request; several lines of one header are joined by commas there.
        trusted_proxies: ``GATEWAY_TRUSTED_PROXIES``.
    """
    address: str = environ.get("REMOTE_ADDR") or ""
    if not trusted_proxies:
        return address
    forwarded = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while forwarded and _within(address, trusted_proxies):
        entry = forwarded.pop().strip()
        if not _is_address(entry):
            break
        address = entry
    return address


def _within(address: str, networks: Networks) -> bool:
    if not _is_address(address):
        return False
    parsed = ip_address(address)
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return any(parsed in network for network in networks if network.version == parsed.version)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
