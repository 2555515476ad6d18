"""The dialects that webhooks speak, by the kind of a storefront."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from gateway.storefronts import shopify, standard, stripe, woocommerce
from schemas.order import OrderEvent
from schemas.secret import Secret


class Dialect(Protocol):
    """What a module of a dialect has."""

    def read(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[Secret], now: float) -> OrderEvent:
        """Return what a webhook says. Nothing of its body is looked into before its signature holds.

        Args:
            headers: all that came along, in any spelling of their names.
            body: as it came, byte for byte.
            secrets: the storefront's; one of them has signed it. Without any, nothing is believed.
            now: epoch seconds.

        Returns:
            The event. One of a topic that needs nothing done has neither order nor refund, and is not to be stored.

        Raises:
            WebhookUnsigned: there is no signature.
            WebhookSignatureWrong: it does not hold.
            WebhookStale: it holds, and is more than five minutes old or ahead.
            WebhookUnreadable: it holds, and the body is not JSON, not UTF-8, or not what its topic should hold.
        """
        ...

    def sign(self, body: bytes, secret: Secret, now: float, *, topic: str = "", event_id: str = "") -> dict[str, str]:
        """Return the headers with which a shop of this kind would send a body.

        Args:
            body: as it is sent.
            secret: signs it.
            now: epoch seconds.
            topic: what the shop calls its kind, where a header says so; default: that of a paid order.
            event_id: what makes it the same event when it is sent again, where a header says so; default: made of the
                body.
        """
        ...


DIALECTS: Mapping[str, Dialect] = {
    "shopify": shopify,
    "woocommerce": woocommerce,
    "stripe": stripe,
    "standard": standard,
}
