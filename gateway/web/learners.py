"""Session → Learner: the account is looked up with the first click of a session and kept there."""

from collections.abc import Callable
from typing import TypeVar

from gateway.errors import UserNotFound
from gateway.flows.provisioning import Provisioning
from gateway.store.sessions import Sessions
from schemas.learner import Learner
from schemas.session import Session

T = TypeVar("T")


class Learners:
    """Learners of sessions.

    Args:
        provisioning: where accounts come from.
        sessions: where a learner is kept.
    """

    def __init__(self, provisioning: Provisioning, sessions: Sessions) -> None:
        self._provisioning = provisioning
        self._sessions = sessions

    def then(self, session: Session, step: Callable[[Learner], T]) -> T:
        """Take a step with the session's learner.

        Args:
            session: of the person who clicks.
            step: what to do. If TalentLMS says that the account does not exist, it is looked up anew and the step
                is taken again, once.
        """
        learner = session.learner or self._kept(session, self._provisioning.learner_for(session.identity))
        try:
            return step(learner)
        except UserNotFound:
            return step(self._kept(session, self._provisioning.learner_again(session.identity, learner)))

    def known(self, session: Session) -> Learner | None:
        """Return the session's learner if it is known without asking TalentLMS."""
        return session.learner or self._provisioning.known(session.identity)

    def _kept(self, session: Session, learner: Learner) -> Learner:
        self._sessions.keep_learner(session, learner)
        return learner
