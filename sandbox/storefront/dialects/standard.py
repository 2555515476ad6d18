"""Standard Webhooks, for a shop of one's own: ``order.paid``, and ``order.refunded`` with the lines given back.

Source: www.standardwebhooks.com, specification 1.0; the content is the gateway's own.
"""

import base64
import binascii
from typing import Any

from sandbox.storefront.event import Event
from sandbox.storefront.orders import PAID, REFUNDED, Order
from sandbox.storefront.signatures import in_base64

LABEL = "Standard Webhooks"


def tell(order: Order, action: str, event_id: str) -> list[tuple[str, dict[str, Any]]]:
    """Return topic and content of each event; see ``Dialect.tell``."""
    del event_id
    if action not in {PAID, REFUNDED}:
        raise ValueError(f"an order of a shop of one's own is paid or refunded, and not {action}")
    topic = f"order.{action}"
    return [(topic, {"type": topic, "data": _data(order, action)})]


def headers(event: Event, secret: str, now: int) -> dict[str, str]:
    """Return the headers of a delivery; see ``Dialect.headers``."""
    signed = f"{event.id}.{now}.".encode() + event.body
    return {
        "Content-Type": "application/json",
        "webhook-id": event.id,
        "webhook-timestamp": str(now),
        "webhook-signature": f"v1,{in_base64(_key(secret), signed)}",
    }


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as fault:
        raise ValueError("a secret of Standard Webhooks is in base64, after whsec_") from fault


def _data(order: Order, action: str) -> dict[str, Any]:
    buyer, gift = order.customer, order.student
    data: dict[str, Any] = {
        "id": order.id,
        "number": str(order.number),
        "version": order.updated,
        "customer": {
            "id": buyer.id or None,
            "email": buyer.email,
            "first_name": buyer.first_name,
            "last_name": buyer.last_name,
        },
        "test": order.is_test,
    }
    if action == PAID:
        told = {"student_email": gift.email, "student_name": gift.name} if gift else {}
        data["lines"] = [
            {"id": str(line.number), "sku": line.product.sku, "quantity": line.quantity, **told} for line in order.lines
        ]
    elif len(order.refunds) > 1 or any(line.current for line in order.lines):
        data["lines"] = [{"id": str(number), "quantity": many} for number, many in order.refunds[-1].lines.items()]
    return data
