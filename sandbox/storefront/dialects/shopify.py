"""Shopify: the resources Order, Refund and Dispute of the Admin REST API, posted to the address of an app.

A refund is told of twice, by ``refunds/create`` and by ``orders/updated``, under one event id. Source: shopify.dev,
"HTTPS webhooks" and "Verify webhook deliveries".
"""

import uuid
from typing import Any

from sandbox.storefront.catalogue import CURRENCY, decimal
from sandbox.storefront.dialects.times import with_zone
from sandbox.storefront.event import Event
from sandbox.storefront.orders import CANCELLED, PAID, REFUNDED, WON, Customer, Line, Order, Refund
from sandbox.storefront.signatures import in_base64

LABEL = "Shopify"
API_VERSION = "2026-01"
SHOP = "sandbox-shop.myshopify.com"


def tell(order: Order, action: str, event_id: str) -> list[tuple[str, dict[str, Any]]]:
    """Return topic and content of each event; see ``Dialect.tell``."""
    del event_id
    if action == PAID:
        return [("orders/paid", content(order))]
    if action == REFUNDED:
        return [("refunds/create", _refund(order, order.refunds[-1])), ("orders/updated", content(order))]
    if action == CANCELLED:
        return [("orders/cancelled", content(order))]
    if action == WON:
        return [("disputes/update", {**_dispute(order), "status": "won", "finalized_on": with_zone(order.updated)})]
    return [("disputes/create", _dispute(order))]


def headers(event: Event, secret: str, now: int) -> dict[str, str]:
    """Return the headers of a delivery; see ``Dialect.headers``."""
    del now
    return {
        "Content-Type": "application/json",
        "User-Agent": "Shopify-Captain-Hook",
        "X-Shopify-Topic": event.topic,
        "X-Shopify-Hmac-Sha256": in_base64(secret.encode(), event.body),
        "X-Shopify-Shop-Domain": SHOP,
        "X-Shopify-API-Version": API_VERSION,
        "X-Shopify-Webhook-Id": str(uuid.uuid5(uuid.NAMESPACE_URL, event.id)),
        "X-Shopify-Event-Id": str(uuid.uuid5(uuid.NAMESPACE_URL, event.action)),
        "X-Shopify-Triggered-At": with_zone(event.at),
    }


def content(order: Order) -> dict[str, Any]:
    """Return the resource Order."""
    buyer, cancelled = order.customer, order.status == CANCELLED
    return {
        "id": int(order.id),
        "admin_graphql_api_id": f"gid://shopify/Order/{order.id}",
        "app_id": 580111,
        "billing_address": {"first_name": buyer.first_name, "last_name": buyer.last_name, "name": buyer.name},
        "buyer_accepts_marketing": False,
        "cancel_reason": "customer" if cancelled else None,
        "cancelled_at": with_zone(order.updated) if cancelled else None,
        "confirmed": True,
        "contact_email": buyer.email or None,
        "created_at": with_zone(order.created),
        "currency": CURRENCY,
        "current_total_price": decimal(order.cents - order.refunded_cents),
        "customer": _customer(order, buyer) if buyer.id else None,
        "email": buyer.email,
        "financial_status": _financial_status(order),
        "fulfillment_status": None,
        "line_items": [_line(order, line) for line in order.lines],
        "name": f"#{order.number}",
        "note_attributes": [],
        "order_number": order.number,
        "processed_at": with_zone(order.created),
        "refunds": [_refund(order, one) for one in order.refunds],
        "test": order.is_test,
        "total_price": decimal(order.cents),
        "updated_at": with_zone(order.updated),
    }


def _financial_status(order: Order) -> str:
    if order.status == REFUNDED:
        return "refunded"
    return "partially_refunded" if order.refunds else "paid"


def _customer(order: Order, buyer: Customer) -> dict[str, Any]:
    return {
        "id": int(buyer.id),
        "admin_graphql_api_id": f"gid://shopify/Customer/{buyer.id}",
        "created_at": with_zone(order.created),
        "email": buyer.email,
        "first_name": buyer.first_name,
        "last_name": buyer.last_name,
        "state": "enabled",
        "verified_email": buyer.verified,
    }


def _line(order: Order, line: Line) -> dict[str, Any]:
    gift = order.student
    told = (("student_email", gift.email), ("student_name", gift.name)) if gift else ()
    return {
        "id": line.number,
        "admin_graphql_api_id": f"gid://shopify/LineItem/{line.number}",
        "current_quantity": line.current,
        "fulfillable_quantity": line.current,
        "gift_card": False,
        "name": line.product.name,
        "price": decimal(line.product.cents),
        "product_exists": True,
        "product_id": line.product.number,
        "properties": [{"name": name, "value": value} for name, value in told],
        "quantity": line.quantity,
        "requires_shipping": False,
        "sku": line.product.sku,
        "title": line.product.name,
        "variant_id": line.product.number * 10,
        "vendor": "Sandbox shop",
    }


def _refund(order: Order, refund: Refund) -> dict[str, Any]:
    lines = {line.number: line for line in order.lines}
    return {
        "id": refund.number,
        "admin_graphql_api_id": f"gid://shopify/Refund/{refund.number}",
        "created_at": with_zone(refund.at),
        "note": "",
        "order_id": int(order.id),
        "processed_at": with_zone(refund.at),
        "refund_line_items": [
            {
                "id": refund.number * 100 + place,
                "line_item": _line(order, lines[number]),
                "line_item_id": number,
                "quantity": many,
                "restock_type": "no_restock",
                "subtotal": decimal(many * lines[number].product.cents),
            }
            for place, (number, many) in enumerate(refund.lines.items())
        ],
        "transactions": [{"amount": decimal(refund.cents), "kind": "refund", "status": "success"}],
    }


def _dispute(order: Order) -> dict[str, Any]:
    return {
        "id": order.number * 100 + 99,
        "amount": decimal(order.cents),
        "currency": CURRENCY,
        "finalized_on": None,
        "initiated_at": with_zone(order.updated),
        "order_id": int(order.id),
        "reason": "fraudulent",
        "status": "needs_response",
        "type": "chargeback",
    }
