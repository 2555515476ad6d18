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
REDEEM_CODES_PER_ADDRESS = 100
"""Redeem codes that are none, of one address within a window: enough for the typing errors of a whole office."""


class FailedCodes:
    """The limit on codes that the provider refused and tokens that failed a check, or on other codes.

    Args:
        attempts: failures, counted in windows of ``WINDOW_SECONDS``; ``None`` for no limit.
        of: what failures are counted of; each has counts of its own.
        at_most: how many there may be within a window; default: ``PER_ADDRESS``.
    """

    def __init__(self, attempts: Attempts | None, of: str = "sign-in", at_most: int | None = None) -> None:
        self._attempts = attempts
        self._of = of
        self._at_most = at_most

    def check(self, address: str, person: str = "") -> None:
        """Check the limit before a code is redeemed.

        Args:
            address: of the browser; of an IPv6 address its network counts, since a browser has many.
            person: the key of who is signed in there already; empty for nobody.

        Raises:
            TooManyAttempts: too many codes have failed.
        """
        at_most = PER_ADDRESS if self._at_most is None else self._at_most
        if self._attempts is not None and self._attempts.count(self._whose(address, person))[0] >= at_most:
            whose = "of this person" if person else "from this address"
            raise TooManyAttempts(f"codes {whose} failed too often", retry_after=WINDOW_SECONDS)

    def count(self, address: str, person: str = "") -> None:
        """Count a code that failed; arguments as ``check``."""
        if self._attempts is not None:
            self._attempts.failed(self._whose(address, person))

    def _whose(self, address: str, person: str) -> str:
        return f"{self._of}:person:{person}" if person else f"{self._of}:{network_of(address)}"
