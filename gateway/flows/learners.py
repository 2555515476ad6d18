"""Session → Learner: the account of a person who has signed in, found with the first click and kept in the session."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from gateway import context
from gateway.errors import CategoryNotFound, CourseNotFound, UserNotFound, WrongPassword
from gateway.flows.accounts import WAIT_SECONDS, Accounts
from gateway.flows.person import Person
from gateway.flows.trust import Trust
from gateway.store.sessions import Sessions
from gateway.talentlms.budget import Budget
from schemas.identity import Identity
from schemas.learner import Learner
from schemas.session import Session

T = TypeVar("T")


class Learners:
    """Learners of sessions.

    Args:
        accounts: where accounts come from.
        trusts: what each provider is trusted with, by its name.
        sessions: where a learner is kept.
        budget: where it is remembered that TalentLMS does not know a course or category.
        found: is told the learner of each session, once, as soon as the account is known.
    """

    def __init__(
        self,
        accounts: Accounts,
        trusts: Mapping[str, Trust],
        sessions: Sessions,
        budget: Budget,
        found: Callable[[Learner], None] = lambda _: None,
    ) -> None:
        self._found = found
        self._accounts = accounts
        self._trusts = trusts
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

    def learner_for(self, identity: Identity) -> Learner:
        """Return a person's learner; errors as ``Accounts.open``, within the time that the browser waits."""
        learner = self._accounts.open(self._person(identity), wait=context.remaining(WAIT_SECONDS))
        self._found(learner)
        return learner

    def learner_again(self, identity: Identity, gone: Learner) -> Learner:
        """Return a person's learner after TalentLMS said that the account of the one who was known does not exist."""
        self._accounts.forget(gone)
        return self.learner_for(identity)

    def _taken(self, session: Session, step: Callable[[Learner], T]) -> T:
        learner = session.learner or self._kept(session, self.learner_for(session.identity))
        try:
            return self._taken_with_password(session, learner, step)
        except UserNotFound:
            again = self._kept(session, self.learner_again(session.identity, learner))
            return self._taken_with_password(session, again, step)

    def _taken_with_password(self, session: Session, learner: Learner, step: Callable[[Learner], T]) -> T:
        person = self._person(session.identity)
        self._accounts.check_open(person, learner)
        try:
            return step(learner)
        except WrongPassword:
            after = self._kept(session, self._accounts.upkeep.after_wrong_password(learner))
            self._accounts.check_open(person, after)
            return step(replace(learner, password_key=""))

    def _person(self, identity: Identity) -> Person:
        return Person(identity, self._trusts[identity.provider])

    def _kept(self, session: Session, learner: Learner) -> Learner:
        self._sessions.keep_learner(session, learner)
        return learner
