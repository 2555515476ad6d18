"""WooCommerce's webhooks: an HMAC of the body in base64, by the webhook's own secret.

Only the body is signed, so that the topic, which is a header, decides whether anybody is interested, and nothing else.
WooCommerce names no event by an id of its own (``X-WC-Webhook-Delivery-ID`` is made of the webhook and the second):
each body is one. It tells times to the second: of two tellings of one second, that counts which has more refunds.
Source: WooCommerce's ``WC_Webhook`` and the resource Order of its REST API v3.
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from gateway.errors import WebhookUnreadable
from gateway.storefronts.customers import attributes, customer, student
from gateway.storefronts.payload import (
    MOST_OF_A_LINE,
    body_key,
    count,
    entries,
    given_back,
    identifier,
    json_object,
    lines_of,
    listed,
    mapping,
    moment,
    text,
    version,
)
from gateway.storefronts.signatures import check, digest, from_base64, lowered, signature_in, to_base64
from schemas.order import Customer, LineItem, Order, OrderEvent, OrderStatus
from schemas.secret import Secret

_STATUSES: Mapping[str, OrderStatus] = {
    "processing": "paid",
    "completed": "paid",
    "refunded": "refunded",
    "cancelled": "cancelled",
    "trash": "cancelled",
    "failed": "unpaid",
    "pending": "unpaid",
    "checkout-draft": "unpaid",
}
_ORDERS = frozenset({"order.created", "order.updated"})
_PING = re.compile(rb"webhook_id=[0-9]{1,20}")
_SIGNATURE = "x-wc-webhook-signature"


def read(headers: Mapping[str, str], body: bytes, secrets: Sequence[Secret], now: float) -> OrderEvent:
    """Return what a webhook says; see ``dialects.Dialect.read``.

    The ping, which WooCommerce sends unsigned when a webhook is made, is an event without a key.
    """
    del now  # no time is signed
    given = lowered(headers)
    if not given.get(_SIGNATURE) and _PING.fullmatch(body):
        return OrderEvent("", "ping")
    signature = from_base64(signature_in(given, _SIGNATURE))
    check([signature], [secret.reveal().encode() for secret in secrets], body)
    data, topic = json_object(body), text(given.get("x-wc-webhook-topic"), 100)
    return OrderEvent(body_key(body), topic, order=_order(data) if topic in _ORDERS else None)


def sign(body: bytes, secret: Secret, now: float, *, topic: str = "", event_id: str = "") -> dict[str, str]:
    """Return the headers with which WooCommerce would send a body; see ``dialects.Dialect.sign``."""
    del now, event_id
    topic = topic or "order.updated"
    resource, _, event = topic.partition(".")
    return {
        "Content-Type": "application/json",
        "X-WC-Webhook-Topic": topic,
        "X-WC-Webhook-Resource": resource,
        "X-WC-Webhook-Event": event,
        "X-WC-Webhook-Signature": to_base64(digest(secret.reveal().encode(), body)),
    }


def from_listing(record: Mapping[str, Any]) -> Order:
    """Return an order as the REST API lists it; see ``listings``."""
    return _order(record)


def lines_in(data: Mapping[str, Any], refunds: Sequence[Mapping[str, Any]] = ()) -> tuple[LineItem, ...]:
    """Return the lines of an order, as a webhook and the REST API have it.

    Args:
        data: the order.
        refunds: its refunds, as the REST API lists them: their lines count below zero and name the order's.

    Raises:
        WebhookUnreadable: it is no order.
    """
    refunded = given_back((_returned(line) for one in refunds for line in entries(one.get("line_items"))), "id")
    buyer, notes = _customer(data), attributes(data.get("meta_data"), "key")
    return lines_of(_line(line, buyer, notes, refunded) for line in listed(data, "line_items"))


def _order(data: Mapping[str, Any]) -> Order:
    if "billing_period" in data:
        raise WebhookUnreadable("the body is a subscription, whatever its topic says")
    status, refunds = _status(data), len(entries(data.get("refunds")))
    lines = lines_in(data)
    return Order(
        id=identifier(data, "id"),
        version=version(moment(data, "date_modified_gmt", "date_created_gmt"), refunds),
        status=status,
        customer=_customer(data),
        # an order tells that there were refunds, and not of which lines
        lines=None if refunds and status == "paid" else lines,
        number=text(data.get("number"), 100),
    )


def _status(data: Mapping[str, Any]) -> OrderStatus:
    """Return how an order stands; with a status that a plugin made it is paid if WooCommerce says when."""
    status, is_paid = text(data.get("status")), bool(data.get("date_paid_gmt") or data.get("date_paid"))
    if status == "on-hold":
        return "disputed" if is_paid else "unpaid"
    return _STATUSES.get(status, "paid" if is_paid else "unpaid")


def _customer(data: Mapping[str, Any]) -> Customer:
    billing = mapping(data.get("billing"))
    names = (billing.get("first_name"), billing.get("last_name"))
    return customer(billing.get("email"), data.get("customer_id"), *names)


def _line(data: Mapping[str, Any], buyer: Customer, notes: Mapping[str, Any], refunded: Mapping[str, int]) -> LineItem:
    line_id, bought = identifier(data, "id"), count({"quantity": _whole(data.get("quantity"))}, "quantity")
    for_whom = student(buyer, attributes(data.get("meta_data"), "key"), notes)
    return LineItem(line_id, text(data.get("sku")), bought, max(0, bought - refunded.get(line_id, 0)), for_whom)


def _returned(line: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a line of a refund as the line of the order that it names, and its quantity above zero."""
    quantity = line.get("quantity")
    return {
        "id": attributes(line.get("meta_data"), "key").get("refunded_item_id"),
        "quantity": _whole(-quantity) if isinstance(quantity, int | float) else quantity,
    }


def _whole(quantity: object) -> object:
    """Return a quantity as a whole number, for plugins sell by weight: such a line costs nobody another.

    A part counts as one, and what is beyond reason as the most that a line may have.
    """
    if not isinstance(quantity, int | float) or isinstance(quantity, bool) or not 0 < quantity < math.inf:
        return quantity
    return min(math.ceil(quantity), MOST_OF_A_LINE)
