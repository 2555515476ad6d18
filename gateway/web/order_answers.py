"""What a storefront is told of its own order: how far it is, line by line, and nothing of anybody's account."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from gateway.database.entitlements import Entitlement
from gateway.database.order_listing import Story


def order_answer(story: Story, entitlements: Sequence[Entitlement]) -> Mapping[str, Any]:
    """Return an order as the answer of ``GET /api/v1/orders/<id>`` has it.

    Args:
        story: what was told of the order.
        entitlements: what it gives.
    """
    order = story.order
    return {
        "id": order.id,
        "number": order.number or order.id,
        "payment": order.status,
        "test": order.is_test,
        "state": order.state,
        "error": order.error or None,
        "detail": order.note or None,
        "next_try_at": time_of(order.due_at),
        "received_at": time_of(order.received_at),
        "updated_at": time_of(order.updated_at),
        "lines": [_line(line, entitlements) for line in story.lines],
    }


def time_of(seconds: int | None) -> str | None:
    """Return a time, epoch seconds, as RFC 3339 has it, UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _line(line: Mapping[str, Any], entitlements: Sequence[Entitlement]) -> Mapping[str, Any]:
    return {
        "id": line["id"],
        "sku": line["sku"],
        "quantity": line["quantity"],
        "error": line["error"] or None,
        "detail": line["note"] or None,
        "gives": [_given(one) for one in entitlements if one.line_id == line["id"]],
    }


def _given(one: Entitlement) -> Mapping[str, Any]:
    return {
        "seat": one.seat,
        one.kind: one.target,
        "state": one.state,
        "error": one.error or None,
        "detail": one.note or None,
    }
