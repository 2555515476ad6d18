"""What the shop posts is read by the gateway as what was bought and given back."""

import time
from dataclasses import replace

import pytest

from gateway.errors import ShopKeyRefused, ShopOrderUnknown, WebhookSignatureWrong, WebhookStale
from gateway.outbound.client import HttpClient
from gateway.storefronts.dialects import DIALECTS
from gateway.storefronts.shop_api import ShopAccess, ShopApi
from sandbox.storefront.config import KINDS
from schemas.order import Customer
from schemas.secret import Secret
from tests.sandbox.storefront.conftest import PIA, SECRETS

BUYER = Customer("pia.novak@customer.example", "7001", "Pia", "Novak")


def read(kind, received):
    return DIALECTS[kind].read(received.headers, received.body, [Secret(SECRETS[kind])], time.time())


@pytest.mark.parametrize("kind", KINDS)
def test_an_order_is_read_with_its_customer_and_its_lines(kind, shop, receiver):
    bought = shop.control.buy("SKU-INTRO", ("SKU-SAFETY", 2), storefront=f"shop-{kind}", customer=PIA)["order"]
    order = read(kind, receiver.received[0]).order
    assert (order.id, order.status, order.is_test) == (bought["id"], "paid", False)
    assert order.customer == BUYER
    assert [(one.sku, one.quantity, one.current) for one in order.lines] == [("SKU-INTRO", 1, 1), ("SKU-SAFETY", 2, 2)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_gift_is_read_as_for_the_learner_and_a_guest_as_nobody_with_an_id(kind, shop, receiver):
    lea = {"email": "lea@school.example", "first_name": "Lea", "last_name": "Ito"}
    shop.control.buy("SKU-INTRO", storefront=f"shop-{kind}", student=lea)
    order = read(kind, receiver.received[0]).order
    assert [one.student for one in order.lines] == [Customer("lea@school.example", "", "Lea", "Ito")]
    assert order.customer == Customer("gil.hart@guest.example", "", "Gil", "Hart")


@pytest.mark.parametrize("kind", ["shopify", "stripe", "standard"])
def test_a_test_order_is_read_as_one(kind, shop, receiver):
    shop.control.buy("SKU-INTRO", storefront=f"shop-{kind}", is_test=True)
    assert read(kind, receiver.received[0]).order.is_test


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_refund_is_read_as_of_that_order_and_is_newer(kind, shop, receiver):
    number = shop.control.buy("SKU-INTRO", storefront=f"shop-{kind}")["order"]["number"]
    shop.control.refund(number)
    paid, *later = (read(kind, one) for one in receiver.received)
    assert len({paid.key, *(one.key for one in later)}) == 1 + len(later)
    for event in later:
        if event.order:
            assert (event.order.id, event.order.status) == (paid.order.id, "refunded")
            assert event.order.version > paid.order.version
        else:
            assert event.refund.order == (paid.order.payment or paid.order.id)


@pytest.mark.parametrize("kind", ["shopify", "stripe"])
def test_a_dispute_is_read_as_a_refund_and_as_none_once_it_was_won(kind, shop, receiver):
    number = shop.control.buy("SKU-INTRO", storefront=f"shop-{kind}")["order"]["number"]
    shop.control.dispute(number)
    shop.control.win(number)
    paid, disputed, won = (read(kind, one) for one in receiver.received)
    assert disputed.refund.order == won.refund.order == (paid.order.payment or paid.order.id)
    assert (disputed.refund.id, disputed.refund.is_void) == (won.refund.id, False)
    assert won.refund.is_void
    assert won.refund.version >= disputed.refund.version
    assert len({paid.key, disputed.key, won.key}) == 3


@pytest.mark.parametrize("kind", ["shopify", "standard"])
def test_a_refund_in_part_is_read_with_its_line(kind, shop, receiver):
    order = shop.control.buy("SKU-INTRO", ("SKU-SAFETY", 3), storefront=f"shop-{kind}")["order"]
    shop.control.refund(order["number"], {order["lines"][1]["number"]: 2})
    bought, refunded = (read(kind, one) for one in receiver.received[:2])
    assert refunded.refund.lines == ((bought.order.lines[1].id, 2),)


@pytest.mark.parametrize("kind", ["woocommerce", "stripe"])
def test_where_an_event_does_not_name_the_lines_the_gateway_knows_that_it_has_to_ask(kind, shop, receiver):
    order = shop.control.buy("SKU-INTRO", "SKU-SAFETY", storefront=f"shop-{kind}", lines_in_event=False)["order"]
    if kind == "woocommerce":
        shop.control.refund(order["number"], {order["lines"][0]["number"]: 1})
    assert read(kind, receiver.received[-1]).order.lines is None


@pytest.mark.parametrize(("kind", "key"), [("woocommerce", "ck_1:cs_1"), ("stripe", "sk_live_1")])
def test_and_then_the_shop_tells_what_is_left_of_it_and_for_whom(kind, key, shop, receiver):
    lea = {"email": "lea@school.example", "first_name": "Lea", "last_name": "Ito"}
    skus = ("SKU-INTRO", ("SKU-SAFETY", 3))
    order = shop.control.buy(*skus, storefront=f"shop-{kind}", lines_in_event=False, student=lea)["order"]
    if kind == "woocommerce":
        shop.control.refund(order["number"], {order["lines"][1]["number"]: 1})
    asked = read(kind, receiver.received[-1]).order
    api = ShopApi(HttpClient(), {"shop": ShopAccess(kind, shop.url, Secret(key))})
    found = api.lines_of("shop", asked)
    left = 2 if kind == "woocommerce" else 3
    assert [(one.sku, one.quantity, one.current) for one in found] == [("SKU-INTRO", 1, 1), ("SKU-SAFETY", 3, left)]
    assert {one.student for one in found} == {Customer("lea@school.example", "", "Lea", "Ito")}
    with pytest.raises(ShopOrderUnknown):
        api.lines_of("shop", replace(asked, id="4711"))
    with pytest.raises(ShopKeyRefused):
        ShopApi(HttpClient(), {"shop": ShopAccess(kind, shop.url, Secret("wrong"))}).lines_of("shop", asked)


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_told_twice_has_one_key_and_a_forged_one_is_refused(kind, shop, receiver):
    event = shop.control.buy("SKU-INTRO", storefront=f"shop-{kind}")["events"][0]["number"]
    shop.control.post(event)
    shop.control.post(event, forge=True)
    first, again, forgery = receiver.received
    assert read(kind, first).key == read(kind, again).key
    with pytest.raises(WebhookSignatureWrong):
        read(kind, forgery)


@pytest.mark.parametrize("kind", ["stripe", "standard"])
@pytest.mark.parametrize("late", [400, -400])
def test_a_stale_signature_is_refused(kind, late, shop, receiver):
    event = shop.control.buy("SKU-INTRO", storefront=f"shop-{kind}", post=False)["events"][0]["number"]
    shop.control.post(event, late=late)
    with pytest.raises(WebhookStale):
        read(kind, receiver.received[0])


def test_the_ping_is_read_as_nothing_to_do(shop, receiver):
    shop.control.ping("shop-woocommerce")
    event = read("woocommerce", receiver.received[0])
    assert (event.order, event.refund) == (None, None)
