"""A running shop, what it posts to, and what reads its posts."""

import base64

import pytest

from sandbox.storefront import Storefront, running_shop
from sandbox.storefront.config import KINDS
from tests.sandbox.storefront.receiver import running_receiver

KEY = base64.b64encode(b"thirty-two bytes that sign what").decode()
SECRETS = {
    "shopify": "hush-shopify",
    "woocommerce": "hush-woo",
    "stripe": "whsec_hush",
    "standard": f"whsec_{KEY}",
}
SHOP_API_KEYS = {"stripe": "sk_live_1", "woocommerce": "ck_1:cs_1"}
STOREFRONTS = tuple(
    Storefront(f"shop-{kind}", kind, SECRETS[kind], f"bearer-{kind}", SHOP_API_KEYS.get(kind, "")) for kind in KINDS
)
PIA = {
    "id": "7001",
    "email": "pia.novak@customer.example",
    "first_name": "Pia",
    "last_name": "Novak",
    "verified": True,
}


@pytest.fixture
def receiver():
    with running_receiver() as receiver:
        yield receiver


@pytest.fixture
def shop(receiver):
    with running_shop(receiver.url, *STOREFRONTS) as shop:
        yield shop
