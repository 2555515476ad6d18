"""``/buy``: to TalentLMS's payment page."""

from collections.abc import Callable

from flask import Blueprint, Response, request

from gateway.errors import BadRequest, CouponRefused
from gateway.flows.checkout import Checkout
from gateway.flows.learners import Learners
from gateway.web import problems
from gateway.web.addresses import BUY_CATEGORY, BUY_COURSE
from gateway.web.headers import to_link
from gateway.web.messages import text
from gateway.web.navigation import only_for_people
from gateway.web.next_page import own_path
from gateway.web.slugs import Slugs
from gateway.web.visitor import Visitor
from schemas.learner import Learner
from schemas.link import Link

COUPON_LENGTH = 64


def blueprint(visitor: Visitor, learners: Learners, checkout: Checkout, slugs: Slugs) -> Blueprint:
    """Return the routes.

    Args:
        visitor: who clicks.
        learners: whose account it is.
        checkout: where payment pages come from.
        slugs: what names mean.
    """
    routes = Blueprint("checkout", __name__)
    routes.before_request(only_for_people)

    def to_payment(buy: Callable[[Learner], Link]) -> Response:
        try:
            return to_link(learners.then(visitor.signed_in(), buy))
        except CouponRefused:
            problems.offer(own_path(request.path), text("button.without-coupon"))
            raise

    @routes.get(BUY_COURSE)
    def course(course: str) -> Response:
        course_id, coupon = slugs.item("course", course).id, _coupon()
        return to_payment(lambda buyer: checkout.course(buyer, course_id, coupon))

    @routes.get(BUY_CATEGORY)
    def category(category: str) -> Response:
        category_id, coupon = slugs.item("category", category).id, _coupon()
        return to_payment(lambda buyer: checkout.category(buyer, category_id, coupon))

    return routes


def _coupon() -> str | None:
    coupons = request.args.getlist("coupon")
    if len(coupons) > 1 or any(len(coupon) > COUPON_LENGTH or not coupon.isprintable() for coupon in coupons):
        raise BadRequest("coupon is there twice, too long, or not printable")
    return coupons[0] if coupons else None
