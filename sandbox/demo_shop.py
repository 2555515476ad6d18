"""The demo's shop: its secrets, and what of it the gateway's file of settings says."""

import base64
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict

from sandbox.storefront import Storefront
from sandbox.storefront.catalogue import PRODUCTS

ASKED = ("woocommerce", "stripe")
"""Whose API the gateway asks for what their webhooks leave out."""
LABEL = "Sandbox Shop"
"""What the gateway calls the first storefront, to whose account its sign-in page leads: it is one shop for all four."""


def storefronts() -> tuple[Storefront, ...]:
    """Return a storefront for each dialect, named like it, with secrets that are new."""
    standard = base64.b64encode(secrets.token_bytes(32)).decode()
    return (
        Storefront("shopify", "shopify", secrets.token_hex(32), _key()),
        Storefront("woocommerce", "woocommerce", secrets.token_hex(32), _key(), f"ck_{_key()}:cs_{_key()}"),
        Storefront("stripe", "stripe", f"whsec_{secrets.token_hex(32)}", _key(), f"sk_{_key()}"),
        Storefront("standard", "standard", f"whsec_{standard}", _key()),
    )


def tables(given: Iterable[Storefront], shop: str) -> str:
    """Return the storefronts as the gateway's file has them.

    Args:
        given: the storefronts.
        shop: the shop's address.
    """
    account = {"label": LABEL, "account_url": f"{shop}/account"}
    return "".join(_table(one, shop, {} if number else account) for number, one in enumerate(given))


def command(given: Iterable[Storefront], gateway: str, port: int) -> tuple[str, ...]:
    """Return how the shop is started."""
    words = ("-m", "sandbox.storefront", "--port", str(port), "--gateway", gateway)
    return (*words, *(word for one in given for word in _options(one)))


def _options(storefront: Storefront) -> list[str]:
    return ["--storefront", *(f"{name}={value}" for name, value in asdict(storefront).items())]


def _table(storefront: Storefront, shop: str, account: Mapping[str, str]) -> str:
    values: dict[str, str | list[str]] = {
        "name": storefront.name,
        "kind": storefront.kind,
        "webhook_secrets": [storefront.webhook_secret],
        "api_keys": [storefront.api_key],
        "adopt": "verified",
        **account,
    }
    if storefront.kind in ASKED:
        values |= {"shop_url": shop, "shop_api_key": storefront.shop_api_key}
    # what stands in quotation marks in JSON stands so in TOML
    lines = [f"{name} = {json.dumps(value)}" for name, value in values.items()]
    products = [f"{json.dumps(one.sku)} = {{ course = {one.course} }}" for one in PRODUCTS]
    return "\n".join(("", "[[storefronts]]", *lines, "[storefronts.products]", *products, ""))


def _key() -> str:
    return secrets.token_hex(24)
