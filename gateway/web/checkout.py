"""``/buy``: to TalentLMS's payment page; a page of our own where there is nothing to pay, or a coupon is refused."""

from collections.abc import Collection
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from gateway.errors import AlreadyYours, BadRequest, CouponRefused, FreeOfCharge, GatewayError
from gateway.flows.checkout import Checkout, Purchase
from gateway.flows.learners import Learners
from gateway.web import error_handlers
from gateway.web.addresses import BUY_CATEGORY, BUY_COURSE, COURSE, TRAINING, to
from gateway.web.error_pages import page_for
from gateway.web.forms import Forms
from gateway.web.headers import to_address, to_link
from gateway.web.message_catalog import text
from gateway.web.navigation import only_for_people
from gateway.web.next_page import own_path
from gateway.web.pages import page
from gateway.web.slugs import Slugs
from gateway.web.visitor import Visitor

COUPON_LENGTH = 64


def blueprint(
    visitor: Visitor,
    learners: Learners,
    checkout: Checkout,
    slugs: Slugs,
    forms: Forms,
    form_origins: Collection[str],
) -> Blueprint:
    """Return the routes.

    Args:
        visitor: who clicks.
        learners: whose account it is.
        checkout: where payment pages come from.
        slugs: what names mean.
        forms: that the form with the corrected coupon is ours.
        form_origins: where payment pages are, to which it leads on.
    """
    routes = Blueprint("checkout", __name__)
    routes.before_request(only_for_people)

    def to_payment(item: Purchase) -> Response:
        coupon = _coupon(request.args)
        try:
            return to_link(learners.then(visitor.signed_in(), lambda buyer: checkout.link(buyer, item, coupon)))
        except CouponRefused as error:
            return _coupon_page(error, forms.token(visitor.signed_in()), form_origins)
        except (AlreadyYours, FreeOfCharge) as error:
            return _nothing_to_pay(error, item)

    @routes.get(BUY_COURSE)
    def course(course: str) -> Response:
        return to_payment(Purchase("course", slugs.item("course", course).id))

    @routes.get(BUY_CATEGORY)
    def category(category: str) -> Response:
        return to_payment(Purchase("category", slugs.item("category", category).id))

    @routes.post(BUY_COURSE)
    @routes.post(BUY_CATEGORY)
    def corrected(**named: str) -> Response:
        """Ask for this very address again, with the coupon that was typed."""
        for kind, name in named.items():
            slugs.item(kind, name)  # who asks for what is not there need not sign in first
        forms.check(visitor.signed_in())
        response = to_address(f"{own_path(request.path)}?{urlencode({'coupon': _coupon(request.form)})}")
        response.status_code = HTTPStatus.SEE_OTHER
        return response

    return routes


def _coupon(parameters: MultiDict[str, str]) -> str:
    coupons = parameters.getlist("coupon")
    if len(coupons) > 1 or any(len(coupon) > COUPON_LENGTH or not coupon.isprintable() for coupon in coupons):
        raise BadRequest("coupon is there twice, too long, or not printable")
    return coupons[0].strip() if coupons else ""


def _coupon_page(error: CouponRefused, csrf_token: str, form_origins: Collection[str]) -> Response:
    """Show a form with the coupon, to be corrected."""
    if not error_handlers.for_a_person():
        raise error
    error_handlers.write_down(error)
    shown_as = page_for(error)
    return page(
        "coupon.html",
        status=shown_as.status,
        form_origins=form_origins,
        title=shown_as.title,
        happened=shown_as.happened,
        advice=shown_as.advice,
        href=own_path(request.path),
        csrf_token=csrf_token,
        coupon=error.coupon,
        longest=COUPON_LENGTH,
    )


def _nothing_to_pay(error: GatewayError, item: Purchase) -> Response:
    """Show a page whose button leads straight in."""
    if not error_handlers.for_a_person():
        raise error
    shown_as = page_for(error)
    is_course = item.kind == "course"
    return page(
        "nothing_to_pay.html",
        status=shown_as.status,
        title=shown_as.title,
        happened=shown_as.happened,
        advice=shown_as.advice,
        href=to(COURSE, item.id) if is_course else TRAINING,
        label=text("button.open-course" if is_course else "button.training"),
    )
