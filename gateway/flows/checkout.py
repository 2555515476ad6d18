"""Learner → Link to a payment page. What follows the payment is TalentLMS's doing: there is no callback."""

from dataclasses import dataclass
from typing import Literal

from gateway import log
from gateway.errors import AlreadyMember, AlreadyYours, CouponRefused, FreeOfCharge, InvalidRequest, NotForSale
from gateway.flows.destinations import Destinations
from gateway.flows.items import Item, Items
from gateway.talentlms.client import TalentLMS
from schemas.learner import Learner
from schemas.link import Link

_SHORTEST_REPLACED = 3
"""A shorter coupon stands in many words, and is no secret."""


@dataclass(frozen=True)
class Purchase:
    """What is to be bought.

    Attributes:
        kind: a ``course``, or all courses of a ``category``.
        id: TalentLMS's id of it.
    """

    kind: Literal["course", "category"]
    id: int


class Checkout:
    """Payment pages.

    Args:
        lms: TalentLMS.
        destinations: where a link may lead.
        items: what courses cost.
    """

    def __init__(self, lms: TalentLMS, destinations: Destinations, items: Items) -> None:
        self._lms = lms
        self._destinations = destinations
        self._items = items

    def link(self, learner: Learner, item: Purchase, coupon: str = "") -> Link:
        """Return a link to the payment page of a course, or of all courses of a category; one call.

        One more asks what a course costs of which TalentLMS says that it is not for sale.

        Args:
            learner: who pays.
            item: what for.
            coupon: a coupon's code as it came with the click, which TalentLMS checks; empty for none.

        Raises:
            AlreadyYours: the learner has it already.
            FreeOfCharge: the course is known to cost nothing.
            CouponRefused: there was a coupon, and TalentLMS does not accept it, or something of which it says nothing.
            NotForSale: the domain takes no payments, or a category has no courses.
            InvalidRequest: there was no coupon, and TalentLMS does not accept something of which it says nothing.
            Unwritable: the coupon is no text that can be sent.
            CourseNotFound, CategoryNotFound: no such thing.
            UserNotFound: the account no longer exists.
            Gone: it is archived.
            ForeignLink: the link leads elsewhere.
        """
        _check_price(item, self._items.known(item.kind, item.id))
        buy = self._lms.courses.buy if item.kind == "course" else self._lms.categories.buy_courses
        try:
            link = self._destinations.payment(buy(learner.user_id, item.id, coupon=coupon or None))
        except AlreadyMember:
            raise AlreadyYours(f"user {learner.user_id} is enrolled already") from None
        except NotForSale:
            _check_price(item, self._items.find(item.kind, item.id))
            raise
        except InvalidRequest as error:
            if type(error) in (CouponRefused, InvalidRequest):
                raise _refused(error, coupon) from None
            raise
        log.audit(
            "checkout",
            outcome="success",
            person=learner.person,
            user_id=learner.user_id,
            course_id=item.id if item.kind == "course" else None,
            category_id=item.id if item.kind == "category" else None,
        )
        return link


def _check_price(item: Purchase, found: Item | None) -> None:
    if item.kind == "course" and found is not None and found.is_free:
        raise FreeOfCharge(f"course {item.id} has no price")


def _refused(error: InvalidRequest, coupon: str) -> InvalidRequest:
    """Return the error for the page; TalentLMS may say no more of a wrong coupon than that arguments are invalid."""
    if not coupon:
        return InvalidRequest(error.note)
    note = error.note.replace(coupon, "[the coupon]") if len(coupon) >= _SHORTEST_REPLACED else error.note
    return CouponRefused(note, coupon=coupon)
