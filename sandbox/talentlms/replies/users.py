"""Answers about users (API document, "Users")."""

from typing import Any

from sandbox.talentlms.links import login_url
from sandbox.talentlms.portal import Portal
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


def summary(portal: Portal, user: User) -> dict[str, Any]:
    """Return a user as the list of all users shows them, and as ``edituser`` answers."""
    settle(portal, user)
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
        "deactivation_date": formats.time(portal, user.deactivates_on),
        "level": str(user.level),
        "points": str(user.points),
        "credits": str(user.credits),
        "created_on": formats.time(portal, user.created_on),
        **_changed(portal, user),
        "avatar": portal.url + AVATAR,
        "bio": user.bio,
        "login_key": login_url(portal, user.login_key),
        **(user.custom_fields if portal.quirks.custom_fields_in_user else {}),
    }


def _changed(portal: Portal, user: User) -> dict[str, Any]:
    return {
        "last_updated": formats.time(portal, user.last_updated),
        "last_updated_timestamp": formats.stamp(user.last_updated),
    }


def detail(portal: Portal, user: User) -> dict[str, Any]:
    """Return a user with courses, branches, groups, certifications and badges."""
    state = portal.state
    enrolments = [one for one in state.enrolments.values() if one.user_id == user.id]
    return {
        **summary(portal, user),
        "courses": [_course(portal, enrolment) for enrolment in enrolments],
        "branches": [_named(one) for one in state.branches.values() if user.id in one.users],
        "groups": [_named(one) for one in state.groups.values() if user.id in one.users],
        "certifications": [{**one, "public_url": _public_url(portal, user)} for one in _certifications(portal, user)],
        "badges": [_badge(portal, badge) for badge in user.badges],
    }


def signed_up(portal: Portal, user: User) -> dict[str, Any]:
    """Return a user as ``usersignup`` answers; the id is a number where the quirk says so."""
    whole = summary(portal, user)
    custom = {name: value for name, value in whole.items() if name in user.custom_fields}
    reply = {name: whole[name] for name in SIGNED_UP} | custom
    return reply | ({"id": user.id} if portal.quirks.int_ids_on_create else {})


def filtered(portal: Portal, user: User) -> dict[str, Any]:
    """Return a user as ``getusersbycustomfield`` answers."""
    whole = summary(portal, user)
    return {
        **{name: whole[name] for name in FILTERED},
        "certifications": _certifications(portal, user),
        "public_url": _public_url(portal, user),
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


def _course(portal: Portal, enrolment: Enrolment) -> dict[str, Any]:
    course = portal.state.courses[enrolment.course_id]
    code, words = completion(enrolment)
    return {
        "id": str(course.id),
        "name": course.name,
        "role": enrolment.role,
        "enrolled_on": formats.time(portal, enrolment.enrolled_on),
        "enrolled_on_timestamp": formats.stamp(enrolment.enrolled_on),
        "completed_on": formats.time(portal, enrolment.completed_on),
        "completed_on_timestamp": formats.stamp(enrolment.completed_on),
        "completion_status": code,
        "completion_status_formatted": words,
        "completion_percentage": str(enrolment.percentage),
        "expired_on": formats.time(portal, enrolment.expires_on),
        "expired_on_timestamp": formats.stamp(enrolment.expires_on),
        "total_time": formats.duration(enrolment.seconds),
        "total_time_seconds": enrolment.seconds,
        "last_accessed_unit_url": _last_unit(portal, enrolment),
    }


def _last_unit(portal: Portal, enrolment: Enrolment) -> str:
    where = f"course_id:{enrolment.course_id},user_id:{enrolment.user_id}"
    return f"{portal.url}/course/lastaccessedunit/{where}"


def _named(thing: Any) -> dict[str, str]:
    return {"id": str(thing.id), "name": thing.name}


def _certifications(portal: Portal, user: User) -> list[dict[str, Any]]:
    earned = portal.state.certificates.values()
    return [_certification(portal, one) for one in earned if one.user_id == user.id]


def _certification(portal: Portal, earned: Certificate) -> dict[str, Any]:
    course = portal.state.courses.get(earned.course_id)
    return {
        "course_id": str(earned.course_id),
        "course_name": course.name if course else "",
        "unique_id": earned.unique_id,
        "issued_date": formats.day(portal, earned.issued_on),
        "issued_date_timestamp": earned.issued_on,
        "expiration_date": formats.day(portal, earned.expires_on) or "Never",
        "expiration_date_timestamp": earned.expires_on or 0,
        "download_url": f"{portal.url}/certificate/download/id:{earned.id}",
    }


def _public_url(portal: Portal, user: User) -> str:
    return f"{portal.url}/user/certification/sig:{user.signature}"


def _badge(portal: Portal, badge: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": badge["name"],
        "type": badge["type"],
        "image_url": f"{portal.url}/pages/images/badges/set1/{badge['type']}/1.png",
        "criteria": badge["criteria"],
        "issued_on": formats.time(portal, badge["issued_on"]),
        "issued_on_timestamp": badge["issued_on"],
    }
