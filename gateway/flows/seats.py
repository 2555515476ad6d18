"""Line → its seats: the customer's, another learner's, or one for whoever redeems its code.

A line of one is for the customer, or for whom the line names. Of a line of several each seat has a code, but for the
first where the line names a learner. Seats that are given back are those that nobody has redeemed, as far as there are.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from gateway.database.orders import Snapshot
from gateway.database.redeem_codes import RedeemCodes
from gateway.database.redeem_codes import Seat as CodedSeat
from gateway.flows.customer_accounts import Holder
from gateway.flows.dead_letters import MOST_SEATS, TOO_MANY_SEATS, DeadLetter
from schemas.order import Customer, LineItem


@dataclass(frozen=True)
class Seat:
    """A seat that is somebody's.

    Attributes:
        number: from 1 on.
        whose: the customer whose account it is for, or the account of whoever redeemed it.
    """

    number: int
    whose: Customer | Holder


class Seats:
    """Seats.

    Args:
        codes: the codes of lines of several.
    """

    def __init__(self, codes: RedeemCodes) -> None:
        self._codes = codes

    def of(self, snapshot: Snapshot, line: LineItem, wanted: int, *, has_first: bool) -> Sequence[Seat]:
        """Return the seats of a line that are somebody's; make codes for those that are nobody's yet.

        Args:
            snapshot: the order.
            line: of the order.
            wanted: how many seats it is to have.
            has_first: whether the first seat was given to somebody before.

        Raises:
            DeadLetter: there are too many.
        """
        customer = line.student or snapshot.order.customer
        known = {
            one.seat: one
            for one in self._codes.of_order(snapshot.storefront, snapshot.order.id)
            if one.line_id == line.id
        }
        if line.quantity <= 1 and not known:
            return [Seat(1, customer)] if wanted else []
        if line.quantity > MOST_SEATS:
            raise DeadLetter(TOO_MANY_SEATS, str(line.quantity))
        is_named = 1 not in known and (line.student is not None or has_first)
        named = [Seat(1, customer)] if is_named and wanted else []
        last = max(line.quantity, *known, 1)
        numbers = range(2 if is_named else 1, last + 1)
        every = [
            known.get(number, CodedSeat(snapshot.storefront, snapshot.order.id, line.id, number)) for number in numbers
        ]
        coded = self._kept(every, known, wanted - len(named))
        return [*named, *(Seat(one.seat, Holder(one.redeemed_by, one.user_id)) for one in coded if one.is_redeemed)]

    def close_others(self, snapshot: Snapshot) -> None:
        """Make the codes void whose lines are no longer in the order."""
        lines = {line.id for line in snapshot.order.lines or ()}
        for one in self._codes.of_order(snapshot.storefront, snapshot.order.id):
            if one.line_id not in lines and not one.is_void:
                self._codes.set_void(one, is_void=True)

    def _kept(self, every: Sequence[CodedSeat], known: Collection[int], wanted: int) -> Sequence[CodedSeat]:
        """Return the seats that stay, once they have codes that are good, and those of the others are not."""
        by_preference = sorted(every, key=lambda one: (not one.is_redeemed, one.redeemed_at, one.seat))
        stay, go = by_preference[:wanted], by_preference[wanted:]
        self._codes.make([one for one in stay if one.seat not in known])
        for one, is_void in [*((one, False) for one in stay), *((one, True) for one in go if one.seat in known)]:
            if one.is_void != is_void:
                self._codes.set_void(one, is_void=is_void)
        return stay
