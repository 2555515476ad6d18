"""Courses: look-ups, enrolling, going there, buying (API document, *Courses*)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from gateway.errors import CourseNotFound
from gateway.talentlms.endpoint import Family, get, nothing, post
from gateway.talentlms.refusals import ON_PURCHASE
from gateway.talentlms.vocabulary import Role
from schemas.course import Course, CourseSchema
from schemas.course_progress import CourseProgress, CourseProgressSchema
from schemas.custom_field import CustomField, CustomFieldSchema
from schemas.link import Link
from schemas.membership import Membership, MembershipSchema
from schemas.reply import GOTO_URL, REDIRECT_URL, one, several

_COURSE = one(CourseSchema)
_MEMBERSHIP = one(MembershipSchema)


class Courses(Family):
    """Operations on courses. Where a user has to be in the course and is not, they raise ``NotEnrolled``."""

    @get("courses", section="Retrieving all courses", reply=several(CourseSchema), safe=True, changes=False)
    def all(self) -> tuple[Course, ...]:
        """Return all courses, without their users and units."""

    @get(
        "courses/id",
        section="Courses",
        reply=_COURSE,
        safe=True,
        changes=False,
        missing=CourseNotFound,
        names={"course_id": "id"},
    )
    def by_id(self, course_id: int) -> Course:
        """Return a course with its users, units, rules and prerequisites."""

    @post("createcourse", section="Create a new course", reply=_COURSE, safe=False, changes=True)
    def create(
        self,
        name: str,
        *,
        description: str | None = None,
        code: str | None = None,
        price: Decimal | int | None = None,
        time_limit: int | None = None,
        start_datetime: datetime | None = None,
        expiration_datetime: datetime | None = None,
        category_id: int | None = None,
        creator_id: int | None = None,
        custom_fields: Mapping[int, str | bool] | None = None,
    ) -> Course:
        """Create a course, and return it as TalentLMS has made it, with its id; without users and units.

        Args:
            code: the code that people give it.
            time_limit: for how many days from the enrolment on it is open.
            start_datetime: from when on it is open; with a time zone, sent as epoch seconds, which is how the
                answer shows it (the document does not name the format).
            expiration_datetime: until when it is open; as ``start_datetime``.

        Raises:
            InvalidRequest: an argument that TalentLMS does not accept.
        """

    @post("deletecourse", section="Delete a course", reply=nothing, safe=False, changes=True, missing=CourseNotFound)
    def delete(self, course_id: int, *, deleted_by_user_id: int | None = None) -> None:
        """Delete a course."""

    @post(
        "addusertocourse",
        section="Enroll user to course",
        reply=_MEMBERSHIP,
        safe=True,
        changes=True,
        missing=CourseNotFound,
        one_of=(("user_id", "user_email"), ("course_id", "course_name")),
    )
    def add_user(
        self,
        user_id: int | None = None,
        course_id: int | None = None,
        *,
        role: Role | None = None,
        user_email: str | None = None,
        course_name: str | None = None,
    ) -> Membership:
        """Enrol a user, named by id or e-mail address, in a course, named by id or name; return the ids and the role.

        Args:
            role: ``learner`` (default) or ``instructor``.
            user_email: instead of ``user_id``.
            course_name: instead of ``course_id``.

        Raises:
            AlreadyMember: already enrolled.
        """

    @get(
        "removeuserfromcourse",
        section="Un-enroll user from course",
        reply=_MEMBERSHIP,
        safe=True,
        changes=True,
        missing=CourseNotFound,
    )
    def remove_user(self, user_id: int, course_id: int) -> Membership:
        """Take a user out of a course, and return the ids and the course's name."""

    @get("gotocourse", section="Goto course", reply=GOTO_URL, safe=True, changes=False, missing=CourseNotFound)
    def go_to(
        self,
        user_id: int,
        course_id: int,
        *,
        logout_redirect: str | None = None,
        course_completed_redirect: str | None = None,
        header_hidden_options: Iterable[str] | None = None,
    ) -> Link:
        """Return a one-time link that signs an enrolled user in and opens the course.

        Args:
            course_completed_redirect: where the button after completion leads, a URL; sent as base64.
            header_hidden_options: of ``vocabulary.HEADER_OPTIONS``.

        Raises:
            AccountInactive: the user is not active.
        """

    @post(
        "buycourse",
        section="Buy course",
        reply=REDIRECT_URL,
        safe=False,
        changes=True,
        missing=CourseNotFound,
        meanings=ON_PURCHASE,
    )
    def buy(self, user_id: int, course_id: int, *, coupon: str | None = None) -> Link:
        """Return a link to the payment page for a course.

        Raises:
            AlreadyMember: the user is enrolled in the course.
            CouponRefused: there is no such coupon, or it is not accepted, and TalentLMS says so.
            NotForSale: no payments are taken.
            InvalidRequest: anything else, perhaps the coupon.
        """

    @get(
        "getcustomcoursefields",
        section="Get custom course fields",
        reply=several(CustomFieldSchema),
        safe=True,
        changes=False,
    )
    def custom_fields(self) -> tuple[CustomField, ...]:
        """Return the custom fields that the domain has defined for its courses."""

    @get(
        "getcoursesbycustomfield",
        section="Get courses by custom field value",
        reply=several(CourseSchema),
        safe=True,
        changes=False,
    )
    def by_custom_field(self, custom_field_value: str) -> tuple[Course, ...]:
        """Return the courses that have a value in any of their custom fields, with the values of all of them."""

    @get(
        "getuserstatusincourse",
        section="Get user status in course",
        reply=one(CourseProgressSchema),
        safe=True,
        changes=False,
        missing=CourseNotFound,
    )
    def user_status(self, user_id: int, course_id: int) -> CourseProgress:
        """Return how far a user is in a course, unit by unit."""

    @get(
        "resetuserprogress",
        section="Reset user progress",
        reply=nothing,
        safe=False,
        changes=True,
        missing=CourseNotFound,
    )
    def reset_progress(self, user_id: int, course_id: int, *, remove_certification: bool | None = None) -> None:
        """Take a user's progress in a course back to nothing.

        Args:
            remove_certification: whether the certification for the course goes too.
        """
