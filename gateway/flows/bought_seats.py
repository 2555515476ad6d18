"""Customer → the seats that they bought to give away, each with its code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from gateway.database.redeem_codes import BoughtSeat, RedeemCodes
from schemas.identity import Identity
from schemas.order import is_customer, is_guest
from schemas.product import Product

MOST = 500
"""How many seats a page shows."""


@dataclass(frozen=True)
class SoldLine:
    """A line of an order with seats to give away.

    Attributes:
        number: what people call the order.
        product: what each seat opens; ``None`` where the settings do not name it any more.
        seats: the seats.
    """

    number: str
    product: Product | None
    seats: Sequence[BoughtSeat]


class BoughtSeats:
    """Seats of buyers.

    Args:
        products: by storefront and SKU, what is sold.
        codes: the codes.
    """

    def __init__(self, products: Mapping[str, Mapping[str, Product]], codes: RedeemCodes) -> None:
        self._products = products
        self._codes = codes

    def of(self, identity: Identity) -> Sequence[SoldLine]:
        """Return the seats that somebody bought; nothing is asked of the database for who is no storefront's customer.

        A guest's are shown only where the shop has verified the address: anybody may have typed it at a checkout.

        Raises:
            DatabaseUnavailable: it is not known.
        """
        if not is_customer(identity.issuer):
            return []
        if is_guest(identity.issuer, identity.subject) and identity.email_verified is not True:
            return []
        bought = self._codes.bought_by(identity.key, MOST)
        lines = groupby(bought, lambda one: (one.seat.storefront, one.seat.order_id, one.seat.line_id))
        return [self._line(storefront, list(seats)) for (storefront, _, _), seats in lines]

    def _line(self, storefront: str, seats: Sequence[BoughtSeat]) -> SoldLine:
        product = self._products.get(storefront, {}).get(seats[0].sku)
        return SoldLine(seats[0].number, product, seats)
