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
    """Operations on courses.

    Every operation also raises what any call may meet: ``Unauthorized``, ``Forbidden``, ``Throttled``,
    ``Unavailable``, ``Misunderstood``, and ``Unwritable`` for a value that cannot be sent.
    """

    @get("courses", section="Retrieving all courses", reply=several(CourseSchema), safe=True)
    def all(self) -> tuple[Course, ...]:
        """Return all courses, without their users and units.

        API document: *Retrieving all courses*.
        """

    @get("courses/id", section="Courses", reply=_COURSE, safe=True, missing=CourseNotFound, names={"course_id": "id"})
    def by_id(self, course_id: int) -> Course:
        """Return a course with its users, units, rules and prerequisites.

        Args:
            course_id: which.

        Raises:
            CourseNotFound: there is no such course.

        API document: *Courses*.
        """

    @post("createcourse", section="Create a new course", reply=_COURSE, safe=False)
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
        """Create a course.

        Args:
            name: its name.
            description: what it is about.
            code: the code that people give it.
            price: what it costs, in the domain's currency.
            time_limit: for how many days from the enrolment on it is open.
            start_datetime: from when on it is open; with a time zone, sent as epoch seconds, which is how the
                answer shows it (the document does not name the format).
            expiration_datetime: until when it is open; as ``start_datetime``.
            category_id: the category it belongs to.
            creator_id: whose it is; default the account's owner.
            custom_fields: values by the field's id; a checkbox takes a boolean.

        Returns:
            The course as TalentLMS has made it, with its id; without users and units.

        Raises:
            InvalidRequest: an argument that TalentLMS does not accept.

        API document: *Create a new course*.
        """

    @post("deletecourse", section="Delete a course", reply=nothing, safe=False, missing=CourseNotFound)
    def delete(self, course_id: int, *, deleted_by_user_id: int | None = None) -> None:
        """Delete a course.

        Args:
            course_id: which.
            deleted_by_user_id: who is responsible; default the account's owner.

        Raises:
            CourseNotFound: there is no such course.

        API document: *Delete a course*.
        """

    @post(
        "addusertocourse",
        section="Enroll user to course",
        reply=_MEMBERSHIP,
        safe=True,
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
        """Enrol a user, named by id or e-mail address, in a course, named by id or name.

        Args:
            user_id: whom, or ``user_email``.
            course_id: where, or ``course_name``.
            role: ``learner`` (default) or ``instructor``.
            user_email: instead of ``user_id``.
            course_name: instead of ``course_id``.

        Returns:
            The ids and the role.

        Raises:
            AlreadyMember: already enrolled.
            UserNotFound: there is no such user.
            Gone: the user is archived.
            CourseNotFound: there is no such course.

        API document: *Enroll user to course*.
        """

    @get(
        "removeuserfromcourse",
        section="Un-enroll user from course",
        reply=_MEMBERSHIP,
        safe=True,
        missing=CourseNotFound,
    )
    def remove_user(self, user_id: int, course_id: int) -> Membership:
        """Take a user out of a course.

        Args:
            user_id: whom.
            course_id: where.

        Returns:
            The ids and the course's name.

        Raises:
            NotEnrolled: the user is not in the course.
            UserNotFound: there is no such user.
            Gone: the user is archived.
            CourseNotFound: there is no such course.

        API document: *Un-enroll user from course*.
        """

    @get("gotocourse", section="Goto course", reply=GOTO_URL, safe=True, missing=CourseNotFound)
    def go_to(
        self,
        user_id: int,
        course_id: int,
        *,
        logout_redirect: str | None = None,
        course_completed_redirect: str | None = None,
        header_hidden_options: Iterable[str] | None = None,
    ) -> Link:
        """Return a one-time link that signs the user in and opens the course.

        Args:
            user_id: an enrolled user.
            course_id: the course.
            logout_redirect: where TalentLMS sends the browser after a sign-out there, a URL; sent as base64.
            course_completed_redirect: where the button after completion leads, a URL; sent as base64.
            header_hidden_options: of ``courseName``, ``units``, ``sharedFiles``, ``moreOptions``,
                ``certificationIcon``.

        Raises:
            NotEnrolled: the user is not enrolled in the course.
            UserNotFound: there is no such user.
            Gone: the user is archived.
            CourseNotFound: there is no such course.
            AccountInactive: the user is not active.

        API document: *Goto course*.
        """

    @post(
        "buycourse",
        section="Buy course",
        reply=REDIRECT_URL,
        safe=False,
        missing=CourseNotFound,
        meanings=ON_PURCHASE,
    )
    def buy(self, user_id: int, course_id: int, *, coupon: str | None = None) -> Link:
        """Return a link to the payment page for a course.

        Args:
            user_id: the buyer.
            course_id: what is bought.
            coupon: a coupon's code.

        Raises:
            UserNotFound: there is no such user.
            Gone: the user is archived.
            CourseNotFound: there is no such course.
            AlreadyMember: the user is enrolled in the course.
            CouponRefused: there is no such coupon, or it is not accepted, and TalentLMS says so.
            NotForSale: no payments are taken.
            InvalidRequest: anything else, perhaps the coupon.

        API document: *Buy course*.
        """

    @get("getcustomcoursefields", section="Get custom course fields", reply=several(CustomFieldSchema), safe=True)
    def custom_fields(self) -> tuple[CustomField, ...]:
        """Return the custom fields that the domain has defined for its courses.

        API document: *Get custom course fields*.
        """

    @get("getcoursesbycustomfield", section="Get courses by custom field value", reply=several(CourseSchema), safe=True)
    def by_custom_field(self, custom_field_value: str) -> tuple[Course, ...]:
        """Return the courses that have a value in any of their custom fields.

        Args:
            custom_field_value: the value; dates with dashes and without leading zeros, ``11-6-2019``. A
                value with a comma, a colon, a plus, a slash or the like is refused: no path carries them.

        Returns:
            Courses with the values of their custom fields; none if no course has the value.

        API document: *Get courses by custom field value*.
        """

    @get(
        "getuserstatusincourse",
        section="Get user status in course",
        reply=one(CourseProgressSchema),
        safe=True,
        missing=CourseNotFound,
    )
    def user_status(self, user_id: int, course_id: int) -> CourseProgress:
        """Return how far a user is in a course, unit by unit.

        Args:
            user_id: whom.
            course_id: where.

        Raises:
            NotEnrolled: the user is not in the course.
            UserNotFound: there is no such user.
            Gone: the user is archived.
            CourseNotFound: there is no such course.

        API document: *Get user status in course*.
        """

    @get("resetuserprogress", section="Reset user progress", reply=nothing, safe=False, missing=CourseNotFound)
    def reset_progress(self, user_id: int, course_id: int, *, remove_certification: bool | None = None) -> None:
        """Take a user's progress in a course back to nothing.

        Args:
            user_id: whom.
            course_id: where.
            remove_certification: whether the certification for the course goes too.

        Raises:
            NotEnrolled: the user is not in the course.
            UserNotFound: there is no such user.
            Gone: the user is archived.
            CourseNotFound: there is no such course.

        API document: *Reset user progress*.
        """
