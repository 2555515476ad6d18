"""What the name of a host means, wherever settings, providers or TalentLMS name one."""

import unicodedata
from ipaddress import IPv4Network, IPv6Address, ip_address

import idna

_LOOPBACK = IPv4Network("127.0.0.0/8")  # RFC 1122, section 3.2.1.3
_LOOPBACK_V6 = IPv6Address("::1")  # RFC 4291, section 2.5.3
_LONGEST_NAME = 253  # RFC 1035, section 2.3.4


def is_loopback(host: str) -> bool:
    """Return whether a host is this very machine, the only one that plain http may lead to.

    Args:
        host: a name or an address, an IPv6 address without its brackets; no port.

    Returns:
        True for ``localhost``, 127.0.0.0/8 and ::1. Written out, because the standard library's ``is_loopback``
        answers differently for IPv4-mapped addresses from one version of Python to the next.
    """
    try:
        address = ip_address(host)
    except ValueError:
        return host.lower() == "localhost"
    return address == _LOOPBACK_V6 or address in _LOOPBACK


def ascii_domain(domain: str) -> str:
    """Return a domain as it is registered: in lower case, letters beyond ASCII in their ``xn--`` form (RFC 5891).

    By IDNA 2008, in which ``straße.example`` is a registration of its own; Python's own codec, of 2003, would make it
    ``strasse.example``. Letters that merely look or sort like others are not mapped onto them.

    Args:
        domain: as somebody wrote it. One of ASCII alone is only lowered; whether it is a domain is for the caller.

    Returns:
        The domain in ASCII; empty for one that cannot be registered.
    """
    if domain.isascii():
        return domain.lower()
    if len(domain) > _LONGEST_NAME:
        return ""
    try:
        return idna.encode(unicodedata.normalize("NFC", domain.lower()), strict=True).decode("ascii")
    except idna.IDNAError:
        return ""
