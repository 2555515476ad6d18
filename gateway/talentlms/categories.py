"""Categories: look-ups, and buying all courses of one as a bundle (API document, *Categories*)."""

from gateway.errors import CategoryNotFound
from gateway.talentlms.endpoint import Family, get, post
from gateway.talentlms.refusals import ON_PURCHASE
from schemas.category import Category, CategorySchema
from schemas.link import Link
from schemas.reply import REDIRECT_URL, one, several

_CATEGORIES = several(CategorySchema)


class Categories(Family):
    """Operations on categories.

    Every operation also raises what any call may meet: ``Unauthorized``, ``Forbidden``, ``Throttled``,
    ``Unavailable``, ``Misunderstood``, and ``Unwritable`` for a value that cannot be sent.
    """

    @get("categories", section="Retrieving all categories", reply=_CATEGORIES, safe=True)
    def all(self) -> tuple[Category, ...]:
        """Return all categories, without their courses.

        API document: *Retrieving all categories*.
        """

    @get(
        "categories/id",
        section="Categories",
        reply=one(CategorySchema),
        safe=True,
        missing=CategoryNotFound,
        names={"category_id": "id"},
    )
    def by_id(self, category_id: int) -> Category:
        """Return a category with its courses.

        Args:
            category_id: which.

        Raises:
            CategoryNotFound: there is no such category.

        API document: *Categories*.
        """

    @get(
        "categoryleafsandcourses",
        section="Get category leafs and courses",
        reply=_CATEGORIES,
        safe=True,
        missing=CategoryNotFound,
        names={"category_id": "id"},
    )
    def leafs_and_courses(self, category_id: int) -> tuple[Category, ...]:
        """Return the categories below one, each with its courses and their units.

        Args:
            category_id: the parent.

        Returns:
            Categories; none if there are none below.

        Raises:
            CategoryNotFound: there is no such category.

        API document: *Get category leafs and courses*.
        """

    @post(
        "buycategorycourses",
        section="Buy category courses",
        reply=REDIRECT_URL,
        safe=False,
        missing=CategoryNotFound,
        meanings=ON_PURCHASE,
    )
    def buy_courses(self, user_id: int, category_id: int, *, coupon: str | None = None) -> Link:
        """Return a link to the payment page for all courses of a category.

        Args:
            user_id: the buyer.
            category_id: what is bought.
            coupon: a coupon's code.

        Raises:
            UserNotFound: there is no such user.
            Gone: the user is archived.
            CategoryNotFound: there is no such category.
            AlreadyMember: the user is enrolled in the courses.
            CouponRefused: there is no such coupon, or it is not accepted, and TalentLMS says so.
            NotForSale: no payments are taken, or the category has no courses.
            InvalidRequest: anything else, perhaps the coupon.

        API document: *Buy category courses*.
        """
