"""Stripe's events: an HMAC in hexadecimal digits of the time and the body, by the endpoint's ``whsec_`` as it is.

Events come in any order. A session says what was sold in its metadata, or its line items have to be asked for.
Source: docs.stripe.com, "Receive Stripe events in your webhook endpoint", and the objects Session, Charge and Dispute.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from gateway.errors import WebhookSignatureWrong, WebhookUnreadable
from gateway.personal_data import first_and_last
from gateway.storefronts.customers import customer, student
from gateway.storefronts.payload import (
    LARGEST_NUMBER,
    count,
    identifier,
    identifier_or_empty,
    json_object,
    lines_of,
    mapping,
    text,
)
from gateway.storefronts.signatures import check, check_time, digest, from_hex, is_time, lowered, signature_in
from schemas.order import Customer, LineItem, Order, OrderEvent, OrderStatus, Refund
from schemas.secret import Secret

_SESSIONS = frozenset(
    {
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
    }
)
_REINSTATED = "charge.dispute.funds_reinstated"
_DISPUTES = frozenset(
    {
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.closed",
        _REINSTATED,
    }
)
_METADATA_LENGTH = 500  # docs.stripe.com, "Metadata"
_MICROSECONDS = 1_000_000
_LAST_SECOND = LARGEST_NUMBER // _MICROSECONDS


def read(headers: Mapping[str, str], body: bytes, secrets: Sequence[Secret], now: float) -> OrderEvent:
    """Return what an event says; see ``dialects.Dialect.read``."""
    _verify(signature_in(lowered(headers), "stripe-signature"), body, secrets, now)
    return _event(json_object(body))


def sign(body: bytes, secret: Secret, now: float, *, topic: str = "", event_id: str = "") -> dict[str, str]:
    """Return the headers with which Stripe would send a body; see ``dialects.Dialect.sign``."""
    del topic, event_id  # both stand in the body
    time = str(int(now))
    signature = digest(secret.reveal().encode(), f"{time}.".encode(), body).hex()
    return {"Content-Type": "application/json", "Stripe-Signature": f"t={time},v1={signature}"}


def from_listing(record: Mapping[str, Any]) -> Order | OrderEvent | None:
    """Return what a session or an event of a list of the API's says; see ``listings``."""
    kind = text(record.get("object"), 100)
    if kind == "event":
        return _event(record)
    if kind == "checkout.session":
        return None if record.get("mode") == "setup" else _order(record, record)
    raise WebhookUnreadable("object is neither checkout.session nor event")


def lines_in(session: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> tuple[LineItem, ...]:
    """Return the lines of a session, as Stripe's API lists them.

    The SKU is ``metadata.sku`` of the price or of its product, else the price's ``lookup_key``, else its id.

    Args:
        session: the session.
        items: its line items, the product of each price expanded.

    Raises:
        WebhookUnreadable: they are none.
    """
    metadata = mapping(session.get("metadata"))
    for_whom = student(_customer(session, metadata), metadata)
    return lines_of(_line(item, for_whom) for item in items)


def _event(event: Mapping[str, Any]) -> OrderEvent:
    key, topic = identifier(event, "id"), text(event.get("type"), 100)
    data = mapping(mapping(event.get("data")).get("object"))
    if topic in _SESSIONS and data.get("mode") != "setup":
        return OrderEvent(key, topic, order=_order(data, event))
    return OrderEvent(key, topic, refund=_refund(topic, data, event))


def _line(item: Mapping[str, Any], for_whom: Customer | None) -> LineItem:
    price = mapping(item.get("price"))
    holders = (price, mapping(price.get("product")))
    names = (*(mapping(one.get("metadata")).get("sku") for one in holders), price.get("lookup_key"), price.get("id"))
    sku = next((name for name in map(text, names) if name), "")
    number = 1 if item.get("quantity") is None else count(item, "quantity")
    return LineItem(identifier(item, "id"), sku, number, number, for_whom)


def _verify(header: str, body: bytes, secrets: Sequence[Secret], now: float) -> None:
    pieces = [piece.partition("=") for piece in header.split(",")]
    times = [value for name, _, value in pieces if name == "t"]
    if len(times) != 1 or not is_time(times[0]):
        raise WebhookSignatureWrong("Stripe-Signature names no time, or several")
    given = [from_hex(value) for name, _, value in pieces if name == "v1"]
    check(given, [secret.reveal().encode() for secret in secrets], f"{times[0]}.".encode(), body)
    check_time(times[0], now)


def _order(session: Mapping[str, Any], event: Mapping[str, Any]) -> Order:
    status: OrderStatus = "unpaid" if session.get("payment_status", "unpaid") == "unpaid" else "paid"
    metadata = mapping(session.get("metadata"))
    buyer = _customer(session, metadata)
    return Order(
        id=identifier(session, "id"),
        version=_version(event),
        status=status,
        customer=buyer,
        lines=_lines(metadata, student(buyer, metadata)),
        number=text(session.get("client_reference_id"), 100),
        # the first payment of a subscription has none, and is one of an invoice
        payment=_reference(session.get("payment_intent")) or _reference(session.get("invoice")),
        is_test=session.get("livemode", event.get("livemode")) is not True,
    )


def _version(event: Mapping[str, Any]) -> int:
    created = event.get("created")
    if not isinstance(created, int) or not 0 <= created <= _LAST_SECOND:
        raise WebhookUnreadable("created is not a time")
    return created * _MICROSECONDS


def _customer(session: Mapping[str, Any], metadata: Mapping[str, Any]) -> Customer:
    details = mapping(session.get("customer_details"))
    return customer(
        details.get("email") or session.get("customer_email"),
        metadata.get("customer_id") or _reference(session.get("customer")),
        *first_and_last(text(details.get("name"))),
    )


def _lines(metadata: Mapping[str, Any], for_whom: Customer | None) -> tuple[LineItem, ...] | None:
    """Return what ``sku``, with ``quantity`` beside it, or ``skus`` names; ``None`` where there is neither."""
    skus = Counter(text(sku) for sku in text(metadata.get("skus"), _METADATA_LENGTH).split(","))
    del skus[""]
    if not skus and text(metadata.get("sku")):
        skus[text(metadata["sku"])] = count(metadata, "quantity") if metadata.get("quantity") else 1
    return tuple(LineItem(sku, sku, number, number, for_whom) for sku, number in skus.items()) or None


def _refund(topic: str, data: Mapping[str, Any], event: Mapping[str, Any]) -> Refund | None:
    """Return the refund of a whole charge, or a dispute; ``None`` for anything else.

    A refund in part names no lines. An inquiry, whose status begins with ``warning``, takes no money. A dispute has
    taken it, unless the shop has won: then the money is back. Only charges may name their invoice;
    a dispute of neither is told by its charge, for somebody to look at.
    """
    names = [_reference(data.get(name)) for name in ("payment_intent", "invoice")]
    payment, *others = [name for name in names if name] or [_reference(data.get("charge"))]
    status = text(data.get("status"))
    is_refund = topic == "charge.refunded" and data.get("refunded") is True
    is_dispute = topic in _DISPUTES and not status.startswith("warning")
    if not payment or not (is_refund or is_dispute):
        return None
    is_void = is_dispute and (status == "won" or topic == _REINSTATED)
    other = others[0] if others else ""
    return Refund(identifier(data, "id"), payment, None, _version(event), is_void=is_void, other=other)


def _reference(value: object) -> str:
    """Return the id of another object, which may stand here whole."""
    return identifier_or_empty(value.get("id") if isinstance(value, dict) else value)
