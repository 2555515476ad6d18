"""Customers, orders and refunds: what the shop keeps."""

from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.storefront.catalogue import Product, product

PAID, REFUNDED, CANCELLED, DISPUTED = "paid", "refunded", "cancelled", "disputed"
WON = "won"
"""What ends a dispute in the shop's favour; the order is paid then."""
MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class Customer:
    """Who buys.

    Attributes:
        email: their address, as they typed it.
        first_name: or empty.
        last_name: or empty.
        id: the shop's own customer id, digits; empty for a guest.
        verified: whether the shop has seen that the address is theirs.
    """

    email: str
    first_name: str = ""
    last_name: str = ""
    id: str = ""
    verified: bool = False

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()

    def at(self, storefront: str) -> "Customer":
        """Return their namesake at a storefront: each is a shop of its own, with its own customers."""
        return replace(self, email=f"{self.email.partition('@')[0]}@{storefront}.example")


PEOPLE = (
    Customer("pia.novak@shop.example", "Pia", "Novak", "7001", verified=True),
    Customer("sam.okafor@shop.example", "Sam", "Okafor", "7002"),
)
"""Who has an account at each shop: one with a verified e-mail address, one without."""


@dataclass(frozen=True)
class Line:
    """A line of an order.

    Attributes:
        number: unique among all lines of the shop.
        product: what was bought.
        quantity: how many were bought.
        returned: how many of them were given back.
    """

    number: int
    product: Product
    quantity: int = 1
    returned: int = 0

    @property
    def current(self) -> int:
        """How many the customer still has."""
        return self.quantity - self.returned

    @property
    def cents(self) -> int:
        """What all of them cost."""
        return self.quantity * self.product.cents


@dataclass(frozen=True)
class Refund:
    """What was given back at one time: how many of each line, by the line's number."""

    number: int
    lines: dict[int, int]
    cents: int
    at: int


@dataclass(frozen=True)
class Order:
    """An order as it stands.

    Attributes:
        number: what people call it, and the shop's address of it.
        storefront: by which storefront the gateway is told of it.
        kind: the dialect.
        customer: who bought.
        lines: what was bought.
        created: when, microseconds since 1970 UTC.
        updated: when it last changed; never twice the same.
        status: ``paid``, ``refunded`` (all of it), ``cancelled`` or ``disputed``.
        refunds: what was given back so far.
        student: for whom it was bought, where that is not the customer.
        is_test: whether no money was meant to flow.
        lines_in_event: whether events of Stripe name what was bought; if not, its API has to be asked.
    """

    number: int
    storefront: str
    kind: str
    customer: Customer
    lines: tuple[Line, ...]
    created: int
    updated: int
    status: str = PAID
    refunds: tuple[Refund, ...] = field(default_factory=tuple)
    student: Customer | None = None
    is_test: bool = False
    lines_in_event: bool = True

    @property
    def id(self) -> str:
        """What the dialect calls the order."""
        return {
            "shopify": f"59{self.number:011}",
            "woocommerce": f"{self.number}",
            "stripe": f"cs_{'test' if self.is_test else 'live'}_b1{self.number:08}",
            "standard": f"order-{self.number}",
        }[self.kind]

    @property
    def cents(self) -> int:
        """What it cost."""
        return sum(line.cents for line in self.lines)

    @property
    def refunded_cents(self) -> int:
        """What was paid back so far."""
        return sum(one.cents for one in self.refunds)

    def without(self, wanted: dict[int, int] | None, number: int, at: int) -> "Order":
        """Return the order with some of it given back.

        Args:
            wanted: how many of each line, by its number; ``None``: whatever is left.
            number: the refund's number.
            at: when, microseconds since 1970 UTC.

        Raises:
            ValueError: there is nothing to give back, or not as much.
        """
        back = {line.number: line.current for line in self.lines if line.current} if wanted is None else wanted
        known = {line.number: line for line in self.lines}
        if not back or any(name not in known or not 1 <= many <= known[name].current for name, many in back.items()):
            raise ValueError("that much of the order cannot be given back")
        lines = tuple(replace(line, returned=line.returned + back.get(line.number, 0)) for line in self.lines)
        refund = Refund(number, back, sum(many * known[name].product.cents for name, many in back.items()), at)
        status = self.status if any(line.current for line in lines) else REFUNDED
        return replace(self, lines=lines, status=status, refunds=(*self.refunds, refund), updated=at)


def customer_from(given: dict[str, Any]) -> Customer:
    """Return the customer that a JSON object describes.

    Raises:
        TypeError: it has other members than a customer.
    """
    return Customer(**given)


def line_of(number: int, sku: str, quantity: int) -> Line:
    """Return a line.

    Raises:
        ValueError: nobody buys so many.
    """
    if quantity < 1:
        raise ValueError("a quantity is 1 or more")
    return Line(number, product(sku), quantity)
