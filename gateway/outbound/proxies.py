"""The outbound proxy that the environment names: ``HTTPS_PROXY`` and ``NO_PROXY``, in either case of letters."""

from collections.abc import Callable
from urllib.parse import urlsplit

import requests

Proxies = Callable[[str], str | None]
"""From an address to the proxy that it is reached through, ``None`` for none."""


def from_environment() -> Proxies:
    """Return what the environment says, each host looked up once.

    Plain http is for this machine alone, and so goes through no proxy.
    """
    session = requests.Session()
    known: dict[str, str | None] = {}

    def proxy_of(url: str) -> str | None:
        parts = urlsplit(url)
        if parts.scheme != "https":
            return None
        if parts.netloc not in known:
            known[parts.netloc] = _named(session, f"https://{parts.netloc}")
        return known[parts.netloc]

    return proxy_of


def none(_url: str) -> None:
    """Say that nothing is reached through a proxy."""


def _named(session: requests.Session, origin: str) -> str | None:
    # The documented way to ask requests, whose rules for NO_PROXY (names, suffixes, networks) people know.
    named = session.merge_environment_settings(origin, {}, None, None, None)["proxies"]
    proxy: str | None = named.get("https") or named.get("all")
    return proxy if proxy is None or "://" in proxy else f"http://{proxy}"
