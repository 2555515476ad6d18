"""How many codes and tokens may fail; sign-ins that are begun, denied or completed never count.

They count for the address from which they come. Those of somebody who is signed in count for that person alone, so
that somebody fails beside them, behind the same address, is none of their concern.
"""

from gateway.errors import TooManyAttempts
from gateway.store.attempts import Attempts, network_of

WINDOW_SECONDS = 600
PER_ADDRESS = 5000
"""Failures of one address, or of one person who is signed in, within a window: far more than a restart of the provider
costs 2,000 people behind an address."""


class FailedCodes:
    """The limit on codes that the provider refused and tokens that failed a check.

    Args:
        attempts: failures, counted in windows of ``WINDOW_SECONDS``; ``None`` for no limit.
    """

    def __init__(self, attempts: Attempts | None) -> None:
        self._attempts = attempts

    def check(self, address: str, person: str = "") -> None:
        """Check the limit before a code is redeemed.

        Args:
            address: of the browser; of an IPv6 address its network counts, since a browser has many.
            person: the key of who is signed in there already; empty for nobody.

        Raises:
            TooManyAttempts: too many codes have failed.
        """
        if self._attempts is not None and self._attempts.count(_whose(address, person))[0] >= PER_ADDRESS:
            whose = "of this person" if person else "from this address"
            raise TooManyAttempts(f"codes {whose} failed too often", retry_after=WINDOW_SECONDS)

    def count(self, address: str, person: str = "") -> None:
        """Count a code that failed; arguments as ``check``."""
        if self._attempts is not None:
            self._attempts.failed(_whose(address, person))


def _whose(address: str, person: str) -> str:
    return f"sign-in:person:{person}" if person else f"sign-in:{network_of(address)}"
