"""Learner → Link to a payment page. What follows the payment is TalentLMS's doing: there is no callback."""

from collections.abc import Callable

from gateway import log
from gateway.errors import AlreadyMember, AlreadyYours, CouponRefused, InvalidRequest
from gateway.flows.destinations import Destinations
from gateway.talentlms.client import TalentLMS
from schemas.learner import Learner
from schemas.link import Link

_SHORTEST_REPLACED = 3
"""A shorter coupon stands in many words, and is no secret."""


class Checkout:
    """Payment pages.

    Args:
        lms: TalentLMS.
        destinations: where a link may lead.
    """

    def __init__(self, lms: TalentLMS, destinations: Destinations) -> None:
        self._lms = lms
        self._destinations = destinations

    def course(self, learner: Learner, course_id: int, coupon: str | None) -> Link:
        """Return a link to the payment page of a course; one call.

        Args:
            learner: who pays.
            course_id: what for.
            coupon: a coupon's code as it came with the click, which TalentLMS checks; ``None`` or empty for none.

        Raises:
            AlreadyYours: the learner is enrolled already.
            CouponRefused: there was a coupon, and TalentLMS does not accept it, or something of which it says nothing.
            NotForSale: the domain takes no payments.
            InvalidRequest: there was no coupon, and TalentLMS does not accept something of which it says nothing.
            Unwritable: the coupon is no text that can be sent.
            CourseNotFound: no such course.
            UserNotFound: the account no longer exists.
            Gone: it is archived.
            ForeignLink: the link leads elsewhere.
        """
        link = self._link(lambda: self._lms.courses.buy(learner.user_id, course_id, coupon=coupon), learner, coupon)
        log.audit("checkout", outcome="success", person=learner.person, user_id=learner.user_id, course_id=course_id)
        return link

    def category(self, learner: Learner, category_id: int, coupon: str | None) -> Link:
        """Return a link to the payment page of all courses of a category; one call.

        Args:
            learner: who pays.
            category_id: what for.
            coupon: as for ``course``.

        Raises:
            AlreadyYours: the learner has the courses already.
            NotForSale: as for ``course``, or the category has no courses.
            CategoryNotFound: no such category.
            CouponRefused, InvalidRequest, Unwritable, UserNotFound, Gone, ForeignLink: as for ``course``.
        """
        link = self._link(
            lambda: self._lms.categories.buy_courses(learner.user_id, category_id, coupon=coupon), learner, coupon
        )
        log.audit(
            "checkout", outcome="success", person=learner.person, user_id=learner.user_id, category_id=category_id
        )
        return link

    def _link(self, buy: Callable[[], Link], learner: Learner, coupon: str | None) -> Link:
        try:
            return self._destinations.payment(buy())
        except AlreadyMember:
            raise AlreadyYours(f"user {learner.user_id} is enrolled already") from None
        except InvalidRequest as error:
            if type(error) in (CouponRefused, InvalidRequest):
                raise _refused(error, coupon) from None
            raise


def _refused(error: InvalidRequest, coupon: str | None) -> InvalidRequest:
    """Return the error for the page; TalentLMS may say no more of a wrong coupon than that arguments are invalid."""
    if not coupon:
        return InvalidRequest(error.note)
    note = error.note.replace(coupon, "[the coupon]") if len(coupon) >= _SHORTEST_REPLACED else error.note
    return CouponRefused(note, coupon=coupon)
