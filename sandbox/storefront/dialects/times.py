"""Times as the dialects write them, from microseconds since 1970 UTC."""

from datetime import UTC, datetime

from sandbox.storefront.orders import MICROSECONDS


def seconds(at: int) -> int:
    """Return whole seconds since 1970 UTC."""
    return at // MICROSECONDS


def with_zone(at: int) -> str:
    """Return ``2026-11-23T09:05:00+00:00``, as Shopify has it."""
    return datetime.fromtimestamp(seconds(at), UTC).isoformat()


def without_zone(at: int) -> str:
    """Return ``2026-11-23T09:05:00``, as WooCommerce has it."""
    return with_zone(at).removesuffix("+00:00")
