import hashlib
import hmac
import json

import pytest

from gateway.config.storefronts import StorefrontSettings
from gateway.database.order_queue import OrderQueue
from gateway.errors import BadRequest, PageNotFound
from gateway.flows.order_intake import OrderIntake
from schemas.order import Customer, LineItem, Order, OrderEvent, Refund
from schemas.secret import Secret
from tests.gateway.database.orders import orders_of

SECRET = Secret("of the shop")


class Plain:
    """A dialect: JSON of an order or a refund, signed by its HMAC in hexadecimal digits."""

    def read(self, headers, body, secrets, now):
        macs = [hmac.new(secret.reveal().encode(), body, hashlib.sha256).hexdigest() for secret in secrets]
        if headers.get("signature") not in macs or headers["time"] > now:
            raise BadRequest
        said = json.loads(body)
        if "refund" in said:
            return OrderEvent(said["key"], "refund", refund=Refund(said["refund"], said["of"]))
        if "order" not in said:
            return OrderEvent(said["key"], "other")
        lines = tuple(LineItem(sku, sku, 1, 1) for sku in said["skus"])
        return OrderEvent(said["key"], "paid", order=Order(said["order"], 1, "paid", Customer(said["email"]), lines))

    def signed(self, **said):
        body = json.dumps(said).encode()
        return {"signature": hmac.new(SECRET.reveal().encode(), body, hashlib.sha256).hexdigest(), "time": 0}, body


PAID = {"key": "e1", "order": "1001", "skus": ["SKU-INTRO"], "email": "kim@shop.example"}


@pytest.fixture
def orders(database):
    return orders_of(database)


@pytest.fixture
def woken():
    return []


@pytest.fixture
def intake(orders, woken):
    settings = StorefrontSettings(name="shop", kind="standard", webhook_secrets=(Secret("old"), SECRET))
    return OrderIntake({"shop": settings}, {"standard": Plain()}, orders, lambda: woken.append(True))


def test_what_a_webhook_says_is_on_disk_and_due_when_it_is_answered(intake, orders, database, woken):
    intake.receive("shop", *Plain().signed(**PAID))
    assert [line.sku for line in orders.snapshot("shop", "1001").order.lines] == ["SKU-INTRO"]
    assert [claim.order_id for claim in OrderQueue(database).claim()] == ["1001"]
    assert woken == [True]


def test_a_webhook_that_is_delivered_again_is_taken_and_nothing_is_done(intake, database, woken):
    for _ in range(3):
        intake.receive("shop", *Plain().signed(**PAID))
    assert len(OrderQueue(database).claim(9)) == 1
    assert woken == [True]


def test_what_needs_nothing_done_is_taken_and_not_kept(intake, database, woken):
    intake.receive("shop", *Plain().signed(key="e9"))
    assert OrderQueue(database).claim() == []
    assert woken == []


def test_a_refund_is_kept_until_its_order_comes(intake, orders):
    intake.receive("shop", *Plain().signed(key="e2", refund="r1", of="1001"))
    intake.receive("shop", *Plain().signed(**PAID))
    snapshot = orders.snapshot("shop", "1001")
    assert [snapshot.wanted(line) for line in snapshot.order.lines] == [0]


def test_what_is_forged_leaves_no_row(intake, orders, woken):
    headers, body = Plain().signed(**PAID)
    with pytest.raises(BadRequest):
        intake.receive("shop", headers | {"signature": "forged"}, body)
    with pytest.raises(BadRequest):
        intake.receive("shop", headers, body + b" ")
    assert orders.snapshot("shop", "1001") is None
    assert woken == []


def test_a_storefront_that_is_not_in_the_settings_has_no_address(intake):
    with pytest.raises(PageNotFound):
        intake.receive("other", *Plain().signed(**PAID))
