"""Addresses as settings hold them: origins, hosts, issuers, Redis, mail, networks, places to send a browser to."""

import ipaddress
import re
from collections.abc import Callable
from types import MappingProxyType
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

from gateway.config.faults import Invalid
from gateway.hosts import ascii_domain, is_loopback
from schemas.secret import Secret

HTTPS_PORT = 443
HIGHEST_PORT = 65535
DEFAULT_PORTS = MappingProxyType({"http": 80, "https": HTTPS_PORT})
NOT_IN_A_HOST = MappingProxyType(
    {"://": "a scheme", "*": "a wildcard", "/": "a path", "@": "a user name", "?": "a query", "#": "a fragment"}
)
REDIS_RESERVED = ("redis+sentinel", "redis+cluster")

# The underscore is no host name's, but container networks use it.
LABEL = r"[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?"
HOST_NAME = re.compile(rf"(?=.{{1,253}}$){LABEL}(\.{LABEL})*")
HOST_AND_PORT = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:(?P<port>[0-9]{1,5}))?")
# What a URL may be made of (RFC 3986, section 2): no blanks, no backslash, no controls, nothing beyond ASCII.
URL_CHARACTERS = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
OWN_PATH = re.compile(r"/([A-Za-z0-9._~-]+/)*[A-Za-z0-9._~-]*")
REDIS_PLACE = re.compile(r"//([^/?#@]*@)?[^/?#@]+(/[0-9]{0,4})?")
MAIL_ADDRESS = re.compile(r"[A-Za-z0-9.!#$&'*+/=^_`{|}~-]{1,64}@([A-Za-z0-9.-]+)")

IPV4_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Parsed = TypeVar("Parsed")


def origin(text: str) -> str:
    """Return scheme, host and port of an address that is nothing more, as a browser writes its origin."""
    parts = web_address(text)
    if parts.path not in {"", "/"} or "?" in text or "#" in text:
        raise Invalid("is more than scheme, host and port", "leave out everything after the host", text)
    return f"{parts.scheme}://{host_and_port(parts, DEFAULT_PORTS[parts.scheme])}"


def issuer_url(text: str) -> str:
    """Return an issuer identifier byte for byte (OpenID Connect Discovery 1.0, section 3: no query, no fragment)."""
    parts = web_address(text)
    if "?" in text or "#" in text:
        raise Invalid("has a query or a fragment", "an issuer has neither; leave it out", text)
    if "/.well-known/" in parts.path:
        raise Invalid("is the address of the metadata", "leave out /.well-known and what follows", text)
    return text


def destination(text: str) -> str:
    """Return a path of our own, or a URL elsewhere, to which TalentLMS may send a browser.

    TalentLMS takes it in a path, in base64, whose `+` and `/` a path cannot carry; they come from `~`, `>` and `?`.
    """
    if set(text) & set("~>?"):
        remedy = "leave out the query, and ~ and >: TalentLMS could not be told this address"
        raise Invalid("has a ?, a ~ or a >", remedy, text)
    if text.startswith("/"):
        return own_path(text)
    web_address(text)
    return text


def own_path(text: str) -> str:
    """Return a path that can only mean a place on this gateway."""
    if not OWN_PATH.fullmatch(text) or {".", ".."} & set(text.split("/")):
        remedy = "write a path such as /signed-out, of letters, digits and - . _, or a whole https URL"
        raise Invalid("is not a path of the gateway's own", remedy, text)
    return text


def link_host(text: str) -> str:
    """Return a host, with its port unless that is 443, as it stands in an https URL."""
    for sign, what in NOT_IN_A_HOST.items():
        if sign in text:
            remedy = "write the bare host, or host:port, one for each host"
            raise Invalid(f"has {what}", remedy, text)
    return host_and_port(split(f"//{text}", text), HTTPS_PORT)


def domain(text: str) -> str:
    """Return the domain of mail addresses in lower case and ASCII, as addresses in claims are compared with it."""
    registered = ascii_domain(text)
    if not HOST_NAME.fullmatch(registered) or "." not in registered:
        remedy = "write what stands behind the @, such as acme.com; subdomains are listed one by one"
        raise Invalid("is not a domain", remedy, text)
    return registered


def mail_or_url(text: str) -> str:
    """Return a mail address or a URL as it was written."""
    if "://" in text:
        web_address(text)
        return text
    found = MAIL_ADDRESS.fullmatch(text)
    if not found or not HOST_NAME.fullmatch(found[1].lower()):
        remedy = "write help@example.com alone, or a URL that begins with https://"
        raise Invalid("is neither a mail address nor a URL", remedy, text)
    return text


def network(text: str) -> Network:
    """Return an IPv4 or IPv6 network, or a single address as the network of itself."""
    whole = parsed(ipaddress.ip_network, text)
    if isinstance(whole, ipaddress.IPv6Network) and whole.subnet_of(IPV4_MAPPED):
        plain = ipaddress.IPv4Network((whole.network_address.packed[-4:], whole.prefixlen - 96))
        raise Invalid("is an IPv4 network in the spelling of IPv6", f"write {plain}", text)
    if whole is not None:
        return whole
    inside = parsed(ipaddress.ip_interface, text)
    if inside is not None:
        raise Invalid("is an address inside a network", f"write {inside.network}", text)
    raise Invalid("is not a network", "write it like 10.0.0.0/8 or 2001:db8::/32", text)


def redis(text: str) -> Secret:
    """Return a Redis URL, which may hold a password but no options: these could switch off what keeps it safe."""
    parts = split(text, text)
    if parts.scheme in REDIS_RESERVED:
        what = f"begins with {parts.scheme}://, which is reserved, not built yet"
        raise Invalid(what, "use redis:// or rediss://")
    if parts.scheme not in {"redis", "rediss"}:
        raise Invalid("is not a Redis URL", "write redis://host:6379/0, or rediss:// for TLS", text)
    if not REDIS_PLACE.fullmatch(text.partition(":")[2]):
        remedy = "leave out options, and percent-encode / ? # @ and % in the password"
        raise Invalid("is not of the form redis://:password@host:port/database", remedy, text)
    host_and_port(parts, None)
    return Secret(text)


def web_address(text: str) -> SplitResult:
    """Return the parts of an http or https URL; plain http only where the host is this machine."""
    parts = split(text, text)
    if parts.scheme not in DEFAULT_PORTS or not text.lower().startswith(f"{parts.scheme}://"):
        raise Invalid("is not a web address", "begin it with https://", text)
    if "@" in parts.netloc:
        raise Invalid("has a user name in it", "leave out everything between // and the host", text)
    host_and_port(parts, None)
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise Invalid("is plain http", "write https://; http is only for 127.0.0.1, ::1 and localhost", text)
    return parts


def split(url: str, text: str) -> SplitResult:
    """Return the parts of a URL that contains only what a URL may; refuse it as text otherwise."""
    if not URL_CHARACTERS.fullmatch(url):
        remedy = "remove blanks and special characters, write a foreign host name in its xn-- form"
        raise Invalid("contains what a URL cannot", remedy, text)
    parts = parsed(urlsplit, url)
    if parts is None:
        raise Invalid("is not a URL", "check its brackets", text)
    return parts


def host_and_port(parts: SplitResult, default: int | None) -> str:
    """Return the lower-case host, with its port unless that is the default."""
    text = parts.netloc.rpartition("@")[2].lower()
    found = HOST_AND_PORT.fullmatch(text)
    if not found or not is_host(found["host"]) or not 0 < int(found["port"] or default or 1) <= HIGHEST_PORT:
        raise Invalid("has no host, or one that cannot be", "write it like acme.example.com or 127.0.0.1:8000", text)
    port = int(found["port"] or default or 0)
    return found["host"] if port == (default or 0) else f"{found['host']}:{port}"


def is_host(text: str) -> bool:
    """Tell whether the text is a host name, an IPv4 address or an IPv6 address in brackets."""
    if text.startswith("["):
        return parsed(ipaddress.IPv6Address, text[1:-1]) is not None
    if text.rpartition(".")[2].isdigit():
        return parsed(ipaddress.IPv4Address, text) is not None
    return HOST_NAME.fullmatch(text) is not None


def parsed(parse: Callable[[str], Parsed], text: str) -> Parsed | None:
    """Return what parse makes of the text, None if it raises ValueError."""
    try:
        return parse(text)
    except ValueError:
        return None
