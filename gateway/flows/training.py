"""Learner → what they learn: their courses with progress."""

from gateway.talentlms.client import TalentLMS
from schemas.learner import Learner
from schemas.user import Enrolment


class Training:
    """A learner's courses.

    Args:
        lms: TalentLMS.
    """

    def __init__(self, lms: TalentLMS) -> None:
        self._lms = lms

    def courses(self, learner: Learner) -> tuple[Enrolment, ...]:
        """Return the learner's courses, what is to be done first; one call.

        Args:
            learner: whose.

        Returns:
            Their courses with progress: those not completed, then those completed, each by name.

        Raises:
            UserNotFound: the account no longer exists.
            Gone: it is archived.
            AccountInactive: it is switched off.
        """
        courses = self._lms.users.active_by_id(learner.user_id).courses
        return tuple(sorted(courses, key=lambda course: (course.completed_on is not None, course.name.casefold())))
