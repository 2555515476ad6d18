"""Which way in this browser has: so that whoever has one is not asked again.

It matters where a shop's customers, who come in by the shop, and employees, who have an identity provider, meet the
same ``/login``. Remembered is

- a storefront, once somebody has chosen it on a page of the gateway's, or has come in by it; it stands first then;
- an identity provider, once somebody has signed in there who had chosen it on a page of the gateway's, or where it is
  the only way in that employees have; ``/login`` leads there at once then.

A link on another site changes nothing of that, and who chose by mistake and did not sign in is asked again.
"""

from collections.abc import Collection

from flask import Response, request

from gateway.web.cookies import CHOICE_COOKIE, Cookies

CHOICE_SECONDS = 365 * 24 * 3600


class ChosenSignIn:
    """What this browser remembers; nothing where no storefront has an account page.

    Args:
        cookies: what remembers it.
        providers: their names.
        shops: of the storefronts that have an account page, the names.
        with_password: whether people sign in by password, too.
    """

    def __init__(
        self, cookies: Cookies, providers: Collection[str], shops: Collection[str], *, with_password: bool
    ) -> None:
        self._cookies = cookies
        self._names = frozenset((*providers, *shops)) if shops else frozenset()
        self._is_only_way = len(providers) == 1 and not with_password

    def name(self) -> str:
        """Return the name of a provider or storefront; empty for none that is in force."""
        chosen = self._cookies.get(request, CHOICE_COOKIE) or ""
        return chosen if chosen in self._names else ""

    def came_by_shop(self, response: Response, name: str) -> None:
        """Remember for a year a storefront that was chosen, or that has handed its customer over."""
        self._remember(response, name)

    def signed_in_at(self, response: Response, provider: str, *, is_chosen: bool) -> None:
        """Remember for a year where somebody has signed in, unless they are asked all the same.

        Args:
            response: the callback's answer.
            provider: its name.
            is_chosen: whether they chose it on a page of the gateway's.
        """
        if is_chosen or self._is_only_way:
            self._remember(response, provider)

    def _remember(self, response: Response, name: str) -> None:
        if name in self._names:
            self._cookies.put(response, CHOICE_COOKIE, name, CHOICE_SECONDS)
