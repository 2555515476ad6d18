"""The settings of one storefront; `settings` says how one is added."""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

from marshmallow import ValidationError
from marshmallow.validate import Regexp

from gateway.config.faults import Fault, shown
from gateway.config.fields import Choice, Several, Switch, Text, Whole, is_table
from gateway.config.group import Group
from gateway.config.identity_providers import NAME, TAKEN_NAMES
from gateway.config.rules import origin, plain, secret, web_address
from gateway.config.talentlms import HIGHEST_ID
from schemas.product import Product
from schemas.secret import Secret

SHORTEST_KEY = 32
"""Characters of an API key; bytes of a key for HS256 (RFC 7518, section 3.2)."""
SHORTEST_STANDARD_KEY = 24
"""Bytes of a key of Standard Webhooks (its specification, "Signature scheme")."""
DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
GROUP_KEY = Regexp(r"[!-~]{1,100}\Z", error="is not a group's key; copy it from the group's page in TalentLMS")

StorefrontKind = Literal["shopify", "woocommerce", "stripe", "standard"]
HandoffAlgorithm = Literal["HS256", "RS256", "ES256", "EdDSA"]
OnRefund = Literal["unenroll", "keep", "review"]
Adopt = Literal["never", "verified"]


@dataclass(frozen=True, kw_only=True)
class HandoffSettings:
    """How a storefront's hand-off tokens are signed: with a shared key, or by a key of its published set."""

    algorithm: HandoffAlgorithm
    key: Secret | None = None
    jwks_url: str | None = None


@dataclass(frozen=True, kw_only=True)
class StorefrontSettings:
    """One shop whose customers learn in TalentLMS. API keys are known by their SHA-256 alone, in hexadecimal digits."""

    name: str
    kind: StorefrontKind
    webhook_secrets: tuple[Secret, ...] = ()
    api_keys: tuple[Secret, ...] = ()
    on_refund: OnRefund = "unenroll"
    adopt: Adopt = "never"
    test_orders: bool = False
    account_url: str | None = None
    label: str | None = None
    shop_url: str | None = None
    shop_api_key: Secret | None = None
    handoff: HandoffSettings | None = None
    products: Mapping[str, Product] = field(default_factory=lambda: MappingProxyType({}))


def api_key(text: str) -> Secret:
    """Return the SHA-256 of an API key that is given as it is, or as ``sha256:`` and that digest."""
    found = DIGEST.fullmatch(text)
    if found:
        return Secret(found[1])
    if text.startswith("sha256:"):
        raise ValidationError("is no SHA-256; write sha256: and 64 hexadecimal digits in small letters")
    if len(text) < SHORTEST_KEY or not re.fullmatch(r"[!-~]+", text):
        remedy = f"make one of {SHORTEST_KEY} characters or more, for example with: openssl rand -hex 32"
        raise ValidationError(f"is too short, or has blanks or foreign letters; {remedy}")
    return Secret(hashlib.sha256(text.encode()).hexdigest())


def address(text: str) -> str:
    """Return an https URL as it was written."""
    web_address(text)
    return text


class HandoffSchema(Group):
    """The table ``handoff`` of a storefront."""

    becomes = HandoffSettings

    algorithm = Choice(
        get_args(HandoffAlgorithm), "How the storefront signs its hand-off tokens; no other is accepted."
    )
    key = Text(secret, "text", "The shared key of `HS256`, 32 bytes or more.", secret=True)
    jwks_url = Text(address, "https URL", "Where the storefront publishes its keys, for the other algorithms.")

    def contradictions(self, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Walk which key is missing, too many or too short."""
        algorithm, key = values.get("algorithm"), values.get("key")
        if algorithm is None:
            return
        needed, other = ("key", "jwks_url") if algorithm == "HS256" else ("jwks_url", "key")
        if needed in values and values[needed] is None:
            yield needed, f"is missing; {algorithm} needs it"
        if values.get(other) is not None:
            yield other, f"is not used by {algorithm}; remove it"
        elif key is not None and len(key.reveal().encode()) < SHORTEST_KEY:
            yield "key", f"is shorter than {SHORTEST_KEY} bytes; make one, for example with: openssl rand -hex 32"
        elif key is not None and "-----BEGIN " in key.reveal():
            yield "key", f"is in PEM, and {algorithm} shares a plain text; make one with: openssl rand -hex 32"


class ProductSchema(Group):
    """What one of a storefront's products opens; exactly one of the three."""

    becomes = Product

    course = Whole(1, HIGHEST_ID, "The id of a course.")
    category = Whole(1, HIGHEST_ID, "The id of a category, all of whose courses are given.")
    group = Text(GROUP_KEY, "group key", "The key of a group.")

    def contradictions(self, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Tell of a product that opens nothing, or more than one thing."""
        given = [name for name, value in values.items() if value is not None]
        if len(values) == len(self.settings) and len(given) != 1:
            yield given[-1] if given else "course", "is not the only one; write exactly one of course, category, group"

    def on_bind_field(self, field_name: str, field_obj: Any) -> None:
        """Let each be left out."""
        super().on_bind_field(field_name, field_obj)
        field_obj.required, field_obj.load_default = False, None


class StorefrontSchema(Group):
    """An entry of the list ``storefronts`` of the file, without its tables ``handoff`` and ``products``."""

    becomes = StorefrontSettings

    def __init__(self, *, taken: Iterable[str] = (), **names: Any) -> None:
        """Take what `Group` takes, and the names of what is listed before."""
        self.taken = frozenset(taken)
        super().__init__(**names)

    name = Text(
        NAME, "1 to 32 of `a-z`, `0-9`, `-`", "The storefront's name in addresses: `/webhooks/<name>`, `/login/<name>`."
    )
    kind = Choice(get_args(StorefrontKind), "Which dialect its webhooks speak; `standard` is Standard Webhooks.")
    webhook_secrets = Several(
        Text(secret, "text", secret=True),
        "The secrets that sign its webhooks; after a rotation the old one may stand beside the new one.",
        into=tuple,
        secret=True,
    )
    api_keys = Several(
        Text(api_key, "key of 32 characters or more, or `sha256:` and 64 hexadecimal digits", secret=True),
        "The bearer keys by which it may ask for [launches](launches.md); two while one is being replaced.",
        into=tuple,
        secret=True,
    )
    on_refund = Choice(
        get_args(OnRefund),
        "What a refund, a cancellation or a dispute does: take back what the order gave, keep it, or leave it to a "
        "person (`orders list --state review`).",
    )
    adopt = Choice(
        get_args(Adopt),
        "Whether its customers may open an account that exists already, by an e-mail address that the shop has "
        "verified: never one that an identity provider's person has.",
    )
    test_orders = Switch("Whether orders for which no money flows are fulfilled as well.")
    account_url = Text(address, "https URL", "The shop's account page, which the sign-in page offers to its customers.")
    label = Text(plain, "text", "What pages call the storefront.", unset="the name")
    shop_url = Text(
        origin,
        "https address",
        "Where the shop's own API is asked for what a webhook leaves out.",
        unset="`https://api.stripe.com` for `stripe`, else nowhere",
    )
    shop_api_key = Text(
        secret,
        "text",
        "The key for the shop's own API; for WooCommerce `ck_…:cs_…`, read rights are enough.",
        secret=True,
    )

    def contradictions(self, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Walk what does not go together in one storefront."""
        name = values.get("name")
        if name in TAKEN_NAMES:
            yield "name", f"{shown(str(name))} is an address of the gateway's own; choose another name"
        if name in self.taken:
            yield "name", f"{shown(str(name))} is the name of another storefront or provider, too; give each its own"
        if values.get("kind") == "woocommerce" and values.get("shop_api_key") and not values.get("shop_url"):
            yield "shop_url", "is missing; name the shop whose API the key opens"
        if values.get("kind") == "standard" and not all(map(_is_standard, values.get("webhook_secrets") or ())):
            remedy = f"write whsec_ and {SHORTEST_STANDARD_KEY} bytes or more in base64"
            yield "webhook_secrets", f"has one that is no secret of Standard Webhooks; {remedy}"


def _is_standard(secret_: Secret) -> bool:
    try:
        key = base64.b64decode(secret_.reveal().removeprefix("whsec_"), validate=True)
    except ValueError:
        return False
    return len(key) >= SHORTEST_STANDARD_KEY


def storefronts(
    tables: Sequence[Mapping[str, Any]], taken: Iterable[str], faults: list[Fault], folder: Path
) -> list[dict[str, Any]]:
    """Return the values of all storefronts, without those that are wrong.

    Args:
        tables: the list ``storefronts`` of the file.
        taken: the names of the identity providers.
        faults: what is wrong is added here.
        folder: where relative paths of secret files begin.
    """
    found: list[dict[str, Any]] = []
    for index, given in enumerate(tables):
        table = f"storefronts[{index}]."
        names = [*taken, *(one["name"] for one in found if "name" in one)]
        own = {name: value for name, value in given.items() if name not in {"handoff", "products"}}
        values = StorefrontSchema(table=table, taken=names).read(own, faults, folder)
        if {*values.get("api_keys", ())} & {key for one in found for key in one.get("api_keys", ())}:
            remedy = "a key says whose customers come, so give each storefront keys of its own"
            faults.append(Fault(f"{table}api_keys", f"holds a key of another storefront; {remedy}"))
        handoff = _handoff(given, table, faults, folder)
        found.append(values | {"handoff": handoff, "products": _products(given, table, faults)})
    return found


def _handoff(given: Mapping[str, Any], table: str, faults: list[Fault], folder: Path) -> HandoffSettings | None:
    if "handoff" not in given or not is_table(given["handoff"], f"{table}handoff", faults):
        return None
    before = len(faults)
    values = HandoffSchema(table=f"{table}handoff.").read(given["handoff"], faults, folder)
    return HandoffSettings(**values) if len(faults) == before else None


def _products(given: Mapping[str, Any], table: str, faults: list[Fault]) -> Mapping[str, Product]:
    products: dict[str, Product] = {}
    listed = given.get("products", {})
    if not is_table(listed, f"{table}products", faults):
        return products
    for sku, opens in listed.items():
        name = f"{table}products.{sku}"
        before = len(faults)
        if is_table(opens, name, faults):
            values = ProductSchema(table=f"{name}.").read(opens, faults)
            if len(faults) == before:
                products[sku] = _product(values)
    return MappingProxyType(products)


def _product(values: Mapping[str, Any]) -> Product:
    if values["group"] is not None:
        return Product("group", key=values["group"])
    return (
        Product("category", values["category"])
        if values["category"] is not None
        else Product("course", values["course"])
    )
