"""What the shop is started with."""

from dataclasses import dataclass, field

KINDS = ("shopify", "woocommerce", "stripe", "standard")
"""The dialects, as the gateway's settings name them."""


@dataclass(frozen=True)
class Storefront:
    """What the gateway knows the shop by, when the shop speaks one of the dialects.

    Attributes:
        name: the storefront's name in the gateway's settings: events go to ``/webhooks/<name>``.
        kind: the dialect, one of ``KINDS``.
        webhook_secret: what signs events; of ``standard`` in base64 after ``whsec_``.
        api_key: the bearer key for the gateway's ``/api/v1``; empty: no launches.
        shop_api_key: what opens the shop's own API: ``sk_…`` of Stripe, ``ck_…:cs_…`` of WooCommerce; empty: nothing.
    """

    name: str
    kind: str
    webhook_secret: str
    api_key: str = ""
    shop_api_key: str = ""

    def __post_init__(self) -> None:
        """Refuse a dialect that nobody speaks."""
        if self.kind not in KINDS:
            raise ValueError(f"kind is one of {', '.join(KINDS)}")


@dataclass(frozen=True)
class Config:
    """The start-up settings of one shop.

    Attributes:
        gateway: the gateway's address, without a slash at the end.
        storefronts: the dialects that it may speak; the first is the one that its pages begin with.
        host: where it listens.
        port: where it listens; 0 takes a free one.
        first_number: the number of the first order, so that two shops' orders need not be the same.
        seconds: how long the gateway may take to answer.
    """

    gateway: str
    storefronts: tuple[Storefront, ...] = field(default_factory=tuple)
    host: str = "127.0.0.1"
    port: int = 0
    first_number: int = 1001
    seconds: float = 20.0

    def __post_init__(self) -> None:
        """Refuse a shop that the gateway does not know."""
        if not self.storefronts:
            raise ValueError("name one storefront or more")
        if len({one.name for one in self.storefronts}) < len(self.storefronts):
            raise ValueError("two storefronts have the same name")
