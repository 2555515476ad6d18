"""Finding, making and removing courses (API document, "Courses")."""

from datetime import UTC, datetime
from typing import Any

from sandbox.talentlms.arguments import Arguments
from sandbox.talentlms.errors import InvalidArguments
from sandbox.talentlms.operation import POST, Operation
from sandbox.talentlms.portal import Portal
from sandbox.talentlms.records import Course
from sandbox.talentlms.replies import courses
from sandbox.talentlms.rules import accounts, custom_fields, lookup
from sandbox.talentlms.rules.memberships import remove_course
from sandbox.talentlms.timeline import note

DONE = {"message": "Operation completed successfully"}
MOMENTS = ("%d/%m/%Y", "%d/%m/%Y, %H:%M", "%d/%m/%Y, %H:%M:%S")


def all_courses(portal: Portal, _given: Arguments) -> Any:
    """List every course."""
    return [courses.summary(portal, course) for course in portal.state.courses.values()]


def by_id(portal: Portal, given: Arguments) -> Any:
    """Answer one course with its users and units."""
    return courses.detail(portal, lookup.course_by_id(portal, given.number("id")))


def create(portal: Portal, given: Arguments) -> Any:
    """Make a course; everything is checked before anything is changed."""
    creator = accounts.user_by_id(portal, given.number("creator_id", accounts.OWNER))
    now = portal.clock.seconds()
    course = Course(
        id=0,
        name=given.text("name"),
        created_on=now,
        last_updated=now,
        creator_id=creator.id,
        code=given.text("code", ""),
        category_id=_category(portal, given),
        description=given.text("description", ""),
        price=given.cents("price"),
        time_limit=given.number("time_limit", 0),
        starts_on=_moment(given, "start_datetime"),
        expires_on=_moment(given, "expiration_datetime"),
        custom_fields=custom_fields.checked(portal, "course", given.custom_fields(), whole=True),
    )
    course.id = portal.state.next_id("courses")
    portal.state.courses[course.id] = course
    message = f"The course {course.name} was created by {creator.short_name}"
    note(portal, "course_create_course", message, creator, course)
    return courses.created(portal, course)


def _category(portal: Portal, given: Arguments) -> int | None:
    if "category_id" not in given:
        return None
    return lookup.category_by_id(portal, given.number("category_id")).id


def _moment(given: Arguments, name: str) -> int | None:
    text = given.text(name, "")
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return int(text)
    for pattern in MOMENTS:
        try:
            return int(datetime.strptime(text, pattern).replace(tzinfo=UTC).timestamp())
        except ValueError:
            continue
    raise InvalidArguments


def delete(portal: Portal, given: Arguments) -> Any:
    """Remove a course."""
    course = lookup.course_by_id(portal, given.number("course_id"))
    by = accounts.user_by_id(portal, given.number("deleted_by_user_id", accounts.OWNER))
    remove_course(portal, course, by)
    return DONE


def course_fields(portal: Portal, _given: Arguments) -> Any:
    """List the custom fields of courses."""
    own = custom_fields.of(portal, "course")
    return [courses.custom_field(field, own[place - 1] if place else None) for place, field in enumerate(own)]


def by_custom_field(portal: Portal, given: Arguments) -> Any:
    """List the courses with this value in one of their custom fields."""
    wanted = given.text("custom_field_value")
    found = portal.state.courses.values()
    hits = [one for one in found if custom_fields.holds(portal, "course", one.custom_fields, wanted)]
    return [courses.with_custom_fields(portal, course) for course in hits]


CREATE = (
    "description",
    "code",
    "price",
    "time_limit",
    "start_datetime",
    "expiration_datetime",
    "category_id",
    "creator_id",
)

OPERATIONS = (
    Operation("courses", all_courses),
    Operation("courses/id", by_id, required=("id",)),
    Operation("createcourse", create, POST, ("name",), CREATE, empty=("description", "code"), custom_fields=True),
    Operation("deletecourse", delete, POST, ("course_id",), ("deleted_by_user_id",)),
    Operation("getcustomcoursefields", course_fields),
    Operation("getcoursesbycustomfield", by_custom_field, required=("custom_field_value",)),
)
