"""The seats that a storefront's customer has to give away, as *My training* shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from gateway import context
from gateway.admission import Lane, QueueEntry
from gateway.database.redeem_codes import BoughtSeat
from gateway.errors import DatabaseUnavailable
from gateway.flows.bought_seats import BoughtSeats, SoldLine
from gateway.flows.items import Items
from gateway.web.addresses import REDEEM, to
from gateway.web.languages import day
from schemas.identity import Identity
from schemas.product import Product

NAMES = 3
"""Of how many products at most the page asks what they are called; it has had its call already."""
NAME_SECONDS = 1.0
"""How long it waits for each such call."""
_GROUP = 4


@dataclass(frozen=True)
class Seat:
    """A seat.

    Attributes:
        href: the link to give away; empty where its key is gone.
        used_on: a day such as ``3 March 2026``; empty for not yet.
    """

    href: str
    used_on: str


@dataclass(frozen=True)
class Line:
    """Seats that were bought together.

    Attributes:
        name: what each opens; the SKU where TalentLMS does not say what it is called.
        order: what people call the order.
        number: how many seats.
        used: how many of them are used.
        seats: the seats.
    """

    name: str
    order: str
    number: int
    used: int
    seats: Sequence[Seat]


class SeatList:
    """The list.

    Args:
        bought: who bought what.
        items: what courses and categories are called.
        public_url: our own origin.
    """

    def __init__(self, bought: BoughtSeats, items: Items, public_url: str) -> None:
        self._bought = bought
        self._items = items
        self._public_url = public_url

    def of(self, identity: Identity) -> Sequence[Line] | None:
        """Return the seats of somebody; ``None`` where the database cannot be asked: the rest of the page is there."""
        try:
            lines = self._bought.of(identity)
        except DatabaseUnavailable:
            return None
        names = self._names(lines)
        return [self._line(line, names) for line in lines]

    def _names(self, lines: Sequence[SoldLine]) -> Mapping[Product, str]:
        products = dict.fromkeys(line.product for line in lines if line.product and line.product.kind != "group")
        if products:
            context.queue_as(QueueEntry(Lane.PURCHASE, patience=NAME_SECONDS))
        found = {product: self._name(product) for product in islice(products, NAMES)}
        return {product: name for product, name in found.items() if name}

    def _name(self, product: Product) -> str:
        item = None if product.kind == "group" else self._items.find(product.kind, product.id)
        return item.name if item else ""

    def _line(self, line: SoldLine, names: Mapping[Product, str]) -> Line:
        name = names.get(line.product, "") if line.product else ""
        used = sum(one.seat.is_redeemed for one in line.seats)
        seats = [self._seat(one) for one in line.seats]
        return Line(name or line.seats[0].sku, line.number, len(seats), used, seats)

    def _seat(self, one: BoughtSeat) -> Seat:
        groups = (one.code[start : start + _GROUP] for start in range(0, len(one.code), _GROUP))
        href = self._public_url + to(REDEEM, "-".join(groups)) if one.code else ""
        redeemed_at = one.seat.redeemed_at
        return Seat(href, day(datetime.fromtimestamp(redeemed_at, UTC)) if redeemed_at else "")
