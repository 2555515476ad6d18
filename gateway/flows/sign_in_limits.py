"""How many sign-ins may fail or be abandoned; completed ones never count.

The limit lets 2,000 people behind one address sign in within a minute, and one person in ten tabs at once.
"""

from ipaddress import IPv6Address, ip_address

from gateway import log
from gateway.errors import TooManyAttempts
from gateway.store.attempts import Attempts

WINDOW_SECONDS = 600
PER_ADDRESS = 5000
"""Sign-ins from one address, within a window, that were begun and not completed."""
_NETWORK_BITS = 64


class SignInLimits:
    """Limits on sign-ins.

    Args:
        attempts: counted in windows of ``WINDOW_SECONDS``; ``None`` for no limits.
    """

    def __init__(self, attempts: Attempts | None) -> None:
        self._attempts = attempts

    def begun(self, address: str) -> None:
        """Count a sign-in that begins.

        Args:
            address: of the browser; of an IPv6 address its network counts, since a browser has many.

        Raises:
            TooManyAttempts: too many from there did not come to an end.
        """
        if self._attempts is None:
            return
        whose = _whose(address)
        if self._attempts.count(whose)[0] >= PER_ADDRESS:
            log.audit("sign_in", outcome="refused", reason=TooManyAttempts.code)
            raise TooManyAttempts(retry_after=WINDOW_SECONDS)
        self._attempts.failed(whose)

    def completed(self, address: str) -> None:
        """Take a sign-in off the count that was completed."""
        if self._attempts is not None:
            self._attempts.undo(_whose(address))


def _whose(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return "sign-in:address:unknown"
    if isinstance(parsed, IPv6Address):
        return f"sign-in:network:{int(parsed) >> (128 - _NETWORK_BITS):x}"
    return f"sign-in:address:{parsed}"
