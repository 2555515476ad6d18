"""Directory → TalentLMS: the accounts of people whom an identity provider pushes, in step with the directory.

A person who is due is compared with what was done, and only the calls that differ are made, as often as needed: an
account that is signed up or told of changes, deactivated or activated again, and what the rules give. Nobody else
deactivates an account, and only one that was deactivated here is activated again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gateway import context, log
from gateway.database.assigned_people import AssignedPeople
from gateway.errors import (
    AccountNotALearner,
    DryRun,
    GatewayError,
    InvalidRequest,
    PersonDeactivated,
    ProvisioningBusy,
    ProvisioningRefused,
    UserNotFound,
)
from gateway.flows.accounts import WAIT_SECONDS, Accounts
from gateway.flows.assigning import TRIES, Assigning
from gateway.flows.directory_people import DirectoryPeople, KnownPerson
from gateway.flows.order_work import Result
from gateway.flows.person import Person
from gateway.flows.trust import Trust
from gateway.mapping.groups import GroupClaims
from gateway.mapping.mapper import Mapper
from gateway.mapping.outcome import Outcome
from gateway.store.locks import Locks
from gateway.talentlms.users import Users
from schemas.identity import Identity
from schemas.learner import Learner
from schemas.user_type import is_administrators


@dataclass(frozen=True)
class DirectoryRules:
    """What is made of people whom a directory has.

    Attributes:
        mapper: what their claims become.
        groups: where each provider's groups are, by its name.
        trusts: what each provider's directory is trusted with, by its name.
        deletes: whether the account of a person who is deleted is deleted, too.
    """

    mapper: Mapper
    groups: Mapping[str, GroupClaims]
    trusts: Mapping[str, Trust]
    deletes: bool = False


class Provisioning:
    """Provisioning of people whom a directory has; of everybody else, what rules give them.

    Args:
        people: the directory's.
        rules: what is made of them.
        assigned: who is due, and whose account was deactivated.
        assigning: what rules give people.
        accounts: where accounts come from.
        users: TalentLMS's.
        locks: one change of a person's account at a time.
        is_outage: whether an error says nothing of the person who met it.
    """

    def __init__(
        self,
        people: DirectoryPeople,
        rules: DirectoryRules,
        assigned: AssignedPeople,
        assigning: Assigning,
        accounts: Accounts,
        users: Users,
        locks: Locks,
        is_outage: Callable[[Exception], bool],
    ) -> None:
        self._people = people
        self._rules = rules
        self._assigned = assigned
        self._assigning = assigning
        self._accounts = accounts
        self._users = users
        self._locks = locks
        self._is_outage = is_outage

    def note(self, identity: Identity, outcome: Outcome) -> None:
        """Take note of what a sign-in's claims became, besides what the directory gives; as ``Assigning.note``."""
        known = self._people.find(identity.key)
        if known is None or known.identity is None:
            self._assigning.note(identity, outcome)
            return
        own = self._noted(known.identity, known)
        self._assigning.note(identity, outcome, besides=own.grants)

    def account_found(self, learner: Learner) -> None:
        """Activate the account of somebody who clicks, if it was deactivated here, and have rules give what is missing.

        Raises:
            PersonDeactivated: they may not come in any more.
            SeatsUsedUp: TalentLMS has no room for another active account.
        """
        try:
            self._people.check(learner.person)
        except PersonDeactivated:
            self._assigned.make_due(learner.person)  # the worker may have looked before there was an account
            raise
        self._activated_if_active(learner, lambda: None)
        self._assigning.account_found(learner)

    def give_now(self, learner: Learner, course_id: int) -> bool:
        """Give a course at once to which a learner goes; as ``Assigning.give_now``, by what the directory says now."""
        known = self._people.find(learner.person)
        if known is not None and known.identity is not None:
            self._noted(known.identity, known)
        return self._assigning.give_now(learner, course_id)

    def apply(self, person: str, tries: int, check: Callable[[], None]) -> Result:
        """Make the calls that a person's account still needs, and no others; as ``Assigning.apply``."""
        context.is_about(person)
        known = self._people.find(person)
        try:
            if known is not None and known.identity is None:
                return self._deactivated(person, check)
            if known is not None and known.identity is not None:
                outcome = self._noted(known.identity, known, makes_due=False)
                if not outcome.denied:  # a sign-in's claims may let in whom the directory alone does not
                    self._account(self._rules.mapper.applied(known.identity, outcome), check)
        except PersonDeactivated:
            return Result("waiting")  # a moment ago they could come in
        except GatewayError as error:
            if self._is_final(error, tries):
                if known is not None and known.identity is None:
                    _audit_refusal(person, error)
                return Result("dead", error.code, error.note)
            raise
        return self._assigning.apply(person, tries, check)

    def _is_final(self, error: GatewayError, tries: int) -> bool:
        """Return whether trying again is left to the next change, or to the person's own click."""
        if isinstance(error, (ProvisioningRefused, InvalidRequest)):
            return not isinstance(error, ProvisioningBusy)
        return tries >= TRIES and not self._is_outage(error)

    def _account(self, identity: Identity, check: Callable[[], None]) -> None:
        """Sign a person up, or tell TalentLMS what changed, and activate the account if it was deactivated here."""
        check()
        learner = self._accounts.ensure(Person(identity, self._rules.trusts[identity.provider]))
        self._activated_if_active(learner, check)

    def _noted(self, identity: Identity, known: KnownPerson, *, makes_due: bool = True) -> Outcome:
        """Return what the directory's claims become, and write down what its rules give."""
        trust = self._rules.trusts[identity.provider]
        own_email = identity.email if trust.email_domains and trust.may_tell_email(identity) else ""
        outcome = self._rules.mapper.outcome(known.claims, self._rules.groups[identity.provider], own_email)
        self._assigning.note(identity, outcome, origin="directory", makes_due=makes_due)
        return outcome

    def _activated_if_active(self, learner: Learner, check: Callable[[], None]) -> None:
        """Activate an account that was deactivated here; one look at the database where it was not.

        Raises:
            PersonDeactivated: the person may not come in any more.
        """
        known = self._assigned.find(learner.person)
        if known is None or known.inactive_user_id != learner.user_id:
            return
        with self._locks.hold(f"status:{learner.person}", wait=WAIT_SECONDS):
            self._people.check(learner.person)
            check()
            try:
                self._users.set_status(learner.user_id, "active")
            except UserNotFound:
                self._accounts.forget(learner)
                raise
            self._assigned.deactivates(learner.person, 0)
            _audit("activated", learner.person, learner.user_id)

    def _deactivated(self, person: str, check: Callable[[], None]) -> Result:
        with self._locks.hold(f"status:{person}", wait=WAIT_SECONDS):
            known, learner = self._people.find(person), self._accounts.known(person)
            if known is None or known.identity is not None:
                return Result("waiting")  # somebody has told otherwise meanwhile
            if learner is None:
                return Result("done")
            try:
                return self._left(learner, check, is_to_be_deleted=known.is_deleted and self._rules.deletes)
            except UserNotFound:
                self._accounts.forget(learner)
                return Result("done")

    def _left(self, learner: Learner, check: Callable[[], None], *, is_to_be_deleted: bool) -> Result:
        user = self._users.by_id(learner.user_id)
        if is_administrators(user.user_type):
            note = f"the account is an administrator's ({user.user_type!r}); deactivate it by hand, if that is meant"
            log.audit(
                "account_status",
                outcome="refused",
                reason=AccountNotALearner.code,
                person=learner.person,
                user_id=learner.user_id,
                remedy=note,
            )
            return Result("dead", AccountNotALearner.code, note)
        if is_to_be_deleted:
            check()
            self._users.delete(learner.user_id, permanent=False)
            _audit("deleted", learner.person, learner.user_id)
            self._accounts.forget(learner)
        elif user.active:
            self._assigned.deactivates(learner.person, learner.user_id)  # whatever ends this, the next look knows of it
            check()
            try:
                self._users.set_status(learner.user_id, "inactive")
            except DryRun:
                self._assigned.deactivates(learner.person, 0)  # nobody is about to
                raise
            _audit("deactivated", learner.person, learner.user_id)
        return Result("done")


def _audit(step: str, person: str, user_id: int) -> None:
    log.audit("account_status", outcome="success", step=step, person=person, user_id=user_id)


def _audit_refusal(person: str, error: GatewayError) -> None:
    """Write down that somebody who left has an account that is still active."""
    log.audit("account_status", outcome="refused", reason=error.code, person=person, remedy=error.note)
