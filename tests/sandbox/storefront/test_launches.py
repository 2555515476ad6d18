"""The way into the course: what the shop asks of the gateway."""

from tests.sandbox.storefront.conftest import PIA

LAUNCHES = "/api/v1/launches"


def test_a_customer_is_named_with_their_id_and_whether_their_address_is_theirs(shop, receiver):
    number = shop.control.buy("SKU-INTRO", storefront="shop-stripe", customer=PIA)["order"]["number"]
    receiver.answer(LAUNCHES, 201, {"url": "https://gateway.example/l/x", "expires_at": "2026-11-23T09:05:00Z"})
    answer = shop.control.launch(number, {"course": 12}, key="order-1")
    asked = receiver.received[-1]

    assert (answer["status"], "/l/x" in answer["answer"]) == (201, True)
    assert (asked.method, asked.path) == ("POST", LAUNCHES)
    assert asked.headers["Authorization"] == "Bearer bearer-stripe"
    assert asked.headers["Idempotency-Key"] == "order-1"
    assert asked.json == {
        "person": {
            "email": "pia.novak@customer.example",
            "first_name": "Pia",
            "last_name": "Novak",
            "email_verified": True,
            "customer_id": "7001",
        },
        "target": {"course": 12},
    }


def test_a_guest_has_no_id_no_verified_address_and_a_new_key_each_time(shop, receiver):
    number = shop.control.buy("SKU-INTRO")["order"]["number"]
    for _ in range(2):
        shop.control.launch(number, {"dashboard": True})
    first, second = receiver.received[-2:]
    assert first.json["person"] == {
        "email": "gil.hart@guest.example",
        "first_name": "Gil",
        "last_name": "Hart",
        "email_verified": False,
    }
    assert first.headers["Idempotency-Key"] != second.headers["Idempotency-Key"]


def test_the_gateway_is_asked_what_became_of_an_order(shop, receiver):
    order = shop.control.buy("SKU-INTRO", storefront="shop-standard")["order"]
    receiver.answer(f"/api/v1/orders/{order['id']}", 200, {"state": "done"})
    assert shop.control.became(order["number"]) == {"status": 200, "answer": '{"state": "done"}'}
    assert receiver.received[-1].headers["Authorization"] == "Bearer bearer-standard"
