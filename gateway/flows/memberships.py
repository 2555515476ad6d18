"""Entitlement or assignment → the one call that gives it, takes it back, or says how far the learner is."""

from collections.abc import Mapping

from gateway.database.assignments import Assignment
from gateway.database.holdings import Holding
from gateway.errors import CourseNotFound, NotAMember, UserNotFound
from gateway.talentlms.client import TalentLMS
from schemas.course_progress import CourseProgress
from schemas.user import Enrolment

_GIVES: Mapping[str, str] = {
    "course": "enrol user {} in {}",
    "group": "add user {} to {}",
    "branch": "add user {} to {}",
}
_TAKES: Mapping[str, str] = {
    "course": "un-enrol user {} from {}",
    "group": "remove user {} from {}",
    "branch": "remove user {} from {}",
}


class Memberships:
    """Courses, groups and branches of accounts.

    Args:
        lms: TalentLMS.
    """

    def __init__(self, lms: TalentLMS) -> None:
        self._lms = lms

    def add(self, one: Holding) -> None:
        """Give an account what it is to; errors as the client's."""
        if one.kind == "course":
            is_instructor = isinstance(one, Assignment) and one.role == "instructor"
            self._lms.courses.add_user(one.user_id, one.target, role="instructor" if is_instructor else None)
        elif one.kind == "group":
            self._lms.groups.add_user(one.user_id, one.group_key)
        else:
            self._lms.branches.add_user(one.user_id, one.target)

    def remove(self, one: Holding) -> None:
        """Take it from the account; errors as the client's."""
        if one.kind == "course":
            self._lms.courses.remove_user(one.user_id, one.target)
        elif one.kind == "group":
            self._lms.groups.remove_user(one.user_id, one.target)
        else:
            self._lms.branches.remove_user(one.user_id, one.target)

    def progress(self, one: Holding) -> CourseProgress | None:
        """Return how far the learner is in the course; ``None`` where they are not in it."""
        try:
            return self._lms.courses.user_status(one.user_id, one.target)
        except (NotAMember, UserNotFound, CourseNotFound):
            return None


def adding(one: Holding) -> str:
    """Return what the call that gives it is called where calls are listed."""
    return _GIVES[one.kind].format(one.user_id, one.call)


def removing(one: Holding) -> str:
    """Return the same of the call that takes it back."""
    return _TAKES[one.kind].format(one.user_id, one.call)


def is_completed(progress: CourseProgress | Enrolment) -> bool:
    """Return whether a course is completed: it stays."""
    return progress.completed_on is not None or progress.completion_status.casefold() == "completed"
