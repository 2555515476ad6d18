"""How many codes and tokens from one address may fail; sign-ins that are begun, denied or completed never count."""

from gateway.errors import TooManyAttempts
from gateway.store.attempts import Attempts, network_of

WINDOW_SECONDS = 600
PER_ADDRESS = 5000
"""Failures of one address within a window: far more than a restart of the provider costs 2,000 people behind it."""


class FailedCodes:
    """The limit on codes that the provider refused and tokens that failed a check.

    Args:
        attempts: failures, counted in windows of ``WINDOW_SECONDS``; ``None`` for no limit.
    """

    def __init__(self, attempts: Attempts | None) -> None:
        self._attempts = attempts

    def check(self, address: str) -> None:
        """Check the limit before a code is redeemed.

        Args:
            address: of the browser; of an IPv6 address its network counts, since a browser has many.

        Raises:
            TooManyAttempts: too many codes from there have failed.
        """
        if self._attempts is not None and self._attempts.count(_whose(address))[0] >= PER_ADDRESS:
            raise TooManyAttempts("codes from this address failed too often", retry_after=WINDOW_SECONDS)

    def count(self, address: str) -> None:
        """Count a code that failed."""
        if self._attempts is not None:
            self._attempts.failed(_whose(address))


def _whose(address: str) -> str:
    return f"sign-in:{network_of(address)}"
