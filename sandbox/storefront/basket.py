"""What this browser remembers: its basket, who it is, and which dialect the shop speaks with it."""

from flask import session

from sandbox.storefront.catalogue import PRODUCTS, Product
from sandbox.storefront.orders import PEOPLE, Customer

GUEST = "guest"
MOST = 99


def content() -> list[tuple[Product, int]]:
    """Return product and quantity of each line, in the window's order."""
    kept = session.get("basket", {})
    return [(one, kept[one.sku]) for one in PRODUCTS if kept.get(one.sku)]


def put(sku: str, quantity: int) -> None:
    """Have so many of a product in the basket; none: take it out."""
    kept = {one.sku: many for one, many in content()}
    if any(one.sku == sku for one in PRODUCTS):
        session["basket"] = {**kept, sku: min(max(quantity, 0), MOST)}


def add(sku: str) -> None:
    """Have one more of a product in the basket."""
    put(sku, 1 + next((many for one, many in content() if one.sku == sku), 0))


def clear() -> None:
    """Have nothing in the basket."""
    session.pop("basket", None)


def who() -> Customer | None:
    """Return who is signed in at the shop; ``None``: nobody."""
    return person(session.get("customer", PEOPLE[0].id))


def be(customer_id: str) -> None:
    """Sign somebody in at the shop, or with any other id nobody."""
    session["customer"] = customer_id


def person(customer_id: str) -> Customer | None:
    """Return who has this account at the shop."""
    return next((one for one in PEOPLE if one.id == customer_id), None)


def storefront(default: str) -> str:
    """Return the name of the storefront that was chosen last."""
    return str(session.get("storefront", default))


def speak(name: str) -> None:
    """Remember a storefront."""
    session["storefront"] = name
