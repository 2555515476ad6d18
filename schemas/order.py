"""Orders as every shop tells of them, whichever dialect it speaks; times are UTC."""

import re
from dataclasses import dataclass
from typing import Literal

from schemas.identity import Identity

OrderStatus = Literal["unpaid", "partly_paid", "paid", "refunded", "cancelled", "disputed"]


_STOREFRONT = "storefront:"
_GUEST = "email:"
_NOBODY = re.compile(r"0+|null|undefined|none|nil|false|nan", re.IGNORECASE)


def storefront_issuer(storefront: str) -> str:
    """Return what stands in the issuer's place for the customers of a storefront, by its name in the settings."""
    return f"{_STOREFRONT}{storefront}"


def is_customer(issuer: str) -> bool:
    """Return whether an issuer stands for a storefront, so that its people are customers."""
    return issuer.startswith(_STOREFRONT)


def is_guest(issuer: str, subject: str) -> bool:
    """Return whether a person is a storefront's guest: known by nothing but an e-mail address that was typed there."""
    return is_customer(issuer) and subject.startswith(_GUEST)


def names_nobody(customer_id: str) -> bool:
    """Return whether a customer id is what shops and their templates write where there is none.

    Such an id would make all guests of a shop one customer, who has one account.
    """
    return _NOBODY.fullmatch(customer_id) is not None


@dataclass(frozen=True)
class Customer:
    """Whom a shop sold something to, or for whom it was bought.

    Attributes:
        email: in lower case, or empty where the shop told none.
        id: the shop's own customer id; empty for a guest.
        first_name: or empty.
        last_name: or empty.
    """

    email: str
    id: str = ""
    first_name: str = ""
    last_name: str = ""

    def identity(self, storefront: str, *, email_verified: bool | None = None) -> Identity:
        """Return who that is: (storefront, customer id), for guests (storefront, e-mail).

        Args:
            storefront: the storefront's name in the settings.
            email_verified: whether the shop vouches for the address; ``None`` where it does not say.
        """
        return Identity(
            storefront_issuer(storefront),
            f"customer:{self.id}" if self.id else f"{_GUEST}{self.email}",
            storefront,
            email=self.email,
            email_verified=email_verified,
            given_name=self.first_name,
            family_name=self.last_name,
        )


@dataclass(frozen=True)
class LineItem:
    """A line of an order.

    Attributes:
        id: the shop's id of the line, unique within the order.
        sku: what was bought; empty where the shop told none.
        quantity: how many were bought.
        current: how many of them the customer still has by this telling: bought less refunded and removed.
        student: for whom it was bought, where that is not the customer.
    """

    id: str
    sku: str
    quantity: int
    current: int
    student: Customer | None = None


@dataclass(frozen=True)
class Order:
    """An order as it stood at one moment.

    Attributes:
        id: the shop's id of the order.
        version: when the shop last changed it, microseconds since 1970 UTC; of two tellings the larger one counts.
        status: how it stands with the payment.
        customer: who bought.
        lines: what was bought; ``None`` where this telling does not say, so that the shop has to be asked.
        number: what people call the order; empty where that is its id.
        payment: the id by which the shop's payments name the order; empty where they name its id.
        is_test: whether no money was meant to flow.
    """

    id: str
    version: int
    status: OrderStatus
    customer: Customer
    lines: tuple[LineItem, ...] | None
    number: str = ""
    payment: str = ""
    is_test: bool = False


@dataclass(frozen=True)
class Refund:
    """A refund that was told of apart from its order; it may arrive before the order does.

    Attributes:
        id: the shop's id of the refund: told twice, it counts once, and different ones add up.
        order: the order's id, or its ``payment``.
        lines: how many of each line are given back, by the line's id; ``None``: the whole order.
        version: of two tellings of one refund the larger counts; of one version a void one, else what gives back more.
        is_void: whether nothing is given back any more, such as by a dispute that the shop has won.
        other: another id that ``payment`` may be; empty where there is none.
    """

    id: str
    order: str
    lines: tuple[tuple[str, int], ...] | None = None
    version: int = 0
    is_void: bool = False
    other: str = ""


@dataclass(frozen=True)
class OrderEvent:
    """What one webhook says; with neither order nor refund it is one that needs nothing done.

    Attributes:
        key: what makes it the same event when it is delivered again, unique within the storefront.
        topic: what the shop calls its kind.
        order: how an order stands.
        refund: what was given back.
    """

    key: str
    topic: str
    order: Order | None = None
    refund: Refund | None = None
