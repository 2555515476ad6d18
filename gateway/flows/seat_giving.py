"""Seat that is somebody's → what it opens, given: by the fulfilment of its order, as everything that an order gives.

So a refund takes it back later. It is done at once here, for a person waits; what that does not finish, a worker does.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from gateway import context
from gateway.database.due_rows import LEASE_SECONDS
from gateway.database.entitlements import Entitlement, Entitlements
from gateway.database.order_queue import Claim, OrderQueue, OrderState
from gateway.database.orders import Orders
from gateway.database.redeem_codes import Seat
from gateway.errors import CodeRefunded, GatewayError, SeatNotReady

WAIT_SECONDS = 8.0
"""How long a person waits at most while another worker has the order."""
LOOK_SECONDS = 0.25
SOON_SECONDS = 1.0
"""After how long a worker takes over what was not finished here."""

_STAYS = ("given", "kept", "review")
"""How an entitlement stands whose course the learner has."""


class Result(Protocol):
    """How it stands with an order that was looked at; see ``fulfilment.Result``."""

    @property
    def state(self) -> OrderState:
        """What is left to do."""

    @property
    def error(self) -> str:
        """The code of the first fault; or empty."""

    @property
    def note(self) -> str:
        """The same as a sentence."""


Fulfil = Callable[[str, str, Callable[[], None]], Result]
"""``Fulfilment.fulfil``."""


class SeatGiving:
    """Giving what a seat opens.

    Args:
        orders: what was told of the orders of seats.
        queue: which order is whose to look at.
        entitlements: what was given.
        fulfil: gives what an order entitles to.
    """

    def __init__(self, orders: Orders, queue: OrderQueue, entitlements: Entitlements, fulfil: Fulfil) -> None:
        self._orders = orders
        self._queue = queue
        self._entitlements = entitlements
        self._fulfil = fulfil

    def sku(self, seat: Seat) -> str | None:
        """Return what a seat's line sold; ``None`` where nothing of the line is the buyer's any more."""
        snapshot = self._orders.snapshot(seat.storefront, seat.order_id)
        for line in (snapshot.order.lines if snapshot else None) or ():
            if snapshot and line.id == seat.line_id and snapshot.wanted(line):
                return line.sku
        return None

    def is_taken(self, seat: Seat) -> bool:
        """Return whether a seat that is somebody's was given back: by what it gave them, or else by its order."""
        return self._is_taken(seat, self._of(seat))

    def give(self, seat: Seat) -> Sequence[Entitlement]:
        """Return what a seat that is somebody's has given them, once it has.

        Raises:
            CodeRefunded: the seat was given back.
            SeatNotReady: it takes longer.
            GatewayError: likewise, and one of its kinds says why.
        """
        until = time.monotonic() + context.remaining(WAIT_SECONDS)
        while not (mine := self._of(seat)) or any(one.state == "wanted" for one in mine):
            claim = self._queue.claim_one(seat.storefront, seat.order_id)
            if claim is not None:
                mine = self._fulfilled(seat, claim)
                break
            if time.monotonic() >= until:
                break
            time.sleep(LOOK_SECONDS)
        if _is_given(mine):
            return mine
        if self._is_taken(seat, mine):
            raise CodeRefunded(seat.name)
        raise SeatNotReady(seat.name, retry_after=10)

    def _of(self, seat: Seat) -> Sequence[Entitlement]:
        every = self._entitlements.of_order(seat.storefront, seat.order_id)
        return [one for one in every if (one.line_id, one.seat) == (seat.line_id, seat.seat)]

    def _fulfilled(self, seat: Seat, claim: Claim) -> Sequence[Entitlement]:
        """Look at an order as a worker does, and return what a seat has then; an error leaves the order to a worker."""
        check = partial(_check_lease, time.monotonic() + LEASE_SECONDS)
        try:
            result = self._fulfil(claim.storefront, claim.order_id, check)
        except GatewayError as error:
            self._queue.postpone(claim, SOON_SECONDS, error.code, error.note, counts=False)
            mine = self._of(seat)
            if not _is_given(mine):
                raise
            return mine  # it was another seat, or another line, of which nothing came
        except BaseException:
            self._queue.postpone(claim, SOON_SECONDS, claim.error, "", counts=False)
            raise
        if result.state == "waiting":
            self._queue.postpone(claim, SOON_SECONDS, result.error, result.note, counts=False)
        else:
            self._queue.finish(claim, result.state, result.error, result.note)
        return self._of(seat)

    def _is_taken(self, seat: Seat, mine: Sequence[Entitlement]) -> bool:
        return any(one.state == "taken" for one in mine) if mine else self.sku(seat) is None


def _is_given(mine: Sequence[Entitlement]) -> bool:
    return bool(mine) and all(one.state in _STAYS for one in mine)


def _check_lease(until: float) -> None:
    if time.monotonic() >= until:
        raise SeatNotReady("the order's lease is over", retry_after=10)
