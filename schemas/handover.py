"""What a storefront asks for when it sends a customer: who it is, and where to."""

from dataclasses import dataclass
from typing import Literal

from schemas.identity import Identity
from schemas.order import Customer

TargetKind = Literal["dashboard", "course", "buy_course", "buy_category"]


@dataclass(frozen=True)
class Target:
    """Where a customer is to go.

    Attributes:
        kind: ``dashboard``, into a ``course``, or to the payment page of a course or of a category.
        id: TalentLMS's id of the course or category; 0 where the kind needs none.
        coupon: for a payment page; or empty.
    """

    kind: TargetKind
    id: int = 0
    coupon: str = ""


@dataclass(frozen=True)
class Handover:
    """A customer and their target.

    Attributes:
        storefront: the name of the storefront that asks, as in the settings.
        customer: who it is.
        email_verified: whether the shop vouches for the address.
        target: where to.
    """

    storefront: str
    customer: Customer
    email_verified: bool
    target: Target

    @property
    def identity(self) -> Identity:
        """Who the customer is."""
        return self.customer.identity(self.storefront, email_verified=self.email_verified or None)


@dataclass(frozen=True)
class Claim:
    """A launch or a hand-off token that a browser may use.

    Attributes:
        is_first: whether it was claimed just now; only whoever did gives it back where nothing came of it.
    """

    is_first: bool
