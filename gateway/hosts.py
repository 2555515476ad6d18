"""What the name of a host means, wherever settings, providers or TalentLMS name one."""

from ipaddress import IPv4Network, IPv6Address, ip_address

_LOOPBACK = IPv4Network("127.0.0.0/8")  # RFC 1122, section 3.2.1.3
_LOOPBACK_V6 = IPv6Address("::1")  # RFC 4291, section 2.5.3


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
