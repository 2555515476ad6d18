"""Standard Webhooks: for shops of one's own.

The body is ``{"type": "order.paid" | "order.refunded", "data": {"id", "version", "customer": {"id", "email",
"first_name", "last_name"}, "lines": [{"id", "sku", "quantity"}]}}``. Of ``order.refunded`` the lines are those that are
given back; without them it is all of the order. Each version is a refund, and they add up; with ``refund_id`` each id
is one, of which the newest version counts. Source: www.standardwebhooks.com, specification 1.0.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from gateway.errors import WebhookSignatureWrong, WebhookUnreadable
from gateway.storefronts.customers import customer, student
from gateway.storefronts.payload import (
    LARGEST_NUMBER,
    count,
    fingerprint,
    given_back,
    identifier,
    identifier_or_empty,
    json_object,
    lines_of,
    listed,
    mapping,
    moment,
    text,
)
from gateway.storefronts.signatures import (
    check,
    check_time,
    digest,
    from_base64,
    is_time,
    lowered,
    signature_in,
    to_base64,
)
from schemas.order import Customer, LineItem, Order, OrderEvent, Refund
from schemas.secret import Secret

_PREFIX = "whsec_"


def read(headers: Mapping[str, str], body: bytes, secrets: Sequence[Secret], now: float) -> OrderEvent:
    """Return what a webhook says; see ``dialects.Dialect.read``."""
    given = lowered(headers)
    signatures = signature_in(given, "webhook-signature")
    message, time = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not identifier_or_empty(message) or not is_time(time):
        raise WebhookSignatureWrong("webhook-id or webhook-timestamp is missing or is none")
    pairs = [one.partition(",") for one in signatures.split(" ")]
    macs = [from_base64(signature) for version, _, signature in pairs if version == "v1"]
    check(macs, map(key_of, secrets), f"{message}.{time}.".encode(), body)
    check_time(time, now)
    content = json_object(body)
    topic, data = text(content.get("type"), 100), mapping(content.get("data"))
    if topic == "order.paid":
        return OrderEvent(message, topic, order=_order(data))
    return OrderEvent(message, topic, refund=_refund(data) if topic == "order.refunded" else None)


def sign(body: bytes, secret: Secret, now: float, *, topic: str = "", event_id: str = "") -> dict[str, str]:
    """Return the headers with which such a shop would send a body; see ``dialects.Dialect.sign``."""
    del topic  # it stands in the body
    message, time = event_id or f"msg_{hashlib.sha256(body).hexdigest()[:32]}", str(int(now))
    signature = digest(key_of(secret), f"{message}.{time}.".encode(), body)
    return {
        "Content-Type": "application/json",
        "webhook-id": message,
        "webhook-timestamp": time,
        "webhook-signature": f"v1,{to_base64(signature)}",
    }


def from_listing(record: Mapping[str, Any]) -> Order | Refund | None:
    """Return what an event says; see ``listings``."""
    topic, data = text(record.get("type"), 100), mapping(record.get("data"))
    if not topic:
        raise WebhookUnreadable("type is missing")
    if topic == "order.paid":
        return _order(data)
    return _refund(data) if topic == "order.refunded" else None


def key_of(secret: Secret) -> bytes:
    """Return the key that a secret stands for, in base64 after its ``whsec_``; empty where it stands for none."""
    return from_base64(secret.reveal().removeprefix(_PREFIX))


def _order(data: Mapping[str, Any]) -> Order:
    told = mapping(data.get("customer"))
    buyer = customer(told.get("email"), told.get("id"), told.get("first_name"), told.get("last_name"))
    return Order(
        id=identifier(data, "id"),
        version=_version(data),
        status="paid",
        customer=buyer,
        lines=lines_of(_line(line, buyer, data) for line in listed(data, "lines")),
        number=text(data.get("number"), 100),
        is_test=data.get("test") is True,
    )


def _version(data: Mapping[str, Any]) -> int:
    version = data.get("version")
    if isinstance(version, str):
        return moment(data, "version")
    if isinstance(version, bool) or not isinstance(version, int) or not 0 <= version <= LARGEST_NUMBER:
        raise WebhookUnreadable("version is neither a number nor a time")
    return version


def _line(data: Mapping[str, Any], buyer: Customer, order: Mapping[str, Any]) -> LineItem:
    quantity = count(data, "quantity")
    return LineItem(identifier(data, "id"), text(data.get("sku")), quantity, quantity, student(buyer, data, order))


def _refund(data: Mapping[str, Any]) -> Refund:
    order = identifier(data, "id")
    lines = None if data.get("lines") is None else tuple(given_back(listed(data, "lines"), "id").items())
    version, refund = _version(data), f"{order}-{_version(data)}"
    if data.get("refund_id") is not None:
        refund = fingerprint(order, identifier(data, "refund_id"))
    return Refund(refund, order, lines, version)
