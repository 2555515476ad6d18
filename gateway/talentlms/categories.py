"""Categories: look-ups, and buying all courses of one as a bundle (API document, *Categories*)."""

from gateway.errors import CategoryNotFound
from gateway.talentlms.endpoint import Family, get, post
from gateway.talentlms.refusals import ON_PURCHASE
from schemas.category import Category, CategorySchema
from schemas.link import Link
from schemas.reply import REDIRECT_URL, one, several

_CATEGORIES = several(CategorySchema)


class Categories(Family):
    """Operations on categories."""

    @get("categories", section="Retrieving all categories", reply=_CATEGORIES, safe=True, changes=False)
    def all(self) -> tuple[Category, ...]:
        """Return all categories, without their courses."""

    @get(
        "categories/id",
        section="Categories",
        reply=one(CategorySchema),
        safe=True,
        changes=False,
        missing=CategoryNotFound,
        names={"category_id": "id"},
    )
    def by_id(self, category_id: int) -> Category:
        """Return a category with its courses."""

    @get(
        "categoryleafsandcourses",
        section="Get category leafs and courses",
        reply=_CATEGORIES,
        safe=True,
        changes=False,
        missing=CategoryNotFound,
        names={"category_id": "id"},
    )
    def leafs_and_courses(self, category_id: int) -> tuple[Category, ...]:
        """Return the categories below one, each with its courses and their units; none if there are none below."""

    @post(
        "buycategorycourses",
        section="Buy category courses",
        reply=REDIRECT_URL,
        safe=False,
        changes=True,
        missing=CategoryNotFound,
        meanings=ON_PURCHASE,
    )
    def buy_courses(self, user_id: int, category_id: int, *, coupon: str | None = None) -> Link:
        """Return a link to the payment page for all courses of a category.

        Raises:
            NotForSale: no payments are taken, or the category has no courses.
            AlreadyMember, CouponRefused, InvalidRequest: as ``courses.buy``.
        """
