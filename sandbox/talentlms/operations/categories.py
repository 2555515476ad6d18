"""Categories (API document, "Categories")."""

from typing import Any

from sandbox.talentlms import links
from sandbox.talentlms.arguments import Arguments
from sandbox.talentlms.errors import ApiError
from sandbox.talentlms.operation import POST, Operation
from sandbox.talentlms.portal import Portal
from sandbox.talentlms.records import Link
from sandbox.talentlms.replies import categories
from sandbox.talentlms.rules import accounts, lookup
from sandbox.talentlms.rules.payments import check_payment


def all_categories(portal: Portal, _given: Arguments) -> Any:
    """List every category."""
    return [categories.summary(category) for category in portal.state.categories.values()]


def by_id(portal: Portal, given: Arguments) -> Any:
    """Answer one category with its courses."""
    return categories.detail(portal, lookup.category_by_id(portal, given.number("id")))


def leafs_and_courses(portal: Portal, given: Arguments) -> Any:
    """Answer a map of the categories right below this one, with courses and units."""
    parent = lookup.category_by_id(portal, given.number("id"))
    children = [one for one in portal.state.categories.values() if one.parent_id == parent.id]
    if not children and portal.quirks.empty_map_is_list:
        return []
    return {str(one.id): categories.leaf(portal, one) for one in children}


def buy(portal: Portal, given: Arguments) -> Any:
    """Answer the address of a page where the user pays for all courses of a category."""
    user = accounts.user_by_id(portal, given.number("user_id"))
    category = lookup.category_by_id(portal, given.number("category_id"))
    coupon = given.text("coupon", "")
    check_payment(portal, coupon)
    if not lookup.courses_in(portal, category):
        raise ApiError("The requested category has no courses")
    link = Link(links.new_key(), "payment", user.id, category_id=category.id, coupon=coupon)
    return {"redirect_url": links.payment_url(portal, links.keep(portal, link))}


OPERATIONS = (
    Operation("categories", all_categories),
    Operation("categories/id", by_id, required=("id",)),
    Operation("categoryleafsandcourses", leafs_and_courses, required=("id",)),
    Operation("buycategorycourses", buy, POST, ("user_id", "category_id"), ("coupon",)),
)
