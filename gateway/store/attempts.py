"""Failed attempts, counted for a while: what a rate limit is decided by."""

from ipaddress import IPv6Address, ip_address

from gateway.store.connection import Store
from gateway.store.keys import tagged

_NETWORK_BITS = 64


class Attempts:
    """Counts failures in a window that begins with the first one.

    Args:
        store: where the counts are.
        window: seconds after which a count begins anew.
    """

    def __init__(self, store: Store, window: int) -> None:
        self._store = store
        self._window = window

    def failed(self, whose: str) -> int:
        """Count one failure and return how many there are now.

        Args:
            whose: of what, such as ``password:address:203.0.113.7``.
        """
        count, _ = self._store.ask_all([("INCR", _key(whose)), ("EXPIRE", _key(whose), self._window, "NX")])
        return int(count)

    def count(self, *whose: str) -> list[int]:
        """Return how many failures there were, of each."""
        counts = self._store.ask("MGET", *map(_key, whose))
        return [int(count or 0) for count in counts]


def network_of(address: str) -> str:
    """Return what an address is counted as; of an IPv6 address its network, since one browser has many of them.

    Args:
        address: of a browser.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return "address:unknown"
    if isinstance(parsed, IPv6Address):
        mapped = parsed.ipv4_mapped
        return f"address:{mapped}" if mapped else f"network:{int(parsed) >> (128 - _NETWORK_BITS):x}"
    return f"address:{parsed}"


def _key(whose: str) -> str:
    return tagged(f"attempts:{whose}")
