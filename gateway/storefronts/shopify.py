"""Shopify's webhooks: an HMAC of the body in base64, by the app's client secret.

Only the body is signed. So the topic, which is a header, decides whether anybody is interested and as which kind of
thing the body has to be readable; never how the order stands, and never what makes an event another one.
Source: shopify.dev, "Verify webhook deliveries" and the resources Order, Refund and Dispute of the Admin REST API.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from gateway.errors import WebhookUnreadable
from gateway.storefronts.customers import attributes, customer, student
from gateway.storefronts.payload import (
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
from schemas.order import Customer, LineItem, Order, OrderEvent, OrderStatus, Refund
from schemas.secret import Secret

_STATUSES: Mapping[str, OrderStatus] = {
    "paid": "paid",
    "partially_paid": "partly_paid",
    "partially_refunded": "paid",
    "refunded": "refunded",
    "voided": "cancelled",
}
"""By ``financial_status``; whatever else it says, nothing is paid. An order that was paid and to which something was
added is partially paid until the customer has paid the balance (Shopify Help Center, "Editing orders")."""
_ORDERS = frozenset({"orders/paid", "orders/updated", "orders/cancelled"})
_REFUND = "refunds/create"
_DISPUTES = frozenset({"disputes/create", "disputes/update"})
_GLOBAL_ID = "gid://shopify/"


def read(headers: Mapping[str, str], body: bytes, secrets: Sequence[Secret], now: float) -> OrderEvent:
    """Return what a webhook says; see ``dialects.Dialect.read``."""
    del now  # no time is signed
    given = lowered(headers)
    signature = from_base64(signature_in(given, "x-shopify-hmac-sha256", "shopify-hmac-sha256"))
    check([signature], [secret.reveal().encode() for secret in secrets], body)
    data, topic = json_object(body), text(_header(given, "topic"), 100)
    key = body_key(body)
    if topic in _ORDERS:
        return OrderEvent(key, topic, order=_order(_resource(data, "Order")))
    if topic == _REFUND:
        return OrderEvent(key, topic, refund=_refund(_resource(data, "Refund")))
    is_chargeback = topic in _DISPUTES and data.get("type") == "chargeback"
    return OrderEvent(key, topic, refund=_dispute(data) if is_chargeback else None)


def sign(body: bytes, secret: Secret, now: float, *, topic: str = "", event_id: str = "") -> dict[str, str]:
    """Return the headers with which Shopify would send a body; see ``dialects.Dialect.sign``."""
    del now
    return {
        "Content-Type": "application/json",
        "X-Shopify-Topic": topic or "orders/paid",
        "X-Shopify-Event-Id": event_id or hashlib.sha256(body).hexdigest()[:32],
        "X-Shopify-Hmac-Sha256": to_base64(digest(secret.reveal().encode(), body)),
    }


def from_listing(record: Mapping[str, Any]) -> Order:
    """Return an order as the Admin API lists it; see ``listings``."""
    return _order(record)


def _header(given: Mapping[str, str], name: str) -> str:
    return given.get(f"x-shopify-{name}") or given.get(f"shopify-{name}") or ""


def _resource(data: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    """Return a body as it is; one that says itself that it is something else is unreadable."""
    name = data.get("admin_graphql_api_id")
    if isinstance(name, str) and name.startswith(_GLOBAL_ID) and not name.startswith(f"{_GLOBAL_ID}{kind}/"):
        raise WebhookUnreadable(f"the body is no {kind}, whatever its topic says")
    return data


def _order(data: Mapping[str, Any]) -> Order:
    status = _status(data)
    buyer = _customer(data)
    notes = attributes(data.get("note_attributes"), "name")
    refunds = [line for refund in entries(data.get("refunds")) for line in entries(refund.get("refund_line_items"))]
    refunded = given_back(refunds, "line_item_id")
    lines = lines_of(_line(line, buyer, notes, refunded) for line in listed(data, "line_items"))
    missing = sum(line.quantity - line.current for line in lines)
    return Order(
        id=identifier(data, "id"),
        version=version(moment(data, "updated_at", "processed_at", "created_at"), missing),
        status=status,
        customer=buyer,
        lines=lines,
        number=text(data.get("name"), 100),
        is_test=data.get("test") is True,
    )


def _status(data: Mapping[str, Any]) -> OrderStatus:
    status = _STATUSES.get(text(data.get("financial_status")), "unpaid")
    return "cancelled" if data.get("cancelled_at") and status != "refunded" else status


def _customer(data: Mapping[str, Any]) -> Customer:
    account, billing = mapping(data.get("customer")), mapping(data.get("billing_address"))
    return customer(
        data.get("email") or data.get("contact_email") or account.get("email"),
        account.get("id"),
        account.get("first_name") or billing.get("first_name"),
        account.get("last_name") or billing.get("last_name"),
    )


def _line(data: Mapping[str, Any], buyer: Customer, notes: Mapping[str, Any], refunded: Mapping[str, int]) -> LineItem:
    line_id, bought = identifier(data, "id"), count(data, "quantity")
    if data.get("current_quantity") is not None:
        current = count(data, "current_quantity")
    else:  # before version 2023-01 of the API only the refunds inside the order say so
        current = max(0, bought - refunded.get(line_id, 0))
    for_whom = student(buyer, attributes(data.get("properties"), "name"), notes)
    return LineItem(line_id, text(data.get("sku")), bought, min(bought, current), for_whom)


def _refund(data: Mapping[str, Any]) -> Refund:
    returned = given_back(listed(data, "refund_line_items"), "line_item_id")
    return Refund(identifier(data, "id"), identifier(data, "order_id"), tuple(returned.items()))


def _dispute(data: Mapping[str, Any]) -> Refund:
    """Return a chargeback as a refund of the whole; once the shop has won it, nothing is given back any more."""
    return Refund(
        f"dispute-{identifier(data, 'id')}",
        identifier(data, "order_id"),
        version=moment(data, "finalized_on") if data.get("finalized_on") else 0,
        is_void=data.get("status") == "won",
    )
