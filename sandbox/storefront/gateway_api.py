"""What the shop asks of the gateway's ``/api/v1``, with its bearer key."""

import json
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from sandbox.storefront.config import Storefront
from sandbox.storefront.http_call import Answer, call
from sandbox.storefront.orders import Customer


def launch(
    gateway: str, storefront: Storefront, customer: Customer, target: Mapping[str, Any], key: str, seconds: float
) -> Answer:
    """Ask for a one-time address that leads a customer to a target.

    Args:
        gateway: the gateway's address.
        storefront: who asks.
        customer: who is to go.
        target: ``{"course": 12}`` and the like.
        key: the ``Idempotency-Key``; empty: a new one.
        seconds: how long to wait.
    """
    person: dict[str, Any] = {
        "email": customer.email,
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "email_verified": customer.verified,
    }
    if customer.id:
        person["customer_id"] = customer.id
    body = json.dumps({"person": person, "target": dict(target)}).encode()
    headers = {
        **_authorization(storefront),
        "Content-Type": "application/json",
        "Idempotency-Key": key or str(uuid.uuid4()),
    }
    return call("POST", f"{gateway}/api/v1/launches", headers, body, seconds)


def order(gateway: str, storefront: Storefront, order_id: str, seconds: float) -> Answer:
    """Ask what became of an order."""
    url = f"{gateway}/api/v1/orders/{quote(order_id, safe='')}"
    return call("GET", url, _authorization(storefront), None, seconds)


def _authorization(storefront: Storefront) -> dict[str, str]:
    return {"Authorization": f"Bearer {storefront.api_key}", "Accept": "application/json"}
