"""Providers that could not be asked to end their session: the browser may still be signed in there.

A cookie per provider remembers it until somebody has signed in there again, which then asks the person anew: who
sits at the device next must not come in as the one who left.
"""

from flask import Response, request

from gateway.web.cookies import OPEN_COOKIE, Cookies

OPEN_SECONDS = 12 * 3600
"""As long as a provider's session may be expected to last."""


class ProviderSessions:
    """What this browser may still be signed in at.

    Args:
        cookies: what remembers it.
    """

    def __init__(self, cookies: Cookies) -> None:
        self._cookies = cookies

    def left_open(self, response: Response, provider: str) -> None:
        """Remember for 12 hours that a provider's session has not ended."""
        self._cookies.put(response, OPEN_COOKIE + provider, "1", OPEN_SECONDS)

    def is_open(self, provider: str) -> bool:
        """Return whether the session at this provider was left open."""
        return self._cookies.get(request, OPEN_COOKIE + provider) is not None

    def any_open(self) -> bool:
        """Return whether the session at any provider was left open."""
        return bool(self._cookies.names(request, OPEN_COOKIE))

    def signed_in(self, response: Response, provider: str) -> None:
        """Forget it: somebody has just signed in there."""
        if self.is_open(provider):
            self._cookies.drop(response, OPEN_COOKIE + provider)
