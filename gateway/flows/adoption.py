"""Accounts that exist already, and whose they become."""

import difflib
from collections.abc import Callable, Collection
from dataclasses import replace

from gateway import log
from gateway.database.account_links import AccountLinks
from gateway.errors import (
    AccountInactive,
    AccountNotALearner,
    AccountTaken,
    EmailNotVerified,
    InvalidRequest,
    UserNotFound,
)
from gateway.flows.account_refusals import AccountRefusals
from gateway.flows.link_field import LinkField
from gateway.flows.ownership import Ownership
from gateway.flows.person import Person
from gateway.talentlms.users import Users
from schemas.learner import SIGNED_UP, AccountLink
from schemas.user import User
from schemas.user_type import is_administrators

NEARLY = 0.8
"""How much two user types have in common, of 1, that differ by a typing mistake."""


class Adoption:
    """Adoption of accounts.

    Args:
        users: TalentLMS's.
        account_links: whose each is.
        ownership: whether we signed an account up ourselves.
        refusals: where people are refused.
        learner_types: user types whose accounts may be adopted.
        link_field: where TalentLMS keeps the link.
        end_sessions: ends the sessions of a person (``Identity.key``) whose link to an account ends.
    """

    def __init__(
        self,
        users: Users,
        account_links: AccountLinks,
        ownership: Ownership,
        refusals: AccountRefusals,
        learner_types: Collection[str],
        link_field: LinkField,
        end_sessions: Callable[[str], object],
    ) -> None:
        self._users = users
        self._account_links = account_links
        self._ownership = ownership
        self._refusals = refusals
        self._learner_types = learner_types
        self._link_field = link_field
        self._end_sessions = end_sessions

    def existing(self, person: Person) -> User | None:
        """Return the account that the provider's word makes this person's, if there is one.

        How TalentLMS compares is not documented, so what it answers counts only if it has the very address or user
        name that was asked for. An account whose custom field has the person's link is theirs without a word about
        addresses, unless it is linked to somebody else by now.
        """
        kept = self._link_field.account_of(person)
        if kept is not None and self._account_links.owner_of(kept.user_id) is None:
            return kept
        user = self._by_email(person) if person.has_own_email else None
        if user is not None and _is_same(user.email, person.identity.email):
            return user
        username = person.identity.username
        user = self._by_username(username) if person.trust.usernames and username else None
        return user if user is not None and _is_same(user.login, username) else None

    def adopted(self, person: Person, user: User, password_key: str = "") -> AccountLink:
        """Connect the person with an account that is theirs; TalentLMS has not been told of them yet.

        Args:
            person: whose it is.
            user: the account.
            password_key: the fingerprint of the key whose managed password it carries; empty for none.

        Raises:
            ProvisioningRefused: it is no learner's, inactive, or somebody else's.
        """
        unfinished = self._ownership.key_of_unfinished(person.identity, user) if person.has_own_email else ""
        self.check_learner(person, user, pending=bool(unfinished))
        link = person.link_to(user, password_key or unfinished, pending=bool(unfinished))
        if user.login == self._account_links.intended(person.key):  # we signed it up, and the answer was lost
            link = replace(link, profile=SIGNED_UP)
        if not self._account_links.claim(link):
            link = self._displaced(person, user, link)
        log.audit(
            "provisioning",
            outcome="success",
            step="adopted",
            provider=person.identity.provider,
            person=person.key,
            user_id=user.user_id,
        )
        return link

    def in_the_way(self, person: Person) -> tuple[AccountLink, User] | None:
        """Return the account that kept the person from being signed up, if it is theirs; nothing if there is none.

        The address may be taken: by this person's own account, whose sign-up's answer was lost (it carries the
        password that only we can derive), by an account that nobody vouches for, or by one whose address TalentLMS
        takes for the same. Or just the user name is taken.

        Raises:
            ProvisioningRefused: as ``adopted``, or nobody vouches for the address.
        """
        user = self._by_email(person)
        if user is None:
            return None
        if not _is_same(user.email, person.identity.email):
            remedy = "TalentLMS takes this account's e-mail address for the person's, which differs; change one of them"
            raise self._refusals.because(AccountTaken, person, user, remedy)
        key = "" if person.has_own_email else self._ownership.key_of(person.identity, user)
        if not (person.has_own_email or key):
            raise self._refusals.because_of_email(EmailNotVerified, person, user)
        return self.adopted(person, user, key), user

    def connected(self, person: Person, user: User, *, replaces: bool) -> AccountLink:
        """Connect the person with an account because an operator says so, whatever is told of addresses.

        The sessions of everybody whose link changes end, and an account that was another person's gets a password that
        only the gateway knows.

        Args:
            person: whose it is from now on.
            user: the account.
            replaces: whether a link of another person to it, or of this person to another account, may end.

        Raises:
            AccountTaken: there is such a link, and it may not.
            AccountNotALearner: it is an administrator's, whatever the settings allow at a sign-in, or no learner's.
            AccountInactive: it is switched off.
            ProvisioningRefused: TalentLMS does not take the password.
        """
        self.check_learner(person, user)
        if is_administrators(user.user_type):
            remedy = _remedy_for_type(user.user_type, self._learner_types)
            raise self._refusals.because(AccountNotALearner, person, user, remedy)
        before, owner = self._account_links.find(person.key), self._account_links.owner_of(user.user_id)
        if before is not None and before == owner:
            return before
        if not replaces and (before or owner):
            raise self._in_use(person, user, owner)
        link = replace(person.link_to(user, "", pending=False), email=before.email if before else "")
        if owner is not None:
            link = replace(link, password_key=self._taken_back(person, user))
        if before is not None:
            self._link_field.empty(before.user_id)
        if not self._account_links.claim(link, instead_of=owner):
            raise self._taken(person, user)
        for replaced in filter(None, (owner, before)):
            self._ended("replaced", replaced)
        log.audit("account_link", outcome="success", step="linked", person=person.key, user_id=user.user_id)
        return link

    def _displaced(self, person: Person, user: User, link: AccountLink) -> AccountLink:
        """Connect the person with an account that is another person's, if that one has to give way.

        The other one's sessions end with their link, each of which remembers whose account it opens, and the account
        gets a password that only the gateway knows: they may have set one of their own in TalentLMS. Where the other
        one is this person before they moved to their provider, a password of their own stays.

        Raises:
            AccountTaken: the other one need not give way.
            ProvisioningRefused: TalentLMS does not take the password.
        """
        owner = self._account_links.owner_of(user.user_id)
        if owner is None or not _is_same(user.email, person.identity.email):
            raise self._taken(person, user)
        if person.succeeds(owner):
            step, key = "moved", self._ownership.passed_on(owner, person.identity, user)
        elif person.displaces(owner):
            step, key = "displaced", self._taken_back(person, user)
        else:
            raise self._taken(person, user)
        link = replace(link, password_key=key)
        if not self._account_links.claim(link, instead_of=owner, is_moved=step == "moved"):
            raise self._taken(person, user)
        self._ended(step, owner)
        return link

    def _taken_back(self, person: Person, user: User) -> str:
        try:
            return self._ownership.taken_back(person.identity, user)
        except InvalidRequest as error:
            raise self._refusals.by_talentlms(person, error) from None

    def _ended(self, step: str, owner: AccountLink) -> None:
        """End the sessions of somebody whose link is gone; one that began before that would outlast it."""
        self._end_sessions(owner.person)
        issuer, _ = owner.former_identity
        person, user_id = owner.former_person, owner.user_id
        log.audit("account_link", outcome="success", step=step, person=person, user_id=user_id, linked_issuer=issuer)

    def _by_email(self, person: Person) -> User | None:
        """Return the account with the person's address, which need not be theirs; TalentLMS compares as it likes."""
        try:
            return self._users.by_email(person.identity.email)
        except UserNotFound:
            return None

    def _by_username(self, username: str) -> User | None:
        try:
            return self._users.by_username(username.lower())
        except UserNotFound:
            return None

    def _taken(self, person: Person, user: User) -> AccountTaken:
        """Return the refusal of an account that is linked already; it offers the sign-in at another provider."""
        owner = self._account_links.owner_of(user.user_id)
        issuer = (owner.expected_at or owner.issuer) if owner else ""
        remedy = "the account is linked to another identity; unlink it there, or change the address of one"
        taken = self._refusals.because(AccountTaken, person, user, remedy, linked_issuer=issuer)
        taken.issuer = "" if issuer == person.identity.issuer else issuer
        return taken

    def _in_use(self, person: Person, user: User, owner: AccountLink | None) -> AccountTaken:
        """Return the refusal of a link that an operator wants, and for which another one would have to end."""
        whose = f"account {user.user_id} is person {owner.person}'s" if owner else "the person has another account"
        remedy = f"{whose}; --replace ends that link, and the sessions that go with it"
        issuer = owner.issuer if owner else ""
        return self._refusals.because(AccountTaken, person, user, remedy, linked_issuer=issuer)

    def check_learner(self, person: Person, user: User, *, pending: bool = False) -> None:
        """Check that an account is a learner's, and in use.

        Args:
            person: whose it is, or is to be.
            user: the account.
            pending: whether it was signed up here and still has to be activated.

        Raises:
            AccountNotALearner, AccountInactive: it is not.
        """
        if user.user_type not in self._learner_types:
            remedy = _remedy_for_type(user.user_type, self._learner_types)
            raise self._refusals.because(AccountNotALearner, person, user, remedy)
        if not user.active and not pending:
            remedy = "activate the account in TalentLMS, if it should be used"
            raise self._refusals.because(AccountInactive, person, user, remedy)


def _remedy_for_type(user_type: str, learner_types: Collection[str]) -> str:
    if is_administrators(user_type):
        return (
            f"the account is an administrator's ({user_type!r}), which is opened to nobody from here; give the person "
            "a learner's account, with an e-mail address and a username of its own"
        )
    near = difflib.get_close_matches(user_type, sorted(learner_types), 1, NEARLY)
    slip = f"; {near[0]!r} is nearly the same: write it there as TalentLMS does" if near else ""
    return (
        f"the account's type {user_type!r} is none of learner_types{slip}; give the person a learner's account, or add "
        "the type if its accounts may do nothing but learn"
    )


def _is_same(one: str, other: str) -> bool:
    """Return whether two addresses or user names differ in nothing but case (``ß`` is not ``ss`` here)."""
    return one.lower() == other.lower()
