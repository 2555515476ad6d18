"""Where Redis is, and how it is run, as ``GATEWAY_REDIS_URL`` has it."""

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal
from urllib.parse import unquote

from schemas.secret import Secret

Place = tuple[str, int]
"""A host, IPv6 without brackets, and a port."""
DEFAULT_PORTS = MappingProxyType({"single": 6379, "sentinel": 26379, "cluster": 6379})

_URL = re.compile(
    r"(?P<scheme>rediss?)(\+(?P<kind>sentinel|cluster))?://((?P<user>[^/?#@:]*)(:(?P<password>[^/?#@]*))?@)?"
    r"(?P<hosts>[^/?#@]+)(/(?P<path>[^?#@]*))?(\?(?P<options>[^?#@]*))?"
)
_PLACE = re.compile(r"(?P<host>\[[^\]]*\]|[^:\[\]]*)(:(?P<port>[0-9]{1,5}))?")


_NO_PASSWORD = Secret("")


@dataclass(frozen=True)
class Credentials:
    """Who asks.

    Attributes:
        user: of the server's access control list; empty for the default user.
        password: empty for none.
    """

    user: str = ""
    password: Secret = _NO_PASSWORD


@dataclass(frozen=True)
class RedisAddress:
    """Where Redis is.

    Attributes:
        kind: one server or an address that leads to one; a primary that Sentinels know; a cluster.
        places: the server, the Sentinels, or some of the cluster's nodes.
        credentials: for the servers.
        service: what Sentinels call the primary; empty for the other kinds.
        database: its number; 0 for a cluster.
        tls: whether everything that is named here is spoken to over TLS.
        sentinel_credentials: for the Sentinels.
    """

    kind: Literal["single", "sentinel", "cluster"]
    places: tuple[Place, ...]
    credentials: Credentials
    service: str = ""
    database: int = 0
    tls: bool = False
    sentinel_credentials: Credentials = Credentials()


@dataclass(frozen=True)
class RedisUrl:
    """The pieces of a URL, not looked at any further; what is percent-encoded is so still.

    Attributes:
        kind: as ``RedisAddress`` has it.
        tls: likewise.
        user: ``None`` without an ``@``.
        password: ``None`` without a colon before it.
        hosts: what stands between the commas.
        path: without the slash that it begins with.
        options: names and values, in order.
    """

    kind: Literal["single", "sentinel", "cluster"]
    tls: bool
    user: str | None
    password: str | None = field(repr=False)
    hosts: tuple[str, ...]
    path: str
    options: tuple[tuple[str, str], ...] = field(repr=False)


def redis_url(text: str) -> RedisUrl | None:
    """Return the pieces of a URL; ``None`` for a text that has others."""
    found = _URL.fullmatch(text)
    if not found:
        return None
    options = [option.partition("=")[::2] for option in (found["options"] or "").split("&") if option]
    kind: Literal["single", "sentinel", "cluster"] = found["kind"] or "single"  # type: ignore[assignment]
    return RedisUrl(
        kind,
        found["scheme"] == "rediss",
        found["user"],
        found["password"],
        tuple(found["hosts"].split(",")),
        found["path"] or "",
        tuple(options),
    )


def place(text: str, default_port: int) -> Place | None:
    """Return the host and the port that a text names; ``None`` for none."""
    found = _PLACE.fullmatch(text)
    if not found or not found["host"].strip("[]"):
        return None
    return found["host"].strip("[]"), int(found["port"] or default_port)


def redis_address(text: str) -> RedisAddress:
    """Return what a URL says that the settings' rule has let pass.

    Raises:
        ValueError: it is no such URL; the error does not show it.
    """
    url = redis_url(text)
    places = [place(host, DEFAULT_PORTS[url.kind]) for host in url.hosts] if url else [None]
    if url is None or None in places:
        raise ValueError("not the URL of a Redis")
    service, _, database = url.path.rpartition("/") if url.kind != "sentinel" else url.path.partition("/")
    options = dict(url.options)
    return RedisAddress(
        url.kind,
        tuple(found for found in places if found),
        _credentials(url.user, url.password),
        service,
        int(database or 0),
        url.tls,
        _credentials(options.get("sentinel_username"), options.get("sentinel_password")),
    )


def _credentials(user: str | None, password: str | None) -> Credentials:
    return Credentials(unquote(user or ""), Secret(unquote(password or "")))
