"""Where somebody signed in last from this browser, so that they are not asked again which way in is theirs.

It matters where a shop's customers, who come in by the shop, and employees, who have an identity provider, meet the
same ``/login``. A provider is remembered once somebody has signed in there: who chose it by mistake is asked again.
"""

from collections.abc import Collection

from flask import Response, request

from gateway.web.cookies import CHOICE_COOKIE, Cookies

CHOICE_SECONDS = 365 * 24 * 3600


class ChosenSignIn:
    """What this browser remembers.

    Args:
        cookies: what remembers it.
        names: of the providers and storefronts among which there is a choice; empty where nobody has to choose.
    """

    def __init__(self, cookies: Cookies, names: Collection[str]) -> None:
        self._cookies = cookies
        self._names = names

    def name(self) -> str:
        """Return the name of a provider or storefront; empty for none that is in force."""
        chosen = self._cookies.get(request, CHOICE_COOKIE) or ""
        return chosen if chosen in self._names else ""

    def remember(self, response: Response, name: str) -> None:
        """Remember for a year where somebody has come in."""
        if name in self._names:
            self._cookies.put(response, CHOICE_COOKIE, name, CHOICE_SECONDS)
