"""Rules for texts, keys and addresses: each returns what a text stands for, or raises `ValidationError`."""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from marshmallow import ValidationError

from gateway.hosts import ascii_domain, is_loopback
from schemas.secret import Secret

SHORTEST_RSA_KEY = 2048  # bits
SHORTEST_KEY = 32  # bytes
LONGEST_TEXT = 2000
HIGHEST_PORT = 65535
DEFAULT_PORTS = MappingProxyType({"http": 80, "https": 443})
NOT_IN_A_HOST = MappingProxyType(
    {"://": "a scheme", "*": "a wildcard", "/": "a path", "@": "a user name", "?": "a query", "#": "a fragment"}
)

# The underscore is no host name's, but container networks use it.
LABEL = r"[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?"
HOST_NAME = re.compile(rf"(?=.{{1,253}}$){LABEL}(\.{LABEL})*")
HOST_AND_PORT = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:(?P<port>[0-9]{1,5}))?")
# What a URL may be made of (RFC 3986, section 2): no blanks, no backslash, no controls, nothing beyond ASCII.
URL_CHARACTERS = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
OWN_PATH = re.compile(r"/([A-Za-z0-9._~-]+/)*[A-Za-z0-9._~-]*")
PATH_OF_A_KEY = re.compile(r"/[^\r\n]*|[^\r\n]*\.(pem|key)", re.IGNORECASE)
MAIL_ADDRESS = re.compile(r"[A-Za-z0-9.!#$&'*+/=^_`{|}~-]{1,64}@([A-Za-z0-9.-]+)")
IPV4_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")


@dataclass(frozen=True)
class BindAddress:
    """Where to listen.

    Attributes:
        host: an IP address, without brackets.
        port: of TCP.
    """

    host: str
    port: int


Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Parsed = TypeVar("Parsed")


def plain(text: str) -> str:
    """Return a text of printable characters that neither begins nor ends with a blank."""
    if len(text) > LONGEST_TEXT or not text.isprintable() or text != text.strip():
        remedy = f"write up to {LONGEST_TEXT} printable characters, without blanks at the ends"
        raise ValidationError(f"has blanks at its ends, control characters, or too many; {remedy}")
    return text


def secret(text: str) -> Secret:
    """Return a secret of printable characters."""
    return Secret(plain(text))


def talentlms_key(text: str) -> Secret:
    """Return an API key that can stand as the user name of HTTP Basic authentication (RFC 7617, section 2)."""
    if not re.fullmatch(r"[!-9;-~]+", text):
        remedy = "copy the key alone: letters, digits and signs, no colon"
        raise ValidationError(f"has blanks or characters that no API key has; {remedy}")
    return Secret(text)


def signing_keys(text: str) -> tuple[Secret, ...]:
    """Return the keys of a list that is separated by commas or, in a file, by lines."""
    keys = [key.strip() for key in re.split(r"[,\n]", text) if key.strip()]
    if not keys or any(not key.isprintable() or " " in key for key in keys):
        raise ValidationError("holds no key, or one with blanks in it; separate keys by commas")
    short = sum(len(key.encode()) < SHORTEST_KEY for key in keys)
    if short:
        remedy = f"make each {SHORTEST_KEY} bytes or longer, for example with: openssl rand -hex 32"
        raise ValidationError(f"holds {short} of {len(keys)} keys that are too short; {remedy}")
    if len(set(keys)) < len(keys):
        raise ValidationError("holds the same key twice; remove one of the two")
    return tuple(map(Secret, keys))


def pem_key(text: str) -> Secret:
    """Return a private key in PEM that can sign for `private_key_jwt`: RSA, P-256 or Ed25519, not encrypted."""
    remedy = "give an RSA key of 2048 bits or more, a P-256 key or an Ed25519 key, not encrypted"
    try:
        key = load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        if PATH_OF_A_KEY.fullmatch(text):
            remedy = "give a path by the name that ends in _FILE (in the TOML file, in _file)"
        raise ValidationError(f"is not a private key in PEM; {remedy}") from None
    long_enough = isinstance(key, RSAPrivateKey) and key.key_size >= SHORTEST_RSA_KEY
    p256 = isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1)
    if not (long_enough or p256 or isinstance(key, Ed25519PrivateKey)):
        raise ValidationError(f"is a key of a kind or length that is not used; {remedy}")
    return Secret(text)


def origin(text: str) -> str:
    """Return scheme, host and port of an address that is nothing more, as a browser writes its origin."""
    parts = web_address(text)
    if parts.path not in {"", "/"} or "?" in text or "#" in text:
        raise ValidationError("is more than scheme, host and port; leave out everything after the host")
    return f"{parts.scheme}://{host_and_port(parts, DEFAULT_PORTS[parts.scheme])}"


def issuer_url(text: str) -> str:
    """Return an issuer identifier byte for byte (OpenID Connect Discovery 1.0, section 3: no query, no fragment)."""
    parts = web_address(text)
    if "?" in text or "#" in text:
        raise ValidationError("has a query or a fragment; an issuer has neither; leave it out")
    if "/.well-known/" in parts.path:
        raise ValidationError("is the address of the metadata; leave out /.well-known and what follows")
    return text


def destination(text: str) -> str:
    """Return a path of our own, or a URL elsewhere, to which TalentLMS may send a browser.

    TalentLMS takes it in a path, in base64, whose `+` and `/` a path cannot carry; they come from `~`, `>` and `?`.
    """
    if set(text) & set("~>?"):
        remedy = "leave out the query, and ~ and >: TalentLMS could not be told this address"
        raise ValidationError(f"has a ?, a ~ or a >; {remedy}")
    if not text.startswith("/"):
        web_address(text)
    elif not OWN_PATH.fullmatch(text) or {".", ".."} & set(text.split("/")):
        remedy = "write a path such as /signed-out, of letters, digits and - . _, or a whole https URL"
        raise ValidationError(f"is not a path of the gateway's own; {remedy}")
    return text


def link_host(text: str) -> str:
    """Return a host, with its port unless that is 443, as it stands in an https URL."""
    for sign, what in NOT_IN_A_HOST.items():
        if sign in text:
            raise ValidationError(f"has {what}; write the bare host, or host:port, one for each host")
    return host_and_port(split(f"//{text}"), DEFAULT_PORTS["https"])


def domain(text: str) -> str:
    """Return the domain of mail addresses in lower case and ASCII, as addresses in claims are compared with it."""
    registered = ascii_domain(text)
    if not HOST_NAME.fullmatch(registered) or "." not in registered:
        remedy = "write what stands behind the @, such as acme.com; subdomains are listed one by one"
        raise ValidationError(f"is not a domain; {remedy}")
    return registered


def mail_or_url(text: str) -> str:
    """Return a mail address or a URL as it was written."""
    if "://" in text:
        web_address(text)
        return text
    found = MAIL_ADDRESS.fullmatch(text)
    if not found or not HOST_NAME.fullmatch(found[1].lower()):
        remedy = "write help@example.com alone, or a URL that begins with https://"
        raise ValidationError(f"is neither a mail address nor a URL; {remedy}")
    return text


def network(text: str) -> Network:
    """Return an IPv4 or IPv6 network, or a single address as the network of itself."""
    inside = parsed(ipaddress.ip_interface, text)
    if inside is None:
        raise ValidationError("is not a network; write it like 10.0.0.0/8 or 2001:db8::/32")
    whole = parsed(ipaddress.ip_network, text)
    if whole is None:
        raise ValidationError(f"is an address inside a network; write {inside.network}")
    if isinstance(whole, ipaddress.IPv6Network) and whole.subnet_of(IPV4_MAPPED):
        meant = ipaddress.IPv4Network((whole.network_address.packed[-4:], whole.prefixlen - 96))
        raise ValidationError(f"is an IPv4 network in the spelling of IPv6; write {meant}")
    return whole


def listening_address(text: str) -> BindAddress:
    """Return where to listen: an IP address of this machine, or ``localhost``, and a port."""
    found = HOST_AND_PORT.fullmatch(text.lower())
    host = found["host"].strip("[]") if found else ""
    port = int(found["port"] or 0) if found else 0
    is_here = host == "localhost" or parsed(ipaddress.ip_address, host) is not None
    if not is_here or not 0 < port <= HIGHEST_PORT:
        raise ValidationError("is not an address to listen at; write 127.0.0.1:9464, or 0.0.0.0:9464 for all networks")
    return BindAddress("127.0.0.1" if host == "localhost" else host, port)


def bearer_token(text: str) -> Secret:
    """Return a token that can stand in a header (RFC 6750, section 2.1), too long to be guessed."""
    if not re.fullmatch(r"[A-Za-z0-9._~+/-]+=*", text) or len(text) < SHORTEST_KEY:
        remedy = f"make one of {SHORTEST_KEY} characters or more, for example with: openssl rand -hex 32"
        raise ValidationError(f"is too short, or has characters that no bearer token has; {remedy}")
    return Secret(text)


def web_address(text: str) -> SplitResult:
    """Return the parts of an http or https URL; plain http only where the host is this machine."""
    parts = split(text)
    if parts.scheme not in DEFAULT_PORTS or not text.lower().startswith(f"{parts.scheme}://"):
        raise ValidationError("is not a web address; begin it with https://")
    if "@" in parts.netloc:
        raise ValidationError("has a user name in it; leave out everything between // and the host")
    host_and_port(parts)
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ValidationError("is plain http; write https://; http is only for 127.0.0.1, ::1 and localhost")
    return parts


def split(url: str) -> SplitResult:
    """Return the parts of a URL that contains only what a URL may."""
    check_characters(url)
    parts = parsed(urlsplit, url)
    if parts is None:
        raise ValidationError("is not a URL; check its brackets")
    return parts


def check_characters(url: str) -> None:
    """Refuse what no URL contains."""
    if not URL_CHARACTERS.fullmatch(url):
        remedy = "remove blanks and special characters, write a foreign host name in its xn-- form"
        raise ValidationError(f"contains what a URL cannot; {remedy}")


def host_and_port(parts: SplitResult, default: int = 0) -> str:
    """Return the lower-case host, with its port unless that is the default."""
    found = HOST_AND_PORT.fullmatch(parts.netloc.rpartition("@")[2].lower())
    port = int(found["port"] or default or 1) if found else 0
    if not found or not is_host(found["host"]) or not 0 < port <= HIGHEST_PORT:
        raise ValidationError("has no host, or one that cannot be; write it like acme.example.com or 127.0.0.1:8000")
    return found["host"] if not found["port"] or port == default else f"{found['host']}:{port}"


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
