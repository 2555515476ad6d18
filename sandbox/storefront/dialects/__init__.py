"""How the four kinds of shop tell of an order: one module for each, and here which is which."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any, Protocol

from sandbox.storefront.dialects import shopify, standard, stripe, woocommerce
from sandbox.storefront.event import Event
from sandbox.storefront.orders import Order


class Dialect(Protocol):
    """What a module of this package offers."""

    LABEL: str
    """What people call it."""

    def tell(self, order: Order, action: str, event_id: str) -> list[tuple[str, dict[str, Any]]]:
        """Return topic and content of each event that follows an action.

        Args:
            order: the order after it.
            action: ``paid``, ``refunded``, ``cancelled`` or ``disputed``.
            event_id: an id that is new.

        Raises:
            ValueError: such a shop does not tell of that.
        """

    def headers(self, event: Event, secret: str, now: int) -> dict[str, str]:
        """Return the headers that an event is posted with now, in seconds since 1970 UTC, signed by a secret."""


_MODULES: Mapping[str, ModuleType] = {
    "shopify": shopify,
    "woocommerce": woocommerce,
    "stripe": stripe,
    "standard": standard,
}


def dialect(kind: str) -> Dialect:
    """Return the dialect of a kind of storefront."""
    module: Dialect = _MODULES[kind]
    return module
