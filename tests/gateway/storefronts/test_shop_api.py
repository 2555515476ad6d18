"""What a webhook lacks is asked for at the shop, over real connections."""

import json

import pytest

from gateway.errors import ShopError, ShopKeyRefused, ShopMisunderstood, ShopOrderUnknown, ShopUnavailable
from gateway.outbound.client import HttpClient
from gateway.storefronts import shop_api
from gateway.storefronts.shop_api import ShopAccess, ShopApi
from schemas.order import Customer, LineItem, Order
from schemas.secret import Secret
from tests.gateway.storefronts.bodies import stripe_session, woocommerce
from tests.gateway.storefronts.test_woocommerce import refund_of
from tests.gateway.talentlms.odd_server import HANG, HANG_UP, answer, odd_server
from tests.ports import free_port

KEYS = {"stripe": Secret("rk_live_1"), "woocommerce": Secret("ck_1:cs_1")}
STATUSES = [
    (b"401 Unauthorized", ShopKeyRefused),
    (b"403 Forbidden", ShopKeyRefused),
    (b"404 Not Found", ShopOrderUnknown),
    (b"429 Too Many Requests", ShopUnavailable),
    (b"500 Internal Server Error", ShopUnavailable),
    (b"503 Service Unavailable", ShopUnavailable),
    (b"302 Found", ShopMisunderstood),
    (b"400 Bad Request", ShopMisunderstood),
]


def order(order_id="cs_1"):
    return Order(order_id, 1, "paid", Customer("kim@example.com"), None)


def api(kind, url):
    return ShopApi(HttpClient(), {"shop": ShopAccess(kind, url, KEYS[kind])})


def asked(server):
    """Return the targets that the server was asked for, and the keys that came along."""
    found = []
    for request in server.requests:
        head = request.decode().splitlines()
        found.append((head[0], next(line for line in head if line.lower().startswith("authorization:"))))
    return found


def saying(*contents):
    return odd_server(*(answer(json.dumps(content).encode()) for content in contents))


def item(number, quantity=1, **price):
    return {"id": f"li_{number}", "quantity": quantity, "price": {"id": f"price_{number}", **price}}


def test_stripes_lines_are_those_of_the_session():
    items = [
        item(1, 3, metadata={"sku": "INTRO"}, product={"id": "prod_1", "metadata": {"sku": "OTHER"}}),
        item(2, metadata={}, product={"id": "prod_2", "metadata": {"sku": "TEAM"}}, lookup_key="key"),
        item(3, product="prod_3", lookup_key="by-key"),
        item(4, None, lookup_key=None),
    ]
    session = stripe_session(metadata={"student_email": "ada@example.com"})
    with saying({"object": "list", "has_more": False, "data": items}, session) as server:
        lines = api("stripe", server.url).lines_of("shop", order("cs_live_1/../x"))
    ada = Customer("ada@example.com")
    assert lines == (
        LineItem("li_1", "INTRO", 3, 3, ada),
        LineItem("li_2", "TEAM", 1, 1, ada),
        LineItem("li_3", "by-key", 1, 1, ada),
        LineItem("li_4", "price_4", 1, 1, ada),
    )
    path = "/v1/checkout/sessions/cs_live_1%2F..%2Fx"
    key = "Authorization: Bearer rk_live_1"
    assert asked(server) == [
        (f"GET {path}/line_items?limit=100&expand%5B%5D=data.price.product HTTP/1.1", key),
        (f"GET {path} HTTP/1.1", key),
    ]


def test_woocommerces_lines_are_those_of_the_order_less_its_refunds():
    with saying([refund_of((316, 2)), refund_of((316, 1))], woocommerce()) as server:
        lines = api("woocommerce", server.url).lines_of("shop", order("727"))
    assert lines == (LineItem("315", "INTRO", 1, 1), LineItem("316", "TEAM", 5, 2))
    key = "Authorization: Basic Y2tfMTpjc18x"
    assert asked(server) == [
        ("GET /wp-json/wc/v3/orders/727/refunds?per_page=100 HTTP/1.1", key),
        ("GET /wp-json/wc/v3/orders/727 HTTP/1.1", key),
    ]


def test_a_shop_without_a_key_or_of_another_kind_is_not_asked():
    with saying({}) as server:
        assert api("stripe", server.url).lines_of("other", order()) is None
        access = ShopAccess("shopify", server.url, Secret("key"))
        assert ShopApi(HttpClient(), {"shop": access}).lines_of("shop", order()) is None
    assert server.requests == []


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize(("status", "expected"), STATUSES)
def test_what_an_answer_means(kind, status, expected):
    with odd_server(answer(b"{}", status)) as server, pytest.raises(ShopError) as raised:
        api(kind, server.url).lines_of("shop", order())
    assert type(raised.value) is expected
    assert raised.value.note == f"{server.url} answered {status[:3].decode()}"


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("body", [b"<html>", b"", b"\xff", b"[" * 100_000])
def test_what_is_no_json_may_pass(kind, body):
    with odd_server(answer(body)) as server, pytest.raises(ShopMisunderstood):
        api(kind, server.url).lines_of("shop", order())


@pytest.mark.parametrize(
    ("kind", "contents"),
    [
        ("stripe", [{"data": [{"id": None}]}, {}]),
        ("stripe", [{"data": [item(1), item(1)]}, {}]),
        ("stripe", [{"data": [item(1)], "has_more": True}]),
        ("woocommerce", [[], {}]),
        ("woocommerce", [[{"line_items": [{"quantity": -1}]}], woocommerce()]),
        ("woocommerce", [[refund_of() for _ in range(100)]]),
    ],
)
def test_what_is_no_order_does_not_pass(kind, contents):
    with saying(*contents) as server, pytest.raises(ShopError) as raised:
        api(kind, server.url).lines_of("shop", order())
    assert type(raised.value) is ShopError


@pytest.mark.parametrize("says", [HANG, HANG_UP, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", b"garbage\r\n\r\n"])
def test_a_shop_that_does_not_answer_is_asked_again_later(says, monkeypatch):
    monkeypatch.setattr(shop_api, "READ_SECONDS", 0.3)
    with odd_server(says) as server, pytest.raises(ShopUnavailable):
        api("stripe", server.url).lines_of("shop", order())


def test_a_shop_that_is_not_there_is_asked_again_later():
    with pytest.raises(ShopUnavailable, match="connection refused"):
        api("stripe", f"http://127.0.0.1:{free_port()}").lines_of("shop", order())


def test_an_answer_without_end_is_not_read_to_its_end(monkeypatch):
    monkeypatch.setattr(shop_api, "ANSWER_BYTES", 1000)
    with odd_server(answer(b" " * 1001)) as server, pytest.raises(ShopUnavailable, match="too large"):
        api("stripe", server.url).lines_of("shop", order())


def test_no_key_stands_in_a_note():
    with odd_server(answer(b"rk_live_1 ck_1:cs_1", b"401 Unauthorized")) as server:
        for kind in KEYS:
            with pytest.raises(ShopKeyRefused) as raised:
                api(kind, server.url).lines_of("shop", order())
            assert "k_1" not in raised.value.note
            assert "rk_" not in raised.value.note
