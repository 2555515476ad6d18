"""Answers about users (API document, "Users")."""

from typing import Any

from sandbox.talentlms.academy import Academy
from sandbox.talentlms.links import login_url
from sandbox.talentlms.records import Certificate, CustomField, Enrolment, User
from sandbox.talentlms.replies import formats
from sandbox.talentlms.rules.accounts import settle
from sandbox.talentlms.rules.enrolments import WHOLE

AVATAR = "/pages/images/unknown_users.png"
NAMES = ("id", "login", "first_name", "last_name", "email", "restrict_email")
FIGURES = ("level", "points", "credits", "created_on", "last_updated", "last_updated_timestamp")
SIGNED_UP = (*NAMES, "user_type", "timezone", "status", "language", *FIGURES, "avatar", "bio", "login_key")
FILTERED = (*NAMES, "status", "language", "deactivation_date", *FIGURES[3:])
NOT_STARTED, IN_PROGRESS, COMPLETED = (
    ("not_attempted", "Not Started"),
    ("incomplete", "In progress"),
    ("completed", "Completed"),
)


def summary(academy: Academy, user: User) -> dict[str, Any]:
    """Return a user as the list of all users shows them, and as ``edituser`` answers."""
    settle(academy, user)
    return {
        "id": str(user.id),
        "login": user.login,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "restrict_email": formats.bit(user.restrict_email),
        "user_type": user.user_type,
        "timezone": user.timezone,
        "language": user.language,
        "status": user.status,
        "deactivation_date": formats.time(academy, user.deactivates_on),
        "level": str(user.level),
        "points": str(user.points),
        "credits": str(user.credits),
        "created_on": formats.time(academy, user.created_on),
        **_changed(academy, user),
        "avatar": academy.url + AVATAR,
        "bio": user.bio,
        "login_key": login_url(academy, user.login_key),
        **(user.custom_fields if academy.quirks.custom_fields_in_user else {}),
    }


def _changed(academy: Academy, user: User) -> dict[str, Any]:
    return {
        "last_updated": formats.time(academy, user.last_updated),
        "last_updated_timestamp": formats.stamp(user.last_updated),
    }


def detail(academy: Academy, user: User) -> dict[str, Any]:
    """Return a user with courses, branches, groups, certifications and badges."""
    state = academy.state
    enrolments = [one for one in state.enrolments.values() if one.user_id == user.id]
    return {
        **summary(academy, user),
        "courses": [_course(academy, enrolment) for enrolment in enrolments],
        "branches": [_named(one) for one in state.branches.values() if user.id in one.users],
        "groups": [_named(one) for one in state.groups.values() if user.id in one.users],
        "certifications": [{**one, "public_url": _public_url(academy, user)} for one in _certifications(academy, user)],
        "badges": [_badge(academy, badge) for badge in user.badges],
    }


def signed_up(academy: Academy, user: User) -> dict[str, Any]:
    """Return a user as ``usersignup`` answers; the id is a number where the quirk says so."""
    whole = summary(academy, user)
    custom = {name: value for name, value in whole.items() if name in user.custom_fields}
    reply = {name: whole[name] for name in SIGNED_UP} | custom
    return reply | ({"id": user.id} if academy.quirks.int_ids_on_create else {})


def filtered(academy: Academy, user: User) -> dict[str, Any]:
    """Return a user as ``getusersbycustomfield`` answers."""
    whole = summary(academy, user)
    return {
        **{name: whole[name] for name in FILTERED},
        "certifications": _certifications(academy, user),
        "public_url": _public_url(academy, user),
    }


def completion(enrolment: Enrolment) -> tuple[str, str]:
    """Return how far an enrolment is, as a code and as a person reads it."""
    if enrolment.completed_on is not None or enrolment.percentage == WHOLE:
        return COMPLETED
    return IN_PROGRESS if enrolment.percentage else NOT_STARTED


def custom_field(field: CustomField, previous: CustomField | None, order: int) -> dict[str, Any]:
    """Return a custom registration field."""
    return {
        "key": field.key,
        "type": field.type,
        "name": field.name,
        "mandatory": formats.yes(field.mandatory),
        "visible_on_reports": formats.yes(field.visible_on_reports),
        "dropdown_values": ";".join(field.values) or None,
        "checkbox_status": "off",
        "selective_availability": formats.yes(field.selective),
        "branch": None,
        "main_domain_availability": "yes" if field.selective else None,
        "previous_key": previous.key if previous else None,
        "order": str(order),
    }


def _course(academy: Academy, enrolment: Enrolment) -> dict[str, Any]:
    course = academy.state.courses[enrolment.course_id]
    code, words = completion(enrolment)
    return {
        "id": str(course.id),
        "name": course.name,
        "role": enrolment.role,
        "enrolled_on": formats.time(academy, enrolment.enrolled_on),
        "enrolled_on_timestamp": formats.stamp(enrolment.enrolled_on),
        "completed_on": formats.time(academy, enrolment.completed_on),
        "completed_on_timestamp": formats.stamp(enrolment.completed_on),
        "completion_status": code,
        "completion_status_formatted": words,
        "completion_percentage": str(enrolment.percentage),
        "expired_on": formats.time(academy, enrolment.expires_on),
        "expired_on_timestamp": formats.stamp(enrolment.expires_on),
        "total_time": formats.duration(enrolment.seconds),
        "total_time_seconds": enrolment.seconds,
        "last_accessed_unit_url": _last_unit(academy, enrolment),
    }


def _last_unit(academy: Academy, enrolment: Enrolment) -> str:
    where = f"course_id:{enrolment.course_id},user_id:{enrolment.user_id}"
    return f"{academy.url}/course/lastaccessedunit/{where}"


def _named(thing: Any) -> dict[str, str]:
    return {"id": str(thing.id), "name": thing.name}


def _certifications(academy: Academy, user: User) -> list[dict[str, Any]]:
    earned = academy.state.certificates.values()
    return [_certification(academy, one) for one in earned if one.user_id == user.id]


def _certification(academy: Academy, earned: Certificate) -> dict[str, Any]:
    course = academy.state.courses.get(earned.course_id)
    return {
        "course_id": str(earned.course_id),
        "course_name": course.name if course else "",
        "unique_id": earned.unique_id,
        "issued_date": formats.day(academy, earned.issued_on),
        "issued_date_timestamp": earned.issued_on,
        "expiration_date": formats.day(academy, earned.expires_on) or "Never",
        "expiration_date_timestamp": earned.expires_on or 0,
        "download_url": f"{academy.url}/certificate/download/id:{earned.id}",
    }


def _public_url(academy: Academy, user: User) -> str:
    return f"{academy.url}/user/certification/sig:{user.signature}"


def _badge(academy: Academy, badge: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": badge["name"],
        "type": badge["type"],
        "image_url": f"{academy.url}/pages/images/badges/set1/{badge['type']}/1.png",
        "criteria": badge["criteria"],
        "issued_on": formats.time(academy, badge["issued_on"]),
        "issued_on_timestamp": badge["issued_on"],
    }
