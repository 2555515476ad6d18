"""Person → Learner: the account of a person, found, adopted or signed up. Nobody else signs anybody up.

Identity providers, orders and directories, which tell of a person, all call the same function; it knows no session
and no provider. In this order: the account link that is remembered; an existing account, adopted by e-mail if the
address is known to be the person's own, or by user name if user names are trusted; a sign-up. Only TalentLMS's explicit
"does not exist" leads to a sign-up, and of ten tabs one signs up.
"""

from collections.abc import Callable, Collection

from gateway import context, log
from gateway.database.account_links import AccountLinks
from gateway.errors import EmailNotVerified, UserNotFound
from gateway.flows.account_refusals import AccountRefusals
from gateway.flows.account_upkeep import AccountUpkeep
from gateway.flows.adoption import Adoption
from gateway.flows.link_field import LinkField
from gateway.flows.managed_password import ManagedPasswords
from gateway.flows.ownership import Ownership
from gateway.flows.person import Person
from gateway.flows.sign_up import SignUp
from gateway.store.attempts import Attempts
from gateway.store.locks import Lease, Locks
from gateway.talentlms.client import TalentLMS
from schemas.learner import AccountLink, Learner

WAIT_SECONDS = 12.0
"""How long is waited for another sign-up of the same person."""


class Accounts:
    """Accounts for people.

    Args:
        lms: TalentLMS.
        account_links: what is remembered.
        locks: one sign-up per person at a time.
        passwords: what a new account's password is.
        learner_types: user types whose accounts may be adopted.
        attempts: refused people, counted in windows of ``account_refusals.REFUSAL_SECONDS``; ``None`` for no limit.
        end_sessions: ends the sessions of a person (``Identity.key``) whose link to an account ends.
        link_field: where TalentLMS keeps the link; ``None`` for nowhere.
    """

    def __init__(
        self,
        lms: TalentLMS,
        account_links: AccountLinks,
        locks: Locks,
        passwords: ManagedPasswords,
        learner_types: Collection[str],
        attempts: Attempts | None = None,
        end_sessions: Callable[[str], object] = lambda _: None,
        link_field: LinkField | None = None,
    ) -> None:
        users = lms.users
        self._users = users
        self._account_links = account_links
        self._locks = locks
        self._passwords = passwords
        self._refusals = AccountRefusals(users, attempts)
        self._link_field = link_field or LinkField(users)
        self.upkeep = AccountUpkeep(users, account_links, passwords, self._refusals)
        ownership = Ownership(users, account_links, passwords)
        self.adoption = Adoption(
            users, account_links, ownership, self._refusals, learner_types, self._link_field, end_sessions
        )
        self._sign_up = SignUp(users, account_links, passwords, self.adoption, self._refusals)

    def ensure(self, person: Person, *, wait: float = WAIT_SECONDS) -> Learner:
        """Return the person's learner; no call to TalentLMS where the account is known and nothing changed.

        Args:
            person: who it is, and who vouches for what.
            wait: seconds to wait for another sign-up of the same person.

        Raises:
            ProvisioningRefused: one of its kinds says why.
            ProvisioningBusy: another sign-up of the same person has not ended.
            DatabaseUnavailable: nobody is given an account by guess.
            TalentLMSError: TalentLMS could not be asked; nothing was changed that a later call would not mend.
        """
        context.is_about(person.key)
        person = self._link_field.added(person)
        with self._locks.hold(f"person:{person.key}", wait=wait) as lease:
            return (self._remembered(person) or self._adopted_or_signed_up(person, lease)).learner

    def open(self, person: Person, *, wait: float = WAIT_SECONDS) -> Learner:
        """Return the learner whose account the person may open, not just be enrolled in; else as ``ensure``.

        Raises:
            EmailNotVerified: the account is not one that their shop's word opens, too.
        """
        learner = self.ensure(person, wait=wait)
        self.check_open(person, learner)
        return learner

    def check_open(self, person: Person, learner: Learner) -> None:
        """Check that a person may open the account that is remembered as theirs.

        Raises:
            EmailNotVerified: they may not.
        """
        if not person.may_open(learner):
            raise self._refusals.because_of_email(EmailNotVerified, person, None)

    def check_learner(self, person: Person, learner: Learner) -> None:
        """Check, with one call, that an account which is remembered as the person's is a learner's still.

        Raises:
            AccountNotALearner: somebody has made it an administrator's or the like since.
            AccountInactive: it is switched off.
            UserNotFound: it no longer exists.
        """
        self.adoption.check_learner(person, self._users.by_id(learner.user_id))

    def prove_password(self, person: Person, learner: Learner) -> None:
        """Check, with one call, that an account carries the gateway's password still, and not one of its owner's.

        Raises:
            WrongPassword: it does not.
            EmailNotVerified: nobody knows, since the key of its password is gone.
            AccountInactive: it is switched off.
        """
        password = self._passwords.of(learner.person, learner.password_key)
        if password is None:
            raise self._refusals.because_of_email(EmailNotVerified, person, None)
        self._users.log_in(learner.login, password)

    def _remembered(self, person: Person) -> AccountLink | None:
        known = self._account_links.find(person.key)
        if known is None:
            return None
        try:
            return self.upkeep.brought_up_to_date(known, person)
        except UserNotFound:
            self._forget(known)
            return None

    def _adopted_or_signed_up(self, person: Person, lease: Lease) -> AccountLink:
        self._refusals.check(person)
        user = self.adoption.existing(person)
        if user is None:
            link, user = self._sign_up.signed_up(person, lease)
        else:
            link = self.adoption.adopted(person, user)
        return self.upkeep.brought_up_to_date(link, person, user)

    def known(self, key: str) -> Learner | None:
        """Return the learner of a person (``Identity.key``) if the account is remembered; no call to TalentLMS."""
        known = self._account_links.find(key)
        return None if known is None else known.learner

    def forget(self, gone: Learner) -> None:
        """Forget an account of which TalentLMS says that it does not exist, unless the person has another by now."""
        known = self._account_links.find(gone.person)
        if known is not None and known.user_id == gone.user_id:
            self._forget(known)

    def _forget(self, known: AccountLink) -> None:
        log.audit("account_link", outcome="success", step="forgotten", person=known.person, user_id=known.user_id)
        self._account_links.forget(known)
