"""A line that was refunded before anything of it was given → on record as ended, so that no launch gives it."""

import time
from collections.abc import Sequence
from dataclasses import replace

from gateway.database.entitlements import Entitlement, Entitlements
from gateway.errors import NotFound
from gateway.flows.dead_letters import DeadLetter
from gateway.flows.membership_changes import MembershipChanges
from gateway.flows.product_targets import ProductTargets
from schemas.product import Product


class EndedSales:
    """Sales that have ended before they began.

    Args:
        entitlements: where they are on record.
        products: what products open.
        changes: knows what launches gave.
    """

    def __init__(self, entitlements: Entitlements, products: ProductTargets, changes: MembershipChanges) -> None:
        self._entitlements = entitlements
        self._products = products
        self._changes = changes

    def note(self, seat: Entitlement, product: Product) -> Sequence[Entitlement]:
        """Write down that a seat entitles to nothing any more.

        Args:
            seat: an entitlement of the seat, with its person, and their account where that is known.
            product: what the seat's line sold.

        Returns:
            What a launch of the storefront gave meanwhile, ``given``: it is to be taken back.

        Raises:
            GatewayError: TalentLMS or the database could not be asked.
        """
        launched = self._changes.launched(seat.storefront, seat.user_id)
        given = []
        for course_id in self._courses(product):
            one = replace(seat, kind="course", target=course_id, state="given", tried_at=int(time.time()), ours=True)
            if course_id in launched and self._changes.is_launched(one):
                self._entitlements.put(one)
                given.append(one)
            else:
                self._entitlements.put(replace(one, state="taken", user_id=0, tried_at=0, ours=False))
        return given

    def _courses(self, product: Product) -> Sequence[int]:
        """Return the courses that a launch might give; those of a group are given by orders alone."""
        if product.kind == "group":
            return []
        try:
            return [target.id for target in self._products.of(product)]
        except (NotFound, DeadLetter):
            return []
