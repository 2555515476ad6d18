"""WooCommerce: ``order.updated`` with the resource Order of its REST API v3, whatever happened.

An order names its refunds and not what they gave back: that is in the API, at ``/wp-json/wc/v3/orders/<id>/refunds``.
Source: developer.woocommerce.com, "Working with webhooks", and WooCommerce's ``WC_Webhook``.
"""

import hashlib
from typing import Any

from sandbox.storefront.catalogue import CURRENCY, decimal
from sandbox.storefront.dialects.times import without_zone
from sandbox.storefront.event import Event
from sandbox.storefront.orders import CANCELLED, DISPUTED, PAID, REFUNDED, Line, Order, Refund
from sandbox.storefront.signatures import in_base64

LABEL = "WooCommerce"
TOPIC = "order.updated"
PING = "ping"
WEBHOOK_ID = 17
STATUSES = {PAID: "processing", REFUNDED: "refunded", CANCELLED: "cancelled", DISPUTED: "on-hold"}


def tell(order: Order, action: str, event_id: str) -> list[tuple[str, dict[str, Any]]]:
    """Return topic and content of each event; see ``Dialect.tell``."""
    del action, event_id
    return [(TOPIC, content(order))]


def headers(event: Event, secret: str, now: int) -> dict[str, str]:
    """Return the headers of a delivery; see ``Dialect.headers``. The ping, sent when a webhook is made, is unsigned."""
    if event.topic == PING:
        return {"Content-Type": "application/x-www-form-urlencoded"}
    resource, _, happened = event.topic.partition(".")
    return {
        "Content-Type": "application/json",
        "User-Agent": "WooCommerce/10.3.0 Hookshot (WordPress/6.8)",
        "X-WC-Webhook-Source": "https://sandbox-shop.example/",
        "X-WC-Webhook-Topic": event.topic,
        "X-WC-Webhook-Resource": resource,
        "X-WC-Webhook-Event": happened,
        "X-WC-Webhook-Signature": in_base64(secret.encode(), event.body),
        "X-WC-Webhook-ID": str(WEBHOOK_ID),
        # of the webhook and the second, so two events may have the same
        "X-WC-Webhook-Delivery-ID": hashlib.sha256(f"{WEBHOOK_ID}{now}".encode()).hexdigest()[:32],
    }


def content(order: Order) -> dict[str, Any]:
    """Return the resource Order."""
    buyer = order.customer
    return {
        "id": int(order.id),
        "parent_id": 0,
        "status": STATUSES[order.status],
        "currency": CURRENCY,
        "version": "10.3.0",
        "date_created": without_zone(order.created),
        "date_created_gmt": without_zone(order.created),
        "date_modified": without_zone(order.updated),
        "date_modified_gmt": without_zone(order.updated),
        "date_paid": without_zone(order.created),
        "date_paid_gmt": without_zone(order.created),
        "total": decimal(order.cents),
        "customer_id": int(buyer.id or 0),
        "order_key": f"wc_order_{order.number:08}",
        "billing": {"first_name": buyer.first_name, "last_name": buyer.last_name, "email": buyer.email},
        "payment_method": "sandbox",
        "payment_method_title": "Card",
        "number": str(order.number),
        "meta_data": [],
        "line_items": [_line(order, line) for line in order.lines],
        "refunds": [{"id": one.number, "reason": "", "total": f"-{decimal(one.cents)}"} for one in order.refunds],
    }


def refunds(order: Order) -> list[dict[str, Any]]:
    """Return what the API lists as the refunds of an order, the newest first."""
    return [_refund(order, one) for one in reversed(order.refunds)]


def _line(order: Order, line: Line) -> dict[str, Any]:
    gift = order.student
    told = (("student_email", gift.email), ("student_name", gift.name)) if gift else ()
    return {
        "id": line.number,
        "name": line.product.name,
        "product_id": line.product.number,
        "variation_id": 0,
        "quantity": line.quantity,
        "subtotal": decimal(line.cents),
        "total": decimal(line.cents),
        "meta_data": [{"id": place, "key": key, "value": value} for place, (key, value) in enumerate(told, 1)],
        "sku": line.product.sku,
        "price": line.product.cents / 100,
    }


def _refund(order: Order, refund: Refund) -> dict[str, Any]:
    lines = {line.number: line for line in order.lines}
    return {
        "id": refund.number,
        "parent_id": int(order.id),
        "date_created": without_zone(refund.at),
        "date_created_gmt": without_zone(refund.at),
        "amount": decimal(refund.cents),
        "reason": "",
        "refunded_by": 1,
        "refunded_payment": False,
        "meta_data": [],
        "line_items": [
            {
                "id": refund.number * 100 + place,
                "name": lines[number].product.name,
                "product_id": lines[number].product.number,
                "variation_id": 0,
                "quantity": -many,
                "total": f"-{decimal(many * lines[number].product.cents)}",
                "meta_data": [{"id": 1, "key": "_refunded_item_id", "value": str(number)}],
                "sku": lines[number].product.sku,
            }
            for place, (number, many) in enumerate(refund.lines.items())
        ],
    }
