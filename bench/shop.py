"""A shop that sells the one course: its storefront in the gateway's settings, and the webhooks that it posts."""

import time
from collections.abc import Iterable
from pathlib import Path

from bench.ports import HOST
from bench.stage import Stage
from sandbox.storefront.catalogue import PRODUCTS
from sandbox.storefront.dialects import shopify
from sandbox.storefront.event import Event, as_json
from sandbox.storefront.orders import MICROSECONDS, PAID, Customer, Line, Order

STOREFRONT = "shop"
KIND = "shopify"
PRODUCT = PRODUCTS[0]
_CONFIG = """
[[storefronts]]
name = "{name}"
kind = "{kind}"
webhook_secrets = ["{secret}"]
[storefronts.products]
{sku} = {{ course = {course} }}
"""


def config(stage: Stage) -> Path:
    """Write the gateway's file with the storefront, and return where it is."""
    path = stage.directory / "shop.toml"
    path.write_text(
        _CONFIG.format(name=STOREFRONT, kind=KIND, secret=stage.api_key, sku=PRODUCT.sku, course=PRODUCT.course)
    )
    return path


def webhooks(stage: Stage, port: int, numbers: Iterable[int]) -> list[bytes]:
    """Return the requests that tell of paid orders, each signed.

    Args:
        stage: what is running.
        port: the gateway's.
        numbers: of the orders, each of another customer.
    """
    return [_webhook(stage, port, number) for number in numbers]


def order_id(number: int) -> int:
    """Return what the shop calls an order."""
    return int(_order(number).id)


def _order(number: int) -> Order:
    customer = Customer(f"person.{number}@example.com", "Kim", "Lee", str(number), verified=True)
    now = int(time.time() * MICROSECONDS)
    return Order(number, STOREFRONT, KIND, customer, (Line(number, PRODUCT),), now, now)


def _webhook(stage: Stage, port: int, number: int) -> bytes:
    order = _order(number)
    ((topic, content),) = shopify.tell(order, PAID, "")
    event = Event(
        number, STOREFRONT, number, topic, f"action-{number}", f"event-{number}", as_json(content), order.created
    )
    headers = {
        "Host": f"{HOST}:{port}",
        "Content-Length": str(len(event.body)),
        **shopify.headers(event, stage.api_key, int(time.time())),
    }
    head = "\r\n".join(
        (f"POST /webhooks/{STOREFRONT} HTTP/1.1", *(f"{name}: {text}" for name, text in headers.items()))
    )
    return head.encode() + b"\r\n\r\n" + event.body
