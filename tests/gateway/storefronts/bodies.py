"""What shops send: one paid order of two lines in each dialect, and the same given back, to be changed member by member."""

import json

from schemas.secret import Secret

NOW = 1_780_000_000.0
SECRETS = {
    "shopify": Secret("shpss_0123456789abcdef0123456789abcdef"),
    "woocommerce": Secret("woo ü secret"),
    "stripe": Secret("whsec_stripes-are-taken-as-they-are"),
    "standard": Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
}
KINDS = tuple(SECRETS)


def written(content):
    return json.dumps(content).encode()


def shopify(**members):
    """Return an order of Shopify's."""
    return {
        "id": 450789469,
        "name": "#1001",
        "email": "Kim@Example.com",
        "contact_email": "kim@example.com",
        "updated_at": "2026-11-28T15:57:11-04:00",
        "financial_status": "paid",
        "cancelled_at": None,
        "test": False,
        "note_attributes": [],
        "customer": {"id": 207119551, "email": "kim@example.com", "first_name": "Kim", "last_name": "Lee"},
        "billing_address": {"first_name": "Billing", "last_name": "Name"},
        "line_items": [
            {"id": 11, "sku": "INTRO", "quantity": 1, "current_quantity": 1, "properties": []},
            {"id": 12, "sku": "TEAM", "quantity": 5, "current_quantity": 5, "properties": []},
        ],
        "refunds": [],
        **members,
    }


def shopify_refund(**members):
    """Return a refund of Shopify's: one seat of the second line."""
    lines = [{"id": 1, "line_item_id": 12, "quantity": 1, "line_item": {"id": 12, "sku": "TEAM", "quantity": 5}}]
    return {"id": 929361464, "order_id": 450789469, "refund_line_items": lines, "transactions": [], **members}


def woocommerce(**members):
    """Return an order of WooCommerce's."""
    return {
        "id": 727,
        "number": "727-A",
        "order_key": "wc_order_58d2d042d1d",
        "status": "processing",
        "customer_id": 26,
        "date_created_gmt": "2026-11-28T19:28:02",
        "date_modified_gmt": "2026-11-28T19:28:08",
        "date_paid_gmt": "2026-11-28T19:28:08",
        "billing": {"first_name": "Kim", "last_name": "Lee", "email": "kim@example.com"},
        "line_items": [
            {"id": 315, "sku": "INTRO", "quantity": 1, "meta_data": []},
            {"id": 316, "sku": "TEAM", "quantity": 5, "meta_data": []},
        ],
        "refunds": [],
        "meta_data": [],
        **members,
    }


def stripe_event(topic, content, **members):
    """Return an event of Stripe's."""
    data = {"data": {"object": content}, "livemode": True, "pending_webhooks": 1}
    return {"id": "evt_1", "object": "event", "type": topic, "created": int(NOW) - 7, **data, **members}


def stripe(**members):
    """Return the event of a session that is completed."""
    return stripe_event("checkout.session.completed", stripe_session(**members))


def stripe_session(**members):
    return {
        "id": "cs_live_1",
        "object": "checkout.session",
        "mode": "payment",
        "livemode": True,
        "payment_status": "paid",
        "payment_intent": "pi_1",
        "customer": "cus_1",
        "client_reference_id": None,
        "customer_details": {"email": "kim@example.com", "name": "Kim Lee"},
        "metadata": {"skus": "INTRO,TEAM,TEAM"},
        **members,
    }


def standard(topic="order.paid", **members):
    """Return an event as Standard Webhooks carries it."""
    order = {
        "id": "A-1001",
        "version": 3,
        "customer": {"id": "c-77", "email": "kim@example.com", "first_name": "Kim", "last_name": "Lee"},
        "lines": [{"id": "1", "sku": "INTRO", "quantity": 1}, {"id": "2", "sku": "TEAM", "quantity": 5}],
    }
    return {"type": topic, "timestamp": "2026-11-28T19:28:08Z", "data": {**order, **members}}


PAID = {"shopify": shopify, "woocommerce": woocommerce, "stripe": stripe, "standard": standard}
"""By kind: makes the body of a paid order."""
