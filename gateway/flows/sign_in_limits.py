"""How many sign-ins may fail or be abandoned; completed ones never count.

The limit lets 2,000 people behind one address sign in within a minute, and one person in ten tabs at once.
"""

from gateway import log
from gateway.errors import TooManyAttempts
from gateway.store.attempts import Attempts, network_of

WINDOW_SECONDS = 600
PER_ADDRESS = 5000
"""Sign-ins from one address, within a window, that were begun and not completed."""


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
        whose = f"sign-in:{network_of(address)}"
        if self._attempts.count(whose)[0] >= PER_ADDRESS:
            log.audit("sign_in", outcome="refused", reason=TooManyAttempts.code)
            raise TooManyAttempts(retry_after=WINDOW_SECONDS)
        self._attempts.failed(whose)

    def completed(self, address: str) -> None:
        """Take a sign-in off the count that was completed."""
        if self._attempts is not None:
            self._attempts.undo(f"sign-in:{network_of(address)}")
