"""Storefronts as pages name them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shop:
    """A storefront as pages name it.

    Attributes:
        label: what to call it.
        account_url: its customers' page, where they are handed over; or ``None``.
    """

    label: str
    account_url: str | None = None
