"""Faults that are no outage: each is kept to the line or seat that met it, tried again, and in the end given up.

An outage (TalentLMS does not answer, or throttles, or refuses the API key; the database, Redis or the shop is away) is
nothing that an order can do anything about: the order is tried again for as long as it lasts.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from gateway.database.order_faults import OrderFaults, Place
from gateway.errors import (
    DatabaseUnavailable,
    DryRun,
    Forbidden,
    GatewayError,
    Misunderstood,
    ShopMisunderstood,
    ShopUnavailable,
    StoreUnavailable,
    Throttled,
    Unauthorized,
    Unavailable,
)
from gateway.flows.dead_letters import KEEPS_FAILING, DeadLetter
from gateway.talentlms.client import TalentLMS

TRIES, SECONDS = 8, 3600
"""After so many tries, and so many seconds, a fault is given up: whichever is later."""

_OUTAGES = (
    Unavailable,
    Unauthorized,
    Forbidden,
    Throttled,
    DryRun,
    StoreUnavailable,
    DatabaseUnavailable,
    ShopUnavailable,
)


class PersistentFaults:
    """Faults of orders that are no outage.

    Args:
        lms: TalentLMS, which is asked whether it is well where it could not be understood.
        faults: what keeps failing.
    """

    def __init__(self, lms: TalentLMS, faults: OrderFaults) -> None:
        self._lms = lms
        self._faults = faults

    def look(self, storefront: str, order_id: str, check: Callable[[], None]) -> "Look":
        """Begin a look at an order.

        Args:
            storefront: whose order.
            order_id: which.
            check: raises where the order is another worker's by now.
        """
        return Look(storefront, order_id, check, self)

    def is_outage(self, error: Exception) -> bool:
        """Return whether an error says nothing of the order that met it."""
        if isinstance(error, Misunderstood):
            return not self.is_well()
        return isinstance(error, _OUTAGES) and not isinstance(error, ShopMisunderstood)

    def given_up(self, storefront: str, order_id: str, met: Mapping[Place, GatewayError]) -> Mapping[Place, DeadLetter]:
        """Write down what an order met, and return what is not tried again, as it is told."""
        known = self._faults.met(storefront, order_id, met.keys())
        over = [place for place, fault in known.items() if fault.tries >= TRIES and _is_long_ago(fault.since)]
        return {place: DeadLetter(KEEPS_FAILING, met[place].code) for place in over}

    def is_well(self) -> bool:
        """Return whether TalentLMS answers as it should, by a call that it does not count."""
        try:
            self._lms.site.rate_limit()
        except GatewayError:
            return False
        return True


class Look:
    """One look at an order.

    Args:
        storefront: whose order.
        order_id: which.
        check: raises where the order is another worker's by now.
        faults: knows what is an outage, and for how long the others are tried.

    Attributes:
        met: the faults that were kept to their places.
        held: what looks like an outage, and was met by a part of the order while TalentLMS is well; and what a dry-run
            kept from being done.
    """

    def __init__(self, storefront: str, order_id: str, check: Callable[[], None], faults: PersistentFaults) -> None:
        self.met: dict[Place, GatewayError] = {}
        self.held: list[GatewayError] = []
        self._storefront, self._order_id = storefront, order_id
        self._check, self._is_lost = check, False
        self._faults = faults
        self._over: Mapping[Place, DeadLetter] = {}

    def check(self) -> None:
        """Raise where the order is another worker's by now."""
        try:
            self._check()
        except BaseException:
            self._is_lost = True
            raise

    @contextmanager
    def at(self, place: Place) -> Iterator[None]:
        """Keep to a place what a ``with`` block meets there, unless it is an outage; a dead letter goes on its way."""
        try:
            yield
        except DeadLetter:
            raise
        except Exception as error:
            if self._is_lost or self._faults.is_outage(error):
                raise
            self.met[place] = self._told(error)

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Let the rest of an order go on where TalentLMS fails at a part of it alone; ``held`` is raised at the end."""
        try:
            yield
        except DryRun as error:
            self.held.append(error)
        except Unavailable as error:
            if self._is_lost or not self._faults.is_well():
                raise
            self.held.append(error)

    def given_up(self) -> Mapping[Place, DeadLetter]:
        """Return what is not tried again, as it is told; to be asked once, at the end."""
        self._over = self._faults.given_up(self._storefront, self._order_id, self.met)
        return self._over

    def tried_again(self) -> GatewayError | None:
        """Return the first fault that is; ``None`` for none."""
        return next((error for place, error in self.met.items() if place not in self._over), None)

    def _told(self, error: Exception) -> GatewayError:
        if isinstance(error, GatewayError):
            return error
        logging.getLogger("gateway").error(
            "order.unforeseen",
            exc_info=error,
            extra={"fields": {"storefront": self._storefront, "order": self._order_id}},
        )
        return GatewayError(type(error).__name__)


def _is_long_ago(moment: int) -> bool:
    return time.time() - moment >= SECONDS
