"""What the shop sells."""

from dataclasses import dataclass

CURRENCY = "EUR"


@dataclass(frozen=True)
class Product:
    """Something that is sold.

    Attributes:
        sku: what the gateway's settings know it by.
        name: what people read.
        cents: the price of one.
        description: a sentence.
        course: TalentLMS's id of the course that it opens; 0 where it opens none.
        number: the shop's own number.
    """

    sku: str
    name: str
    cents: int
    description: str = ""
    course: int = 0
    number: int = 0

    @property
    def price(self) -> str:
        """The price of one, for people."""
        return money(self.cents)


def money(cents: int) -> str:
    """Return an amount for people."""
    return f"€{cents / 100:,.2f}"


def decimal(cents: int) -> str:
    """Return an amount as APIs write it."""
    return f"{cents / 100:.2f}"


PRODUCTS = (
    Product("SKU-INTRO", "Intro to the academy", 1_900, "How learning works here, with a test at the end.", 12, 501),
    Product("SKU-SAFETY", "Health and safety", 2_900, "At the desk, on the road, in an emergency.", 19, 502),
    Product("SKU-PRIVACY", "Data protection", 4_900, "What the law asks of whoever has personal data.", 34, 503),
)
"""The three courses in the window; the sandbox's TalentLMS has them."""


def product(sku: str) -> Product:
    """Return a product. One that the window lacks is sold as well: a test may sell what the gateway does not know."""
    for one in PRODUCTS:
        if one.sku == sku:
            return one
    return Product(sku, sku or "Something without a SKU", 1_000, number=599)
