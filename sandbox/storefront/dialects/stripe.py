"""Stripe: events about a Checkout Session, its Charge and a Dispute, posted to a webhook endpoint.

A session does not name what was bought; its metadata may (``skus``, one for each piece), else the API does, at
``/v1/checkout/sessions/<id>/line_items``. A refund is of a charge: nobody can tell which line one in part was for.
Source: docs.stripe.com, "Webhooks" and the API reference.
"""

from typing import Any

from sandbox.storefront.catalogue import CURRENCY
from sandbox.storefront.dialects.times import seconds
from sandbox.storefront.event import Event
from sandbox.storefront.orders import CANCELLED, PAID, REFUNDED, WON, Line, Order
from sandbox.storefront.signatures import in_hex

LABEL = "Stripe"
API_VERSION = "2025-09-30.clover"


def tell(order: Order, action: str, event_id: str) -> list[tuple[str, dict[str, Any]]]:
    """Return topic and content of each event; see ``Dialect.tell``."""
    if action == CANCELLED:
        raise ValueError("a paid session of Stripe is refunded and not cancelled")
    topic, about = {
        PAID: ("checkout.session.completed", session),
        REFUNDED: ("charge.refunded", _charge),
        WON: ("charge.dispute.closed", _won),
    }.get(action, ("charge.dispute.created", _dispute))
    event = {
        "id": f"evt_{event_id}",
        "object": "event",
        "api_version": API_VERSION,
        "created": seconds(order.updated),
        "data": {"object": about(order)},
        "livemode": not order.is_test,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": topic,
    }
    return [(topic, event)]


def headers(event: Event, secret: str, now: int) -> dict[str, str]:
    """Return the headers of a delivery; see ``Dialect.headers``."""
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Stripe-Signature": f"t={now},v1={in_hex(secret.encode(), f'{now}.'.encode() + event.body)}",
    }


def session(order: Order) -> dict[str, Any]:
    """Return the object Session, as events and the API have it."""
    buyer = order.customer
    return {
        "id": order.id,
        "object": "checkout.session",
        "amount_subtotal": order.cents,
        "amount_total": order.cents,
        "client_reference_id": str(order.number),
        "created": seconds(order.created),
        "currency": CURRENCY.lower(),
        "customer": None,
        "customer_details": {"address": None, "email": buyer.email or None, "name": buyer.name or None, "phone": None},
        "customer_email": None,
        "livemode": not order.is_test,
        "metadata": _metadata(order),
        "mode": "payment",
        "payment_intent": f"pi_{order.number:08}",
        "payment_method_types": ["card"],
        "payment_status": "paid",
        "status": "complete",
        "success_url": "https://sandbox-shop.example/thanks",
    }


def line_items(order: Order) -> dict[str, Any]:
    """Return what the API lists as the line items of a session, with the products in full."""
    return {
        "object": "list",
        "data": [_line(line) for line in order.lines],
        "has_more": False,
        "url": f"/v1/checkout/sessions/{order.id}/line_items",
    }


def _metadata(order: Order) -> dict[str, str]:
    told = {"customer_id": order.customer.id} if order.customer.id else {}
    if order.lines_in_event:
        told["skus"] = ",".join(line.product.sku for line in order.lines for _ in range(line.quantity))
    if order.student:
        told |= {"student_email": order.student.email, "student_name": order.student.name}
    return told


def _charge(order: Order) -> dict[str, Any]:
    buyer = order.customer
    return {
        "id": f"ch_{order.number:08}",
        "object": "charge",
        "amount": order.cents,
        "amount_captured": order.cents,
        "amount_refunded": order.refunded_cents,
        "billing_details": {"email": buyer.email or None, "name": buyer.name or None},
        "captured": True,
        "created": seconds(order.created),
        "currency": CURRENCY.lower(),
        "livemode": not order.is_test,
        "metadata": {},
        "paid": True,
        "payment_intent": f"pi_{order.number:08}",
        "refunded": order.refunded_cents == order.cents,
        "status": "succeeded",
    }


def _dispute(order: Order) -> dict[str, Any]:
    return {
        "id": f"du_{order.number:08}",
        "object": "dispute",
        "amount": order.cents,
        "charge": f"ch_{order.number:08}",
        "created": seconds(order.updated),
        "currency": CURRENCY.lower(),
        "livemode": not order.is_test,
        "metadata": {},
        "payment_intent": f"pi_{order.number:08}",
        "reason": "fraudulent",
        "status": "needs_response",
    }


def _won(order: Order) -> dict[str, Any]:
    return {**_dispute(order), "status": "won"}


def _line(line: Line) -> dict[str, Any]:
    sold = line.product
    return {
        "id": f"li_{line.number:08}",
        "object": "item",
        "amount_total": line.cents,
        "currency": CURRENCY.lower(),
        "description": sold.name,
        "price": {
            "id": f"price_{sold.number:08}",
            "object": "price",
            "lookup_key": sold.sku or None,
            "metadata": {"sku": sold.sku} if sold.sku else {},
            "product": {
                "id": f"prod_{sold.number:08}",
                "object": "product",
                "name": sold.name,
                "metadata": {"sku": sold.sku} if sold.sku else {},
            },
            "unit_amount": sold.cents,
        },
        "quantity": line.quantity,
    }
