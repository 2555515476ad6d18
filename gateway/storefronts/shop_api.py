"""The shops' own APIs: what was sold or given back, where a webhook does not say so.

Sources: docs.stripe.com/api, "Retrieve a Checkout Session" and "Retrieve a Checkout Session's line items";
WooCommerce's REST API v3, "Orders" and "Order refunds". Read rights are enough for all of it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from gateway import context
from gateway.errors import (
    ShopError,
    ShopKeyRefused,
    ShopMisunderstood,
    ShopOrderUnknown,
    ShopUnavailable,
    WebhookUnreadable,
)
from gateway.outbound.client import HttpClient, Request, Response
from gateway.outbound.errors import OutboundError
from gateway.storefronts import stripe, woocommerce
from gateway.storefronts.payload import entries, mapping
from gateway.storefronts.signatures import to_base64
from schemas.order import LineItem, Order
from schemas.secret import Secret

STRIPE_URL = "https://api.stripe.com"
READ_SECONDS = 10.0
ANSWER_BYTES = 4 * 1024 * 1024
_MOST_REFUNDS = 100
"""What one page of WooCommerce's holds at most."""
_PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


@dataclass(frozen=True)
class ShopAccess:
    """The way into a shop's API.

    Attributes:
        kind: the storefront's kind.
        url: where the shop is, without a path.
        key: opens it; for WooCommerce key and secret with a colon between them.
    """

    kind: str
    url: str
    key: Secret


class ShopApi:
    """The APIs of all storefronts that have a key.

    Args:
        client: the way out.
        shops: by the storefront's name.
    """

    def __init__(self, client: HttpClient, shops: Mapping[str, ShopAccess]) -> None:
        self._client = client
        self._shops = shops

    def lines_of(self, storefront: str, order: Order) -> tuple[LineItem, ...] | None:
        """Return the lines of an order as they are now, ``None`` where the shop cannot be asked.

        Args:
            storefront: the storefront's name.
            order: one whose webhook has no lines.

        Raises:
            ShopUnavailable: no answer, or a passing fault; trying again makes sense.
            ShopMisunderstood: an answer that is none; trying again makes sense for a while.
            ShopKeyRefused: the key is not accepted, or lacks the right to read orders.
            ShopOrderUnknown: the shop has no such order.
            ShopError: the answer is not an order.
        """
        shop = self._shops.get(storefront)
        try:
            if shop is not None and shop.kind == "stripe":
                return self._of_stripe(shop, quote(order.id, safe=""))
            if shop is not None and shop.kind == "woocommerce":
                return self._of_woocommerce(shop, quote(order.id, safe=""))
        except WebhookUnreadable as error:
            raise ShopError(f"{storefront}: {error.note}") from None
        return None

    def _of_stripe(self, shop: ShopAccess, session: str) -> tuple[LineItem, ...]:
        path = f"/v1/checkout/sessions/{session}"
        listed = mapping(self._ask(shop, f"{path}/line_items?limit=100&expand%5B%5D=data.price.product"))
        if listed.get("has_more"):
            raise ShopError("a session has more lines than Stripe allows")
        return stripe.lines_in(mapping(self._ask(shop, path)), entries(listed.get("data")))

    def _of_woocommerce(self, shop: ShopAccess, order: str) -> tuple[LineItem, ...]:
        path = f"/wp-json/wc/v3/orders/{order}"
        refunds = entries(self._ask(shop, f"{path}/refunds?per_page={_MOST_REFUNDS}"))
        if len(refunds) >= _MOST_REFUNDS:
            raise ShopError(f"an order has {_MOST_REFUNDS} refunds or more")
        return woocommerce.lines_in(mapping(self._ask(shop, path)), refunds)

    def _ask(self, shop: ShopAccess, path: str) -> Any:
        headers = {"Authorization": _authorization(shop), "Accept": "application/json"}
        request = Request("GET", shop.url + path, headers, safe=True)
        try:
            response = self._client.send(request, context.remaining(READ_SECONDS), ANSWER_BYTES)
        except OutboundError as error:
            raise ShopUnavailable(str(error)) from None
        return _content(response, shop)


def _authorization(shop: ShopAccess) -> str:
    key = shop.key.reveal()
    return f"Bearer {key}" if shop.kind == "stripe" else f"Basic {to_base64(key.encode())}"


def _content(response: Response, shop: ShopAccess) -> Any:
    note = f"{shop.url} answered {response.status}"
    if response.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise ShopKeyRefused(note)
    if response.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        raise ShopOrderUnknown(note)
    if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR or response.status in _PASSING:
        raise ShopUnavailable(note)
    if response.status != HTTPStatus.OK:
        raise ShopMisunderstood(note)
    try:
        return json.loads(response.body)
    except (ValueError, RecursionError):
        raise ShopMisunderstood(f"{note}, and not in JSON") from None
