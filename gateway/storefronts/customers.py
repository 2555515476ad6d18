"""Who bought, and for whom."""

from collections.abc import Mapping
from typing import Any

from gateway.personal_data import email_address, first_and_last, printable
from gateway.storefronts.payload import entries, identifier_or_empty
from schemas.order import Customer, names_nobody


def customer(email: object, shop_id: object, first_name: object, last_name: object) -> Customer:
    """Return a customer as far as the shop told who it is; what cannot be read counts as not told.

    Args:
        email: the address.
        shop_id: the shop's own id of the customer; for a guest empty, ``None``, or one that names nobody, such as 0.
        first_name: the first name.
        last_name: the last name.
    """
    written = identifier_or_empty(shop_id)
    customer_id = "" if names_nobody(written) else written
    return Customer(_reachable(email), customer_id, printable(first_name), printable(last_name))


def attributes(value: object, name: str) -> dict[str, Any]:
    """Return the remarks of an order or a line, by the names that shops' forms give them.

    Args:
        value: a list of objects, each with a name and a ``value``.
        name: the member that holds the name.
    """
    return {_plain(one.get(name)): one.get("value") for one in entries(value)}


def student(buyer: Customer, *told: Mapping[str, Any]) -> Customer | None:
    """Return for whom something was bought, by ``student_email`` and ``student_name``; ``None``: for the buyer.

    An address that is none leads to a student without one, never back to the buyer.

    Args:
        buyer: who paid.
        told: where to look, the nearest first.
    """
    for one in told:
        written = one.get("student_email")
        written = written.strip() if isinstance(written, str) else written
        if written is None or written == "":
            continue
        email = email_address(written)
        if email and email == buyer.email:
            return None
        return Customer(email, "", *first_and_last(printable(one.get("student_name"))))
    return None


def _reachable(email: object) -> str:
    """Return an address, empty for one that cannot exist (RFC 2606, section 2).

    Shops put one in the place of a customer's whom they have erased, such as WooCommerce ``deleted@site.invalid``.
    """
    address = email_address(email)
    return "" if address.endswith(".invalid") else address


def _plain(name: object) -> str:
    """Return ``Student e-mail``, ``_student_email`` and the like as ``student_email``."""
    words = printable(name).lower().replace("e-mail", "email").replace("-", " ").replace("_", " ").split()
    return "_".join(words)
