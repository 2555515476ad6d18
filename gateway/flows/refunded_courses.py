"""Whether somebody's way into a course was sold to them and has been refunded: then no launch enrols them again."""

from gateway.database.account_links import AccountLinks
from gateway.database.entitlements import Entitlements


class RefundedCourses:
    """Courses that were refunded.

    Args:
        entitlements: what was sold.
        account_links: whose account is whose.
    """

    def __init__(self, entitlements: Entitlements, account_links: AccountLinks) -> None:
        self._entitlements = entitlements
        self._account_links = account_links

    def includes(self, _storefront: str, person: str, course_id: int) -> bool:
        """Return whether every entitlement of a person to a course has ended, and there was one.

        Args:
            _storefront: by which they come; an entitlement of another storefront counts as well.
            person: ``Identity.key``.
            course_id: the course.

        Raises:
            DatabaseUnavailable: it is not known.
        """
        known = self._account_links.find(person)
        return self._entitlements.is_refunded([person], known.user_id if known else 0, course_id)
