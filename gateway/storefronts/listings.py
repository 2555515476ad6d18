"""Listings of a shop's own: its orders, or Stripe's sessions and events, as its API lists them; one after another.

A listing is JSON, or JSON Lines: a list, an object that holds one, or records one by one; pages may follow each other.
Sources: shopify.dev, "Retrieve a list of orders" (Admin REST API); WooCommerce's REST API v3, "List all orders";
docs.stripe.com/api, "List all Checkout Sessions", "List all events".
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from gateway.errors import WebhookUnreadable
from gateway.storefronts import shopify, standard, stripe, woocommerce
from gateway.storefronts.payload import fingerprint, identifier_or_empty, mapping, no_constant
from schemas.order import Order, OrderEvent, Refund

DOCUMENT_BYTES = 64 * 1024 * 1024
"""The largest JSON document that is read, in JSON Lines the longest line; how many lines there are does not matter."""
TOPIC = "import"
"""Stands in the place of a webhook's topic."""

_WRAPPED = ("orders", "data", "events")
_NOT_BLANK = re.compile(r"\S")
_decoder = json.JSONDecoder(parse_constant=no_constant)
_READERS: Mapping[str, Callable[[Mapping[str, Any]], Order | Refund | OrderEvent | None]] = {
    "shopify": shopify.from_listing,
    "woocommerce": woocommerce.from_listing,
    "stripe": stripe.from_listing,
    "standard": standard.from_listing,
}


@dataclass(frozen=True)
class Record:
    """A record of a listing.

    Attributes:
        position: which one, from 1 on.
        content: what it holds, of any type.
        fault: what kept it, and perhaps all after it, from being read; or empty.
    """

    position: int
    content: Any = None
    fault: str = ""

    @property
    def name(self) -> str:
        """Its id, for people who look for it; empty for none."""
        content = mapping(self.content)
        return identifier_or_empty(content.get("id")) or identifier_or_empty(mapping(content.get("data")).get("id"))


@dataclass(frozen=True)
class Told:
    """What a record says.

    Attributes:
        event: the same as a webhook would say it; without order and refund nothing is to be done.
        has_version: whether its order's version tells when that was last changed; if not, it is as it is now.
    """

    event: OrderEvent
    has_version: bool = True


def records(file: BinaryIO, document_bytes: int = DOCUMENT_BYTES) -> Iterator[Record]:
    """Return the records of a listing, one by one.

    Args:
        file: the listing, in UTF-8; of JSON Lines one line at a time is in memory, of anything else all of it.
        document_bytes: the most that may be in memory.
    """
    members = (member for value, fault in _documents(file, document_bytes) for member in _members(value, fault))
    for position, (value, fault) in enumerate(members, 1):
        yield Record(position, value, fault)


def told(kind: str, record: Record) -> Told:
    """Return what a record says; nobody has signed it, so its source has to be trusted.

    Args:
        kind: the storefront's.
        record: of a listing of its shop's.

    Raises:
        WebhookUnreadable: it is not what a listing of such a shop should hold; says why, without anything of it.
    """
    if record.fault:
        raise WebhookUnreadable(record.fault)
    if not isinstance(record.content, dict):
        raise WebhookUnreadable("it is not a JSON object")
    found = _READERS[kind](record.content)
    if isinstance(found, Order):
        current = sum(line.current for line in found.lines or ())
        key = fingerprint(TOPIC, found.id, str(found.version), found.status, str(found.lines is None), str(current))
        return Told(OrderEvent(key, TOPIC, order=found), has_version=kind != "stripe")
    if isinstance(found, Refund):
        return Told(OrderEvent(fingerprint(TOPIC, repr(found)), TOPIC, refund=found))
    return Told(found or OrderEvent("", TOPIC))


def _documents(file: BinaryIO, at_most: int) -> Iterator[tuple[Any, str]]:
    """Return the JSON documents of a file, each with its fault: a line each, where the first one is one."""
    first = _line(file, at_most)
    if first and len(first) <= at_most and _value(first)[1]:
        whole = first + file.read(at_most + 1 - len(first))
        yield from [(None, _too_large(at_most))] if len(whole) > at_most else _in_a_row(whole)
        return
    while first:
        if len(first) > at_most:
            yield None, _too_large(at_most)
            _skip(file, first)
        else:
            yield _value(first)
        first = _line(file, at_most)


def _line(file: BinaryIO, at_most: int) -> bytes:
    """Return the next line that is not blank, or so much of it that it is too long; empty at the end."""
    while line := file.readline(at_most + 1):
        if line.strip():
            return line
    return b""


def _skip(file: BinaryIO, line: bytes) -> None:
    """Read on to the end of a line, and keep nothing."""
    while line and not line.endswith(b"\n"):
        line = file.readline(1 << 20)


def _value(line: bytes) -> tuple[Any, str]:
    try:
        return json.loads(line.decode("utf-8-sig"), parse_constant=no_constant), ""
    except (ValueError, RecursionError):
        return None, "it is not JSON in UTF-8"


def _in_a_row(whole: bytes) -> Iterator[tuple[Any, str]]:
    """Return documents that follow each other; after a line that should be one and is none, the next."""
    try:
        text = whole.decode("utf-8-sig")
    except UnicodeDecodeError:
        yield None, "the file is not in UTF-8"
        return
    at, number, counted = _next(text, 0), 1, 0
    while at < len(text):
        try:
            value, at = _decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = text.find("\n", at)
            is_line = end >= 0 and text[at:end].rstrip().endswith("}")
            number, counted = number + text.count("\n", counted, at), at
            yield None, f"line {number} is not JSON" if is_line else f"it is not JSON from line {number} on"
            at = end if is_line else len(text)
        else:
            yield value, ""
        at = _next(text, at)


def _next(text: str, at: int) -> int:
    """Return where the next document begins."""
    found = _NOT_BLANK.search(text, at)
    return found.start() if found else len(text)


def _members(value: Any, fault: str) -> Iterator[tuple[Any, str]]:
    """Return the records of a document, which may hold several pages."""
    rest = [iter([value])]
    while rest:
        for one in rest[-1]:
            members = _list_in(one)
            if members is not None:
                rest.append(iter(members))
                break
            yield one, fault
        else:
            rest.pop()


def _list_in(value: Any) -> list[Any] | None:
    if isinstance(value, dict):
        return next((value[name] for name in _WRAPPED if isinstance(value.get(name), list)), None)
    return value if isinstance(value, list) else None


def _too_large(at_most: int) -> str:
    size = f"{at_most // 1024 // 1024} MiB"
    return f"it is larger than {size}; fetch fewer orders at a time, or write one a line, as jq -c does"
