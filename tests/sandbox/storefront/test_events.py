"""What the shop tells of orders, in each dialect."""

import pytest

from sandbox.storefront.config import KINDS
from sandbox.storefront.control_client import GUEST, ControlError
from tests.sandbox.storefront.conftest import PIA

TOPICS = {
    "shopify": (["orders/paid"], ["refunds/create", "orders/updated"]),
    "woocommerce": (["order.updated"], ["order.updated"]),
    "stripe": (["checkout.session.completed"], ["charge.refunded"]),
    "standard": (["order.paid"], ["order.refunded"]),
}


def topics(told):
    return [one["topic"] for one in told["events"]]


@pytest.mark.parametrize("kind", KINDS)
def test_a_payment_and_its_refund_are_posted_to_the_storefronts_own_address(kind, shop, receiver):
    paid = shop.control.buy("SKU-INTRO", "SKU-SAFETY", storefront=f"shop-{kind}", customer=PIA)
    refunded = shop.control.refund(paid["order"]["number"])

    assert (topics(paid), topics(refunded)) == TOPICS[kind]
    assert {one.path for one in receiver.received} == {f"/webhooks/shop-{kind}"}
    assert [one.body.decode() for one in receiver.received] == [
        one["body"] for told in (paid, refunded) for one in told["events"]
    ]
    assert refunded["order"]["status"] == "refunded"
    assert [line["current"] for line in refunded["order"]["lines"]] == [0, 0]


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_told_again_is_the_same_event(kind, shop, receiver):
    event = shop.control.buy("SKU-INTRO", storefront=f"shop-{kind}")["events"][0]
    shop.control.post(event["number"])
    first, again = receiver.received
    assert first.body == again.body
    for name in ("X-Shopify-Event-Id", "X-Shopify-Webhook-Id", "webhook-id", "X-WC-Webhook-ID"):
        assert first.headers.get(name) == again.headers.get(name)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_held_back_can_be_posted_in_any_order(kind, shop, receiver):
    paid = shop.control.buy("SKU-INTRO", storefront=f"shop-{kind}", post=False)
    refunded = shop.control.refund(paid["order"]["number"], post=False)
    assert receiver.received == []

    wanted = [one["number"] for one in (*refunded["events"], *paid["events"])]
    assert [one["status"] for one in shop.control.post_all(wanted)] == [200] * len(wanted)
    told = {one["number"]: one["body"] for one in (*refunded["events"], *paid["events"])}
    assert [one.body.decode() for one in receiver.received] == [told[number] for number in wanted]


def test_whatever_the_gateway_has_not_taken_is_posted_again_until_it_has(shop, receiver):
    receiver.answer("/webhooks/shop-standard", 503)
    told = [shop.control.buy("SKU-INTRO", storefront="shop-standard") for _ in range(3)]
    events = [one["events"][0]["number"] for one in told]
    assert shop.control.state()["untold"] == events
    receiver.answer("/webhooks/shop-standard", 200)
    shop.control.post(events[1])

    assert [one["event"] for one in shop.control.post_untold()] == [events[0], events[2]]
    assert shop.control.state()["untold"] == []
    assert shop.control.post_untold() == []


def test_an_accepted_forgery_does_not_count_as_told(shop):
    event = shop.control.buy("SKU-INTRO", post=False)["events"][0]["number"]
    assert shop.control.post(event, forge=True)["status"] == 200
    assert shop.control.state()["untold"] == [event]


def test_shopify_tells_of_a_refund_twice_under_one_event_id_and_names_the_lines(shop, receiver):
    order = shop.control.buy(("SKU-INTRO", 3), "SKU-SAFETY", storefront="shop-shopify", customer=PIA)["order"]
    line = order["lines"][0]["number"]
    shop.control.refund(order["number"], {line: 2})
    paid, refund, updated = receiver.received

    assert refund.headers["X-Shopify-Event-Id"] == updated.headers["X-Shopify-Event-Id"]
    assert refund.headers["X-Shopify-Webhook-Id"] != updated.headers["X-Shopify-Webhook-Id"]
    assert [(one["line_item_id"], one["quantity"]) for one in refund.json["refund_line_items"]] == [(line, 2)]
    assert refund.json["order_id"] == paid.json["id"] == int(order["id"])
    assert [(one["quantity"], one["current_quantity"]) for one in updated.json["line_items"]] == [(3, 1), (1, 1)]
    assert (paid.json["financial_status"], updated.json["financial_status"]) == ("paid", "partially_refunded")
    assert paid.json["customer"]["id"] == 7001


def test_woocommerce_names_its_refunds_and_only_its_api_tells_what_they_gave_back(shop, receiver):
    order = shop.control.buy(("SKU-INTRO", 3), "SKU-SAFETY", storefront="shop-woocommerce")["order"]
    line = order["lines"][0]["number"]
    shop.control.refund(order["number"], {line: 2})
    paid, updated = (one.json for one in receiver.received)

    assert (paid["status"], updated["status"]) == ("processing", "processing")
    assert (paid["refunds"], [one["total"] for one in updated["refunds"]]) == ([], ["-38.00"])
    assert [one["quantity"] for one in updated["line_items"]] == [3, 1]
    assert paid["customer_id"] == 0
    assert paid["billing"]["email"] == GUEST["email"]


def test_woocommerce_pings_unsigned(shop, receiver):
    assert shop.control.ping("shop-woocommerce")["status"] == 200
    ping = receiver.received[0]
    assert (ping.body, ping.headers["Content-Type"]) == (b"webhook_id=17", "application/x-www-form-urlencoded")
    assert "X-WC-Webhook-Signature" not in ping.headers


def test_stripe_tells_of_a_refund_in_part_without_its_line(shop, receiver):
    order = shop.control.buy("SKU-INTRO", "SKU-SAFETY", storefront="shop-stripe")["order"]
    shop.control.refund(order["number"], {order["lines"][0]["number"]: 1})
    charge = receiver.received[1].json["data"]["object"]
    assert (charge["refunded"], charge["amount_refunded"], charge["amount"]) == (False, 1_900, 4_800)


def test_standard_webhooks_name_the_lines_of_a_refund_in_part_and_none_of_a_whole_one(shop, receiver):
    whole = shop.control.buy("SKU-INTRO", storefront="shop-standard", customer=PIA)["order"]
    shop.control.refund(whole["number"])
    part = shop.control.buy("SKU-INTRO", ("SKU-SAFETY", 2), storefront="shop-standard")["order"]
    shop.control.refund(part["number"], {part["lines"][1]["number"]: 1})
    shop.control.refund(part["number"])
    paid, all_of_it, _, first, rest = (one.json for one in receiver.received)

    assert paid["data"]["customer"] == {
        "id": "7001",
        "email": "pia.novak@customer.example",
        "first_name": "Pia",
        "last_name": "Novak",
    }
    assert "lines" not in all_of_it["data"]
    lines = [str(one["number"]) for one in part["lines"]]
    assert first["data"]["lines"] == [{"id": lines[1], "quantity": 1}]
    assert rest["data"]["lines"] == [{"id": lines[0], "quantity": 1}, {"id": lines[1], "quantity": 1}]
    assert paid["data"]["version"] < all_of_it["data"]["version"] < first["data"]["version"] < rest["data"]["version"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_gift_a_test_order_and_a_sku_that_nobody_knows_are_sold_as_well(kind, shop, receiver):
    shop.control.buy(
        "SKU-NOBODY-KNOWS",
        storefront=f"shop-{kind}",
        student={"email": "lea@school.example", "first_name": "Lea", "last_name": "Ito"},
        is_test=True,
    )
    body = receiver.received[0].body.decode()
    assert all(word in body for word in ("SKU-NOBODY-KNOWS", "student_email", "lea@school.example", "Lea Ito"))
    flags = {"shopify": '"test":true', "woocommerce": '"status":"processing"', "stripe": '"livemode":false'}
    assert flags.get(kind, '"test":true') in body


@pytest.mark.parametrize(
    ("kind", "action", "said"),
    [
        ("shopify", "cancel", "cancelled_at"),
        ("shopify", "dispute", "chargeback"),
        ("woocommerce", "cancel", '"status":"cancelled"'),
        ("woocommerce", "dispute", '"status":"on-hold"'),
        ("stripe", "dispute", "charge.dispute.created"),
    ],
)
def test_orders_are_cancelled_and_disputed_where_the_dialect_has_words_for_it(kind, action, said, shop, receiver):
    number = shop.control.buy("SKU-INTRO", storefront=f"shop-{kind}")["order"]["number"]
    getattr(shop.control, action)(number)
    assert said in receiver.received[-1].body.decode()


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("shopify", '"status":"won"'),
        ("woocommerce", '"status":"processing"'),
        ("stripe", "charge.dispute.closed"),
    ],
)
def test_a_dispute_that_the_shop_wins_is_told_of_and_the_order_is_paid_again(kind, said, shop, receiver):
    number = shop.control.buy("SKU-INTRO", storefront=f"shop-{kind}")["order"]["number"]
    with pytest.raises(ControlError, match="cannot be won"):
        shop.control.win(number)
    shop.control.dispute(number)
    assert shop.control.win(number)["order"]["status"] == "paid"
    assert said in receiver.received[-1].body.decode()


@pytest.mark.parametrize(("kind", "action"), [("stripe", "cancel"), ("standard", "cancel"), ("standard", "dispute")])
def test_where_the_dialect_has_no_words_for_it_the_order_stays_as_it_was(kind, action, shop):
    number = shop.control.buy("SKU-INTRO", storefront=f"shop-{kind}")["order"]["number"]
    with pytest.raises(ControlError):
        getattr(shop.control, action)(number)
    assert [one["status"] for one in shop.control.state()["orders"]] == ["paid"]


def test_nothing_is_given_back_twice(shop):
    order = shop.control.buy(("SKU-INTRO", 2))["order"]
    shop.control.refund(order["number"])
    with pytest.raises(ControlError, match="cannot be given back"):
        shop.control.refund(order["number"])
    with pytest.raises(ControlError, match="there is no order 999"):
        shop.control.refund(999)


def test_numbers_are_never_given_twice(shop):
    first = shop.control.buy("SKU-INTRO")["order"]["number"]
    shop.control.reset()
    assert shop.control.state()["orders"] == []
    assert shop.control.buy("SKU-INTRO")["order"]["number"] > first


def test_a_gateway_that_is_not_there_is_no_fault_of_the_shop(shop):
    shop.control.point_at("http://127.0.0.1:9")
    told = shop.control.buy("SKU-INTRO")
    assert (told["deliveries"][0]["status"], told["order"]["status"]) == (0, "paid")
