"""Learner → enrolled in a course, by a click or an order."""

from gateway import log
from gateway.errors import AlreadyMember
from gateway.talentlms.client import TalentLMS
from schemas.learner import Learner


class Enrolment:
    """Enrolments.

    Args:
        lms: TalentLMS.
    """

    def __init__(self, lms: TalentLMS) -> None:
        self._lms = lms

    def enrol(self, learner: Learner, course_id: int) -> bool:
        """Enrol a learner in a course; one call.

        Returns:
            Whether they were not enrolled before.

        Raises:
            CourseNotFound: no such course.
            UserNotFound: the account no longer exists.
        """
        try:
            self._lms.courses.add_user(learner.user_id, course_id)
        except AlreadyMember:
            return False
        log.audit("enrolment", outcome="success", person=learner.person, user_id=learner.user_id, course_id=course_id)
        return True
