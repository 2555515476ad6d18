"""What the demo says of its shop in the gateway's file of settings."""

from gateway.config import load
from sandbox.demo_shop import storefronts, tables
from schemas.product import Product

SHOP = "http://127.0.0.1:8003"
ENVIRONMENT = {
    "GATEWAY_PUBLIC_URL": "http://127.0.0.1:8000",
    "GATEWAY_SECRET_KEYS": "k" * 64,
    "TALENTLMS_URL": "http://127.0.0.1:8001",
    "TALENTLMS_API_KEY": "key",
    "OIDC_ISSUER": "http://127.0.0.1:8002",
    "OIDC_CLIENT_ID": "gateway",
    "OIDC_CLIENT_SECRET": "secret",
}


def test_the_gateway_reads_all_four_and_sells_the_windows_courses(tmp_path):
    given = storefronts()
    config = tmp_path / "demo.toml"
    config.write_text(tables(given, SHOP), encoding="utf-8")
    read = load({**ENVIRONMENT, "GATEWAY_CONFIG": str(config)}).storefronts

    assert [(one.name, one.kind) for one in read] == [(one.name, one.kind) for one in given]
    assert [one.account_url for one in read] == [f"{SHOP}/account", None, None, None]
    assert read[0].label == "Sandbox Shop"
    assert [one.webhook_secrets[0].reveal() for one in read] == [one.webhook_secret for one in given]
    assert {one.kind: one.shop_url for one in read if one.shop_url} == {"woocommerce": SHOP, "stripe": SHOP}
    courses = {"SKU-INTRO": 12, "SKU-SAFETY": 19, "SKU-PRIVACY": 34}
    assert all(one.products == {sku: Product("course", id_) for sku, id_ in courses.items()} for one in read)


def test_secrets_are_new_each_time():
    secrets = [secret for _ in range(2) for one in storefronts() for secret in (one.webhook_secret, one.api_key)]
    assert len(set(secrets)) == len(secrets)
