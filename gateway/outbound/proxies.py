"""The outbound proxy that the environment names: ``HTTPS_PROXY`` and ``NO_PROXY``, in either case of letters."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import unquote, urlsplit

import requests

from gateway.outbound.origin import ORIGINS_AT_MOST, Origin

VARIABLES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
"""What may name a proxy; ``NO_PROXY`` names what is reached without one."""


@dataclass(frozen=True)
class Proxy:
    """A proxy that opens tunnels (RFC 9110, 9.3.6).

    Attributes:
        origin: where it is; with https, TLS is spoken with it, too.
        authorization: the value of ``Proxy-Authorization``; empty for none.
    """

    origin: Origin
    authorization: str = field(default="", repr=False)


Proxies = Callable[[Origin], Proxy | None]
"""From an origin to the proxy that it is reached through, ``None`` for none."""


def from_environment() -> Proxies:
    """Return what the environment says, each host looked up once.

    Plain http is for this machine alone, and so goes through no proxy.

    Raises:
        ValueError: it names a proxy that is none.
    """
    session = requests.Session()
    _named(session, Origin("https", "gateway.invalid", 443))

    @lru_cache(maxsize=ORIGINS_AT_MOST)
    def proxy_of(origin: Origin) -> Proxy | None:
        return None if origin.scheme == "http" else _named(session, origin)

    return proxy_of


def none(_origin: Origin) -> None:
    """Say that nothing is reached through a proxy."""


def proxy(url: str) -> Proxy:
    """Return the proxy at an address, such as ``http://name:password@proxy.acme.com:3128``; https likewise.

    Raises:
        ValueError: it is no such address. What it says may be shown: there is no password in it.
    """
    address = url if "://" in url else f"http://{url}"
    parts = urlsplit(address)
    try:
        origin = Origin.of(address)
    except ValueError:
        raise ValueError("the outbound proxy: an http:// or https:// address is wanted") from None
    if parts.username is None:
        return Proxy(origin)
    credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return Proxy(origin, f"Basic {base64.b64encode(credentials.encode()).decode()}")


def _named(session: requests.Session, origin: Origin) -> Proxy | None:
    # The documented way to ask requests, whose rules for NO_PROXY (names, suffixes, networks) people know.
    url = f"{origin.scheme}://{origin.host_and_port}"
    named = session.merge_environment_settings(url, {}, None, None, None)["proxies"]
    address: str | None = named.get("https") or named.get("all")
    return proxy(address) if address else None
