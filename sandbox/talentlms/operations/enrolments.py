"""Users in courses: enrolling, opening, buying, progress (API document, "Courses")."""

from typing import Any

from sandbox.talentlms import links
from sandbox.talentlms.arguments import Arguments
from sandbox.talentlms.errors import ApiError, InvalidArguments
from sandbox.talentlms.operation import POST, Operation
from sandbox.talentlms.portal import Portal
from sandbox.talentlms.records import Course, Link, User
from sandbox.talentlms.replies.progress import status_in_course
from sandbox.talentlms.rules import accounts, enrolments, lookup
from sandbox.talentlms.rules.payments import check_payment
from sandbox.talentlms.timeline import note

HEADER_ITEMS = ("courseName", "units", "sharedFiles", "moreOptions", "certificationIcon")
DONE = {"message": "Operation completed successfully"}


def _pair(portal: Portal, given: Arguments) -> tuple[User, Course]:
    user = accounts.user_by_id(portal, given.number("user_id"))
    return user, lookup.course_by_id(portal, given.number("course_id"))


def add_user(portal: Portal, given: Arguments) -> Any:
    """Enrol a user; either may be named instead of numbered."""
    user, course = _named_user(portal, given), _named_course(portal, given)
    role = given.choice("role", enrolments.ROLES, "learner")
    enrolments.enrol(portal, user, course, role)
    return [{"user_id": str(user.id), "course_id": str(course.id), "role": role}]


def _named_user(portal: Portal, given: Arguments) -> User:
    if ("user_id" in given) == ("user_email" in given):
        raise InvalidArguments
    if "user_id" in given:
        return accounts.user_by_id(portal, given.number("user_id"))
    return accounts.user_by_email(portal, given.text("user_email"))


def _named_course(portal: Portal, given: Arguments) -> Course:
    if ("course_id" in given) == ("course_name" in given):
        raise InvalidArguments
    if "course_id" in given:
        return lookup.course_by_id(portal, given.number("course_id"))
    return lookup.course_by_name(portal, given.text("course_name"))


def remove_user(portal: Portal, given: Arguments) -> Any:
    """End an enrolment."""
    user, course = _pair(portal, given)
    enrolments.unenrol(portal, user, course)
    return {"user_id": str(user.id), "course_id": str(course.id), "course_name": course.name}


def go_to(portal: Portal, given: Arguments) -> Any:
    """Answer a one-time link that signs an enrolled user in and opens the course."""
    user, course = _pair(portal, given)
    lookup.enrolment_of(portal, user, course)
    if portal.quirks.inactive_goto and user.status != "active":
        raise ApiError(accounts.INACTIVE)
    link = Link(
        links.new_key(),
        "goto",
        user.id,
        course_id=course.id,
        logout_redirect=given.encoded_url("logout_redirect"),
        course_completed_redirect=given.encoded_url("course_completed_redirect"),
        hidden=_hidden(given),
    )
    return {"goto_url": links.goto_url(portal, links.keep(portal, link))}


def _hidden(given: Arguments) -> list[str]:
    items = [item for item in given.text("header_hidden_options", "").split(";") if item]
    if any(item not in HEADER_ITEMS for item in items):
        raise InvalidArguments
    return items


def buy(portal: Portal, given: Arguments) -> Any:
    """Answer the address of a page where the user pays for a course."""
    user, course = _pair(portal, given)
    coupon = given.text("coupon", "")
    check_payment(portal, coupon)
    if (user.id, course.id) in portal.state.enrolments:
        raise ApiError("The requested user is already enrolled in this course")
    link = Link(links.new_key(), "payment", user.id, course_id=course.id, coupon=coupon)
    return {"redirect_url": links.payment_url(portal, links.keep(portal, link))}


def status(portal: Portal, given: Arguments) -> Any:
    """Answer how far a user has come in a course."""
    user, course = _pair(portal, given)
    return status_in_course(portal, lookup.enrolment_of(portal, user, course), user, course)


def reset_progress(portal: Portal, given: Arguments) -> Any:
    """Set a user back to the start of a course."""
    user, course = _pair(portal, given)
    remove = given.flag("remove_certification", "yes", "no")
    enrolments.reset(portal, user, course)
    message = f"The progress of {user.short_name} in the course {course.name} was reset"
    note(portal, "course_reset_user_progress", message, user, course)
    if remove:
        enrolments.remove_certificates(portal, user, course)
    return DONE


PAIR = ("user_id", "course_id")
ADD = ("user_id", "user_email", "course_id", "course_name", "role")
GO_TO = ("logout_redirect", "course_completed_redirect", "header_hidden_options")

OPERATIONS = (
    Operation("addusertocourse", add_user, POST, optional=ADD),
    Operation("removeuserfromcourse", remove_user, required=PAIR),
    Operation("gotocourse", go_to, required=PAIR, optional=GO_TO),
    Operation("buycourse", buy, POST, PAIR, ("coupon",)),
    Operation("getuserstatusincourse", status, required=PAIR),
    Operation("resetuserprogress", reset_progress, required=PAIR, optional=("remove_certification",)),
)
