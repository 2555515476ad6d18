"""Accounts that exist already, and whose they become."""

from collections.abc import Collection

from gateway import log
from gateway.database.account_links import AccountLinks
from gateway.errors import AccountInactive, AccountNotALearner, AccountTaken, UserNotFound
from gateway.flows.account_refusals import AccountRefusals
from gateway.flows.account_upkeep import AccountUpkeep
from gateway.flows.managed_password import ManagedPasswords
from gateway.flows.ownership import Ownership
from gateway.flows.person import Person
from gateway.talentlms.client import TalentLMS
from schemas.learner import AccountLink
from schemas.user import User
from schemas.user_type import is_administrators


class Adoption:
    """Adoption of accounts.

    Args:
        lms: TalentLMS.
        account_links: whose each is.
        passwords: the managed passwords.
        ownership: whether we signed an account up ourselves.
        upkeep: what TalentLMS is told of an account that was just adopted.
        refusals: where people are refused.
        learner_types: user types whose accounts may be adopted.
    """

    def __init__(
        self,
        lms: TalentLMS,
        account_links: AccountLinks,
        passwords: ManagedPasswords,
        ownership: Ownership,
        upkeep: AccountUpkeep,
        refusals: AccountRefusals,
        learner_types: Collection[str],
    ) -> None:
        self._users = lms.users
        self._account_links = account_links
        self._passwords = passwords
        self._ownership = ownership
        self._upkeep = upkeep
        self._refusals = refusals
        self._learner_types = learner_types

    def existing(self, person: Person) -> User | None:
        """Return the account that the provider's word makes this person's, if there is one.

        How TalentLMS compares is not documented, so what it answers counts only if it has the very address or user
        name that was asked for.
        """
        trust, username = person.trust, person.identity.username
        user = self.by_email(person) if person.has_own_email else None
        if user is not None and is_same(user.email, person.identity.email):
            return user
        user = self._by_username(person) if trust.usernames and username else None
        return user if user is not None and is_same(user.login, username) else None

    def by_email(self, person: Person) -> User | None:
        """Return the account with the person's address, which need not be theirs; TalentLMS compares as it likes."""
        try:
            return self._users.by_email(person.identity.email)
        except UserNotFound:
            return None

    def _by_username(self, person: Person) -> User | None:
        try:
            return self._users.by_username(person.identity.username.lower())
        except UserNotFound:
            return None

    def adopted(self, person: Person, user: User, password_key: str = "") -> AccountLink:
        """Connect the person with an account that is theirs.

        Args:
            person: whose it is.
            user: the account.
            password_key: the fingerprint of the key whose managed password it carries; empty for none.

        Raises:
            ProvisioningRefused: it is no learner's, inactive, or somebody else's.
        """
        pending = person.has_own_email and self._ownership.is_unfinished(person.identity, user)
        self._check_adoptable(person, user, pending=pending)
        link = new_link(person, user, password_key or (self._passwords.current_key if pending else ""), pending=pending)
        if not self._account_links.claim(link):
            raise self._taken(person, user)
        log.audit("provisioning", outcome="success", step="adopted", person=person.key, user_id=user.user_id)
        return self._upkeep.brought_up_to_date(link, person, user)

    def _taken(self, person: Person, user: User) -> AccountTaken:
        """Return the refusal of an account that is linked already; it offers the sign-in at another provider."""
        owner = self._account_links.owner_of(user.user_id)
        issuer = owner.issuer if owner else ""
        remedy = "the account is linked to another identity; unlink it there, or change the address of one"
        self._refusals.write(AccountTaken, person, user, remedy, linked_issuer=issuer)
        return AccountTaken(remedy, issuer="" if issuer == person.identity.issuer else issuer)

    def _check_adoptable(self, person: Person, user: User, *, pending: bool) -> None:
        if user.user_type not in self._learner_types:
            raise self._refusals.because(AccountNotALearner, person, user, _remedy_for_type(user.user_type))
        if not user.active and not pending:
            remedy = "activate the account in TalentLMS, if it should be used"
            raise self._refusals.because(AccountInactive, person, user, remedy)


def _remedy_for_type(user_type: str) -> str:
    if is_administrators(user_type):
        return (
            f"the account is an administrator's ({user_type!r}), which is opened to nobody from here; give the person "
            "a learner's account, with an e-mail address and a username of its own"
        )
    return (
        f"the account's type {user_type!r} is none of learner_types; give the person a learner's account, or add the "
        "type if its accounts may do nothing but learn"
    )


def is_same(one: str, other: str) -> bool:
    """Return whether two addresses or user names differ in nothing but case (``ß`` is not ``ss`` here)."""
    return one.lower() == other.lower()


def new_link(person: Person, user: User, password_key: str, *, pending: bool) -> AccountLink:
    """Return a link whose profile is empty: TalentLMS has not been told yet."""
    identity = person.identity
    return AccountLink(
        identity.issuer,
        identity.subject,
        user.user_id,
        user.login,
        password_key=password_key,
        pending=pending,
        email=identity.email,
    )
