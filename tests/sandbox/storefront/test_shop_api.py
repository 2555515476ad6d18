"""What the shop tells who asks its API with the right key: the lines that webhooks leave out."""

import pytest
import requests

from tests.patience import PATIENT_SECONDS


def ask(shop, path, **named):
    return requests.get(f"{shop.url}{path}", timeout=PATIENT_SECONDS, **named)


def test_stripe_tells_the_lines_of_a_session_that_does_not_name_them(shop, receiver):
    told = shop.control.buy(("SKU-INTRO", 2), "SKU-SAFETY", storefront="shop-stripe", lines_in_event=False)
    assert "skus" not in receiver.received[0].json["data"]["object"]["metadata"]

    path = f"/v1/checkout/sessions/{told['order']['id']}/line_items"
    lines = ask(shop, path, headers={"Authorization": "Bearer sk_live_1"}).json()
    found = [(one["price"]["product"]["metadata"]["sku"], one["quantity"]) for one in lines["data"]]
    assert (found, lines["has_more"]) == ([("SKU-INTRO", 2), ("SKU-SAFETY", 1)], False)
    session = ask(shop, path.removesuffix("/line_items"), auth=("sk_live_1", "")).json()
    assert session == receiver.received[0].json["data"]["object"]


def test_woocommerce_tells_the_lines_of_refunds(shop):
    order = shop.control.buy(("SKU-INTRO", 3), "SKU-SAFETY", storefront="shop-woocommerce")["order"]
    first, second = (one["number"] for one in order["lines"])
    shop.control.refund(order["number"], {first: 2})
    shop.control.refund(order["number"], {second: 1})

    refunds = ask(shop, f"/wp-json/wc/v3/orders/{order['id']}/refunds", auth=("ck_1", "cs_1")).json()
    found = [
        (one["quantity"], meta["value"])
        for refund in refunds
        for one in refund["line_items"]
        for meta in one["meta_data"]
        if meta["key"] == "_refunded_item_id"
    ]
    assert found == [(-1, str(second)), (-2, str(first))]
    whole = ask(shop, f"/wp-json/wc/v3/orders/{order['id']}", auth=("ck_1", "cs_1")).json()
    assert [one["id"] for one in whole["refunds"]] == [one["id"] for one in reversed(refunds)]


def test_woocommerce_lists_its_orders_a_page_at_a_time(shop):
    ids = [shop.control.buy("SKU-INTRO", storefront="shop-woocommerce")["order"]["id"] for _ in range(3)]
    shop.control.buy("SKU-INTRO", storefront="shop-standard")
    pages = [
        ask(shop, "/wp-json/wc/v3/orders", params={"per_page": 2, "page": page}, auth=("ck_1", "cs_1"))
        for page in (1, 2)
    ]
    assert [str(one["id"]) for page in pages for one in page.json()] == ids[::-1]
    assert {page.headers["X-WP-TotalPages"] for page in pages} == {"2"}


@pytest.mark.parametrize("auth", [None, ("ck_1", "wrong"), ("", ""), ("sk_live_1", "")])
def test_nothing_is_told_without_the_right_key(auth, shop):
    order = shop.control.buy("SKU-INTRO", storefront="shop-woocommerce")["order"]
    assert ask(shop, f"/wp-json/wc/v3/orders/{order['id']}", auth=auth).status_code == 401
    assert ask(shop, "/v1/checkout/sessions/cs_live_1/line_items", auth=("ck_1", "cs_1")).status_code == 401


def test_what_is_not_there_is_said(shop):
    assert ask(shop, "/wp-json/wc/v3/orders/1/refunds", auth=("ck_1", "cs_1")).status_code == 404
    assert ask(shop, "/v1/checkout/sessions/1/line_items", auth=("sk_live_1", "")).status_code == 404
