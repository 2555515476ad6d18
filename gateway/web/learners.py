"""Session → Learner: the account is looked up with the first click of a session and kept there."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from gateway.errors import CategoryNotFound, CourseNotFound, UserNotFound, WrongPassword
from gateway.flows.provisioning import Provisioning
from gateway.store.sessions import Sessions
from gateway.talentlms.budget import Budget
from schemas.learner import Learner
from schemas.session import Session

T = TypeVar("T")


class Learners:
    """Learners of sessions.

    Args:
        provisioning: where accounts come from.
        sessions: where a learner is kept.
        budget: where it is remembered that TalentLMS does not know a course or category.
    """

    def __init__(self, provisioning: Provisioning, sessions: Sessions, budget: Budget) -> None:
        self._provisioning = provisioning
        self._sessions = sessions
        self._budget = budget

    def then(self, session: Session, step: Callable[[Learner], T]) -> T:
        """Take a step with the session's learner.

        Args:
            session: of the person who clicks.
            step: what to do. If TalentLMS says that the account does not exist, it is looked up anew and the step
                is taken again, once; so it is, without the managed password, if TalentLMS refuses that.
        """
        try:
            return self._taken(session, step)
        except (CourseNotFound, CategoryNotFound):
            self._budget.remember_unknown()
            raise

    def known(self, session: Session) -> Learner | None:
        """Return the session's learner if it is known without asking TalentLMS.

        Raises:
            DatabaseUnavailable: the session does not know it, and the database cannot be asked.
        """
        return session.learner or self._provisioning.known(session.identity)

    def _taken(self, session: Session, step: Callable[[Learner], T]) -> T:
        learner = session.learner or self._kept(session, self._provisioning.learner_for(session.identity))
        try:
            return self._taken_with_password(session, learner, step)
        except UserNotFound:
            again = self._kept(session, self._provisioning.learner_again(session.identity, learner))
            return self._taken_with_password(session, again, step)

    def _taken_with_password(self, session: Session, learner: Learner, step: Callable[[Learner], T]) -> T:
        try:
            return step(learner)
        except WrongPassword:
            self._kept(session, self._provisioning.after_wrong_password(learner))
            return step(replace(learner, password_key=""))

    def _kept(self, session: Session, learner: Learner) -> Learner:
        self._sessions.keep_learner(session, learner)
        return learner
