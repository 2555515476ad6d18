"""Answers about how far a user has come (API document, "Get user status in course" and "Units")."""

from typing import Any

from sandbox.talentlms.portal import Portal
from sandbox.talentlms.records import Course, Enrolment, Progress, Unit, User
from sandbox.talentlms.replies import formats
from sandbox.talentlms.replies.users import COMPLETED, IN_PROGRESS, NOT_STARTED, completion
from sandbox.talentlms.rules.enrolments import tasks_of


def status_in_course(portal: Portal, enrolment: Enrolment, user: User, course: Course) -> dict[str, Any]:
    """Return a user's status in a course and in its units, sections left out."""
    return {
        "role": enrolment.role,
        "enrolled_on": formats.time(portal, enrolment.enrolled_on),
        "enrolled_on_timestamp": formats.stamp(enrolment.enrolled_on),
        "completion_status": completion(enrolment)[1],
        "completion_percentage": str(enrolment.percentage),
        "completed_on": formats.time(portal, enrolment.completed_on),
        "completed_on_timestamp": formats.stamp(enrolment.completed_on),
        "expired_on": formats.time(portal, enrolment.expires_on),
        "expired_on_timestamp": formats.stamp(enrolment.expires_on),
        "total_time": formats.duration(enrolment.seconds),
        "total_time_seconds": enrolment.seconds,
        "units": [_unit(portal, user, unit) for unit in tasks_of(portal, course)],
    }


def _unit(portal: Portal, user: User, unit: Unit) -> dict[str, Any]:
    progress = portal.state.progress.get((user.id, unit.id))
    completed = progress.completed_on if progress else None
    seconds = progress.seconds if progress else 0
    return {
        "id": str(unit.id),
        "name": unit.name,
        "type": unit.type,
        "completion_status": unit_status(progress),
        "completed_on": formats.time(portal, completed),
        "completed_on_timestamp": formats.stamp(completed),
        "score": str(progress.score) if progress else "",
        "total_time": formats.duration(seconds),
        "total_time_seconds": seconds,
    }


def unit_status(progress: Progress | None) -> str:
    """Return a unit's status as a person reads it."""
    if progress is None:
        return NOT_STARTED[1]
    return IN_PROGRESS[1] if progress.completed_on is None else COMPLETED[1]


def score(progress: Progress) -> dict[str, str]:
    """Return a row of ``getusersprogressinunits``."""
    return {
        "user_id": str(progress.user_id),
        "status": unit_status(progress),
        "score": str(progress.score),
    }
