"""Identity → Learner: the account of whoever has signed in at an identity provider (just-in-time provisioning)."""

from collections.abc import Mapping

from gateway import deadline
from gateway.flows.accounts import WAIT_SECONDS, Accounts
from gateway.flows.person import Person
from gateway.flows.trust import Trust
from schemas.identity import Identity
from schemas.learner import Learner


class Provisioning:
    """Accounts for people who have signed in.

    Args:
        accounts: where accounts come from.
        trusts: what each provider is trusted with, by its name.
    """

    def __init__(self, accounts: Accounts, trusts: Mapping[str, Trust]) -> None:
        self._accounts = accounts
        self._trusts = trusts

    def learner_for(self, identity: Identity) -> Learner:
        """Return the person's learner; errors as ``Accounts.ensure``, within the time that the browser waits."""
        person = Person(identity, self._trusts[identity.provider])
        return self._accounts.ensure(person, wait=deadline.remaining(WAIT_SECONDS))

    def known(self, identity: Identity) -> Learner | None:
        """Return the person's learner if the account is remembered; no call to TalentLMS."""
        return self._accounts.known(identity.key)

    def learner_again(self, identity: Identity, gone: Learner) -> Learner:
        """Return the person's learner after TalentLMS said that the account does not exist: forget, look anew.

        Args:
            identity: the person.
            gone: the learner whose account does not exist.
        """
        self._accounts.forget(gone)
        return self.learner_for(identity)

    def after_wrong_password(self, learner: Learner) -> Learner:
        """Return what holds of a learner whose managed password TalentLMS has just refused."""
        return self._accounts.upkeep.after_wrong_password(learner)
