"""``GET /api/v1/orders/<id>``: what a storefront is told of its own orders."""

import json
from datetime import UTC, datetime

import pytest
from marshmallow import RAISE
from standardwebhooks import Webhook

from gateway.config import load
from gateway.services import Services
from schemas.order_answer import OrderAnswerSchema
from tests.conftest import API_KEY
from tests.databases import new_database
from tests.gateway.web.browser import HERE
from tests.gateway.web.storefront import FILE, KEY, OTHER_KEY, Storefront

SECRET = "c2VjcmV0LW9mLXRoZS1zaG9wLXNlY3JldA=="
CUSTOMER = {"id": "c-77", "email": "kim@example.com", "first_name": "Kim", "last_name": "Lee"}
LINES = [{"id": "1", "sku": "SKU-INTRO", "quantity": 1}, {"id": "2", "sku": "SKU-UNKNOWN", "quantity": 1}]


@pytest.fixture
def database(tmp_path):
    return new_database(tmp_path)


@pytest.fixture
def shop(gateway, database):
    return Storefront(gateway(file=FILE, GATEWAY_DATABASE_URL=database))


@pytest.fixture
def services(shop, database, portal, tmp_path):
    """What the gateway is made of, once more, to see to it that the order is fulfilled."""
    return Services(
        load(
            {
                "GATEWAY_PUBLIC_URL": HERE,
                "GATEWAY_SECRET_KEYS": "key-of-the-tests-" * 3,
                "GATEWAY_DATABASE_URL": database,
                "GATEWAY_CONFIG": str(tmp_path / "gateway.toml"),
                "GATEWAY_PASSWORD_SIGN_IN": "on",
                "TALENTLMS_URL": portal.url,
                "TALENTLMS_API_KEY": API_KEY,
            }
        )
    )


def tell(shop, order_id):
    order = {"id": order_id, "version": 1, "customer": CUSTOMER, "lines": LINES}
    body = json.dumps({"type": "order.paid", "data": order})
    now, name = datetime.now(UTC), f"msg-{order_id}"
    from_shop = {
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign(name, now, body),
    }
    answer = shop.client.post("/webhooks/shop", data=body, headers=from_shop)
    assert answer.status_code == 200, answer.text


def asked(shop, order_id, key=KEY):
    return shop.client.get(f"/api/v1/orders/{order_id}", headers={"Authorization": f"Bearer {key}"})


def test_an_order_is_told_before_it_is_fulfilled_and_after(shop, services):
    tell(shop, "A-1001")
    waiting = asked(shop, "A-1001").json
    assert (waiting["id"], waiting["payment"], waiting["state"]) == ("A-1001", "paid", "waiting")
    assert [line["sku"] for line in waiting["lines"]] == ["SKU-INTRO", "SKU-UNKNOWN"]
    for claim in services.order_queue.claim(10):
        services.fulfilment.fulfil(claim.storefront, claim.order_id, lambda: None)
    answer = asked(shop, "A-1001")
    intro, unknown = answer.json["lines"]
    assert [(one["seat"], one["course"], one["state"]) for one in intro["gives"]] == [(1, 12, "given")]
    assert (unknown["gives"], unknown["error"]) == ([], "unknown-sku")
    assert unknown["detail"]
    assert "kim@example.com" not in answer.text
    for told in (waiting, answer.json):
        assert OrderAnswerSchema(unknown=RAISE).validate(told) == {}


def test_another_storefronts_order_and_one_that_never_was_are_not_found(shop):
    tell(shop, "A-1001")
    assert asked(shop, "A-1001").status_code == 200
    for order_id, key in (
        ("A-1001", OTHER_KEY),
        ("A-1002", KEY),
        ("A-1001%00", KEY),
        ("x" * 300, KEY),
        ("..%2F..%2Flaunches", KEY),
        ("%ff", KEY),
    ):
        answer = asked(shop, order_id, key)
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json"), order_id


def test_whoever_has_no_key_learns_nothing(shop):
    tell(shop, "A-1001")
    for order_id in ("A-1001", "A-1002"):
        assert asked(shop, order_id, KEY[:-1]).status_code == 401


def test_an_id_may_have_a_slash_in_it(shop):
    tell(shop, "gid://shop/Order/7")
    assert asked(shop, "gid:%2F%2Fshop%2FOrder%2F7").json["id"] == "gid://shop/Order/7"
