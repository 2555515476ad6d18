"""Answers about courses (API document, "Courses")."""

from typing import Any
from urllib.parse import urlsplit

from sandbox.talentlms.portal import Portal
from sandbox.talentlms.records import Course, CustomField, Enrolment, Unit
from sandbox.talentlms.replies import formats
from sandbox.talentlms.rules.lookup import units_of

AVATAR = "/pages/images/unknown_small.png"


def summary(portal: Portal, course: Course) -> dict[str, Any]:
    """Return a course as the list of all courses shows it."""
    return {
        "id": str(course.id),
        "name": course.name,
        "code": course.code,
        "category_id": formats.number_or_empty(course.category_id),
        "description": course.description,
        "price": formats.price(course.price),
        "status": "active",
        "creation_date": formats.time(portal, course.created_on),
        "last_update_on": formats.time(portal, course.last_updated),
        "creator_id": str(course.creator_id),
        "hide_from_catalog": formats.bit(course.hide_from_catalog),
        "time_limit": str(course.time_limit),
        "start_datetime": formats.number_or_none(course.starts_on),
        "expiration_datetime": formats.number_or_none(course.expires_on),
        "level": course.level,
        **shared(portal, course),
        **avatars(portal),
        "certification": course.certification,
        "certification_duration": _duration(course),
    }


def created(portal: Portal, course: Course) -> dict[str, Any]:
    """Return a course as ``createcourse`` answers; the id is a number where the quirk says so."""
    number = {"id": course.id} if portal.quirks.int_ids_on_create else {}
    return summary(portal, course) | number


def detail(portal: Portal, course: Course) -> dict[str, Any]:
    """Return a course with its users, units, rules and prerequisites."""
    enrolments = [one for one in portal.state.enrolments.values() if one.course_id == course.id]
    return {
        **summary(portal, course),
        "users": [_user(portal, one) for one in enrolments if not _archived(portal, one)],
        "units": [unit_reply(portal, unit) for unit in units_of(portal, course)],
        "rules": list(course.rules),
        "prerequisites": [_prerequisite(portal, number) for number, _ in course.prerequisites],
        "prerequisite_rule_sets": [
            _prerequisite(portal, number) | {"rule_set": str(rule_set)} for number, rule_set in course.prerequisites
        ],
    }


def with_custom_fields(portal: Portal, course: Course) -> dict[str, Any]:
    """Return a course as ``getcoursesbycustomfield`` answers."""
    return summary(portal, course) | course.custom_fields


def shared(portal: Portal, course: Course) -> dict[str, str]:
    """Return whether and where a course is shared."""
    url = f"{portal.url}/shared/start/key:{course.shared_key}" if course.shared_key else ""
    return {"shared": formats.bit(course.shared_key), "shared_url": url}


def avatars(portal: Portal) -> dict[str, str]:
    """Return the two pictures that every course has."""
    return {"avatar": portal.url + AVATAR, "big_avatar": portal.url + AVATAR}


def unit_reply(portal: Portal, unit: Unit) -> dict[str, str]:
    """Return a unit as courses list it: sections with their delay, others with their address (no scheme)."""
    head = {"id": str(unit.id), "type": unit.type, "name": unit.name}
    if unit.type == "Section":
        return head | _delay(unit)
    return head | {"url": f"{urlsplit(portal.url).netloc}/unit/apiview/id:{unit.id}"}


def _delay(unit: Unit) -> dict[str, str]:
    return {
        "delay_time": str(unit.delay_minutes),
        "aggregated_delay_time": str(unit.delay_minutes),
        "formatted_aggregated_delay_time": formats.duration(unit.delay_minutes * 60),
    }


def custom_field(field: CustomField, previous: CustomField | None) -> dict[str, Any]:
    """Return a custom course field."""
    return {
        "key": field.key,
        "type": field.type,
        "name": field.name,
        "mandatory": formats.yes(field.mandatory),
        "visible_on_reports": formats.yes(field.visible_on_reports),
        "dropdown_values": ";".join(field.values),
        "checkbox_status": "off",
        "selective_availability": formats.yes(field.selective),
        "branch": None,
        "main_domain_availability": "yes" if field.selective else None,
        "previous_key": previous.key if previous else None,
    }


def _duration(course: Course) -> str:
    if not course.certification:
        return ""
    return f"{course.certification_days} days" if course.certification_days else "Forever"


def _archived(portal: Portal, enrolment: Enrolment) -> bool:
    return portal.state.users[enrolment.user_id].archived


def _user(portal: Portal, enrolment: Enrolment) -> dict[str, Any]:
    user = portal.state.users[enrolment.user_id]
    return {
        "id": str(user.id),
        "name": user.short_name,
        "role": enrolment.role,
        "enrolled_on": formats.time(portal, enrolment.enrolled_on),
        "enrolled_on_timestamp": formats.stamp(enrolment.enrolled_on),
        "completed_on": formats.time(portal, enrolment.completed_on),
        "completed_on_timestamp": formats.stamp(enrolment.completed_on),
        "completion_percentage": str(enrolment.percentage),
        "expired_on": formats.time(portal, enrolment.expires_on),
        "expired_on_timestamp": formats.stamp(enrolment.expires_on),
        "total_time": formats.duration(enrolment.seconds),
        "total_time_seconds": enrolment.seconds,
    }


def _prerequisite(portal: Portal, course_id: int) -> dict[str, str]:
    course = portal.state.courses.get(course_id)
    return {"course_id": str(course_id), "course_name": course.name if course else ""}
