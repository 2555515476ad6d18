"""Payments: what a course or category costs with a coupon, and what paying does."""

from sandbox.talentlms.errors import ApiError
from sandbox.talentlms.portal import Portal
from sandbox.talentlms.records import Category, Course, Link, Order, User
from sandbox.talentlms.rules.enrolments import enrol_where_missing
from sandbox.talentlms.rules.lookup import category_by_id, course_by_id, courses_in
from sandbox.talentlms.timeline import note


def check_payment(portal: Portal, coupon: str) -> None:
    """Refuse where no payments are taken, and an unknown or expired coupon."""
    if not portal.quirks.payment_page:
        raise ApiError("Payments are not enabled for this domain")
    if coupon and coupon not in portal.state.coupons:
        raise ApiError("The coupon code is not valid")
    if coupon and portal.state.coupons[coupon].expired:
        raise ApiError("The coupon code has expired")


def item_of(portal: Portal, link: Link) -> Course | Category:
    """Return what a payment link is for; raises ``Missing`` if it has been removed since."""
    if link.course_id is not None:
        return course_by_id(portal, link.course_id)
    return category_by_id(portal, link.category_id or 0)


def amount_of(portal: Portal, link: Link) -> int:
    """Return what is to be paid, in cents, with the coupon taken off."""
    coupon = portal.state.coupons.get(link.coupon)
    price = item_of(portal, link).price
    return price - price * coupon.percent // 100 if coupon else price


def pay(portal: Portal, user: User, link: Link) -> Order:
    """Take the payment: write the order down and enrol the buyer."""
    item = item_of(portal, link)
    courses = [item] if isinstance(item, Course) else courses_in(portal, item)
    numbers = [course.id for course in courses]
    number = portal.state.next_id("orders")
    order = Order(number, user.id, item.name, amount_of(portal, link), link.coupon, portal.clock.seconds(), numbers)
    portal.state.orders[number] = order
    note(portal, "user_create_payment", f"{user.short_name} paid for {item.name}", user, *courses[:1])
    enrol_where_missing(portal, user, numbers)
    return order
