import hashlib

import pytest

from gateway.config import describe
from schemas.product import Product
from schemas.secret import Secret

KEY = "a-key-of-a-shop-that-is-long-enough-1"
SHOP = """
[[storefronts]]
name = "shop"
kind = "shopify"
"""
WHOLE = (
    SHOP
    + f"""
webhook_secrets = ["new", "old"]
api_keys = ["{KEY}", "sha256:{"0" * 64}"]
handoff = {{ algorithm = "HS256", key = "{KEY}" }}
on_refund = "review"
adopt = "verified"
test_orders = true
account_url = "https://shop.acme.com/account"
label = "Acme Shop"
[storefronts.products]
"SKU-INTRO" = {{ course = 12 }}
"SKU-ALL" = {{ category = 3 }}
"SKU-TEAM" = {{ group = "KEY12345" }}
"""
)


def test_a_storefront_is_read_whole(settings, file):
    (shop,) = settings(GATEWAY_CONFIG=file(WHOLE)).storefronts
    assert (shop.name, shop.kind, shop.on_refund, shop.adopt, shop.test_orders) == (
        *("shop", "shopify", "review", "verified"),
        True,
    )
    assert shop.webhook_secrets == (Secret("new"), Secret("old"))
    assert shop.api_keys == (Secret(hashlib.sha256(KEY.encode()).hexdigest()), Secret("0" * 64))
    assert (shop.handoff.algorithm, shop.handoff.key, shop.handoff.jwks_url) == ("HS256", Secret(KEY), None)
    assert shop.account_url == "https://shop.acme.com/account"
    assert shop.products == {
        "SKU-INTRO": Product("course", 12),
        "SKU-ALL": Product("category", 3),
        "SKU-TEAM": Product("group", key="KEY12345"),
    }


def test_a_storefront_needs_a_name_and_a_kind_and_gives_nothing_away_by_default(settings, file):
    (shop,) = settings(GATEWAY_CONFIG=file(SHOP)).storefronts
    assert (shop.on_refund, shop.adopt, shop.test_orders, shop.api_keys) == ("unenroll", "never", False, ())
    assert (shop.handoff, shop.account_url, dict(shop.products)) == (None, None, {})


def test_secrets_of_a_list_may_stand_in_a_file_each_on_its_line(settings, file, tmp_path):
    (tmp_path / "secrets").write_text("new\nold\n", encoding="utf-8")
    (tmp_path / "key").write_text(KEY, encoding="utf-8")
    text = SHOP + 'webhook_secrets_file = "secrets"\nhandoff = { algorithm = "HS256", key_file = "key" }'
    (shop,) = settings(GATEWAY_CONFIG=file(text)).storefronts
    assert shop.webhook_secrets == (Secret("new"), Secret("old"))
    assert shop.handoff.key == Secret(KEY)


def test_secrets_are_not_described(settings, file):
    told = describe(settings(GATEWAY_CONFIG=file(WHOLE)))
    assert "storefronts.shop.webhook_secrets" in told
    assert "secret, 2 set" in told
    assert "storefronts.shop.products.SKU-TEAM" in told
    assert KEY not in told
    assert hashlib.sha256(KEY.encode()).hexdigest() not in told


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        ("storefronts = 1", "storefronts", "is not a list of tables; head each with [[storefronts]]"),
        (SHOP + 'kinds = "x"', "storefronts[0].kinds", "is unknown; did you mean kind?"),
        (SHOP.replace("shopify", "shopfy"), "storefronts[0].kind", '"shopfy" is not known here; did you mean shopify?'),
        (SHOP + 'api_keys = ["short"]', "storefronts[0].api_keys", "its value is too short"),
        (SHOP + f'api_keys = ["sha256:{"0" * 63}"]', "storefronts[0].api_keys", "its value is no SHA-256"),
        (SHOP + 'handoff = "x"', "storefronts[0].handoff", "is a text; write a table"),
        (SHOP + 'handoff = { algorithm = "none" }', "storefronts[0].handoff.algorithm", '"none" is not known here'),
        (SHOP + 'handoff = { algorithm = "HS256" }', "storefronts[0].handoff.key", "is missing; HS256 needs it"),
        (SHOP + 'handoff = { algorithm = "HS256", key = "x" }', "storefronts[0].handoff.key", "is shorter than 32"),
        (
            SHOP + f'handoff = {{ algorithm = "HS256", key = "-----BEGIN PUBLIC KEY-----{"A" * 32}" }}',
            "storefronts[0].handoff.key",
            "is in PEM, and HS256 shares a plain text",
        ),
        (SHOP + 'handoff = { algorithm = "ES256" }', "storefronts[0].handoff.jwks_url", "is missing; ES256 needs it"),
        (
            SHOP + 'handoff = { algorithm = "HS256", jwks_url = "https://shop.acme.com/jwks", key = "x" }',
            "storefronts[0].handoff.jwks_url",
            "is not used by HS256",
        ),
        (SHOP + "[storefronts.products]\na = 1", "storefronts[0].products.a", "is a number; write a table"),
        (
            SHOP + "[storefronts.products]\na = {}",
            "storefronts[0].products.a.course",
            "is not the only one; write exact",
        ),
        (
            SHOP + "[storefronts.products]\na = { course = 1, category = 2 }",
            "storefronts[0].products.a.category",
            "is not the only one; write exactly one of",
        ),
        (
            SHOP + 'account_url = "http://shop.acme.com"',
            "storefronts[0].account_url",
            '"http://shop.acme.com" is plain',
        ),
        (SHOP + SHOP, "storefronts[1].name", '"shop" is the name of another'),
        (
            f'{SHOP}api_keys = ["{KEY}"]{SHOP.replace("shop", "second", 1)}api_keys = ["{KEY}"]',
            "storefronts[1].api_keys",
            "holds a key of another storefront; ",
        ),
        (SHOP.replace('"shop"', '"default"'), "storefronts[0].name", '"default" is the name of another'),
        (SHOP.replace('"shop"', '"password"'), "storefronts[0].name", '"password" is an address of the gateway'),
        (
            SHOP.replace("shopify", "woocommerce") + 'shop_api_key = "ck:cs"',
            "storefronts[0].shop_url",
            "is missing; name the shop",
        ),
    ],
)
def test_what_is_wrong_is_told_under_its_key(faults, file, text, name, says):
    found = faults(GATEWAY_CONFIG=file(text))
    assert list(found) == [name]
    assert found[name].startswith(says)


@pytest.mark.parametrize("secret", ["new", "whsec_", "whsec_" + "A" * 28, "whsec_" + "ü" * 32, "whsec_" + "A" * 33])
def test_a_secret_of_standard_webhooks_is_a_key_in_base64(faults, file, secret):
    text = SHOP.replace("shopify", "standard") + f'webhook_secrets = ["whsec_{"A" * 32}", "{secret}"]'
    found = faults(GATEWAY_CONFIG=file(text))
    assert list(found) == ["storefronts[0].webhook_secrets"]
    assert "24 bytes or more in base64" in found["storefronts[0].webhook_secrets"]


def test_a_secret_of_standard_webhooks_may_lack_its_prefix(settings, file):
    text = SHOP.replace("shopify", "standard") + f'webhook_secrets = ["{"A" * 32}", "whsec_{"A" * 43}="]'
    assert len(settings(GATEWAY_CONFIG=file(text)).storefronts[0].webhook_secrets) == 2
