"""``/buy``: to TalentLMS's payment page."""

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, request

from gateway.errors import BadRequest, CategoryNotFound, CouponRefused, CourseNotFound
from gateway.flows.checkout import Checkout
from gateway.web import problems
from gateway.web.headers import to_link
from gateway.web.learners import Learners
from gateway.web.messages import text
from gateway.web.navigation import only_for_people
from gateway.web.next_page import own_path
from gateway.web.slugs import id_of
from gateway.web.visitor import Visitor
from schemas.learner import Learner
from schemas.link import Link

COUPON_LENGTH = 64


def blueprint(
    visitor: Visitor,
    learners: Learners,
    checkout: Checkout,
    courses: Mapping[str, int],
    categories: Mapping[str, int],
) -> Blueprint:
    """Return the routes.

    Args:
        visitor: who clicks.
        learners: whose account it is.
        checkout: where payment pages come from.
        courses: ids by slug.
        categories: ids by slug.
    """
    routes = Blueprint("checkout", __name__, url_prefix="/buy")
    routes.before_request(only_for_people)

    def to_payment(buy: Callable[[Learner], Link]) -> Response:
        try:
            return to_link(learners.then(visitor.signed_in(), buy))
        except CouponRefused:
            problems.offer(own_path(request.path), text("button.without-coupon"))
            raise

    @routes.get("/course/<course>")
    def course(course: str) -> Response:
        course_id, coupon = id_of(course, courses, CourseNotFound), _coupon()
        return to_payment(lambda buyer: checkout.course(buyer, course_id, coupon))

    @routes.get("/category/<category>")
    def category(category: str) -> Response:
        category_id, coupon = id_of(category, categories, CategoryNotFound), _coupon()
        return to_payment(lambda buyer: checkout.category(buyer, category_id, coupon))

    return routes


def _coupon() -> str | None:
    coupons = request.args.getlist("coupon")
    if len(coupons) > 1 or any(len(coupon) > COUPON_LENGTH or not coupon.isprintable() for coupon in coupons):
        raise BadRequest("coupon is there twice, too long, or not printable")
    return coupons[0] if coupons else None
