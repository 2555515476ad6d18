"""New accounts: signed up once, also where the answer is lost."""

from dataclasses import replace

from gateway import log
from gateway.database.account_links import AccountLinks
from gateway.errors import (
    AccountTaken,
    Conflict,
    EmailMalformed,
    EmailMissing,
    EmailNotVerified,
    FieldRequired,
    InvalidRequest,
    SeatsUsedUp,
    WeakPassword,
)
from gateway.flows.account_refusals import AccountRefusals
from gateway.flows.account_upkeep import AccountUpkeep
from gateway.flows.adoption import Adoption, is_same, new_link
from gateway.flows.managed_password import ManagedPasswords
from gateway.flows.ownership import Ownership
from gateway.flows.person import Person
from gateway.flows.profile import logins_for, profile_of
from gateway.flows.sign_up_refusals import explained
from gateway.store.locks import Lease
from gateway.talentlms.client import TalentLMS
from schemas.identity import Identity
from schemas.learner import AccountLink
from schemas.user import User


class SignUp:
    """Sign-ups.

    Args:
        lms: TalentLMS.
        account_links: what is remembered.
        passwords: what a new account's password is.
        ownership: whether an account that is in the way is one of ours.
        adoption: what becomes of an account that is in the way.
        upkeep: what is done with an account that was just signed up.
        refusals: where people are refused.
    """

    def __init__(
        self,
        lms: TalentLMS,
        account_links: AccountLinks,
        passwords: ManagedPasswords,
        ownership: Ownership,
        adoption: Adoption,
        upkeep: AccountUpkeep,
        refusals: AccountRefusals,
    ) -> None:
        self._users = lms.users
        self._account_links = account_links
        self._passwords = passwords
        self._ownership = ownership
        self._adoption = adoption
        self._upkeep = upkeep
        self._refusals = refusals

    def signed_up(self, person: Person, lease: Lease) -> AccountLink:
        """Sign the person up, or find that they were signed up before.

        Args:
            person: whom.
            lease: the lock on this person; nobody is signed up without it.

        Raises:
            ProvisioningRefused: one of its kinds says why.
            ProvisioningBusy: the lock is lost.
        """
        identity = person.identity
        if not identity.email:
            missing = identity.email_doubt in ("", "missing")
            raise self._refusals.because_of_email(EmailMissing if missing else EmailMalformed, person, None)
        for login in logins_for(identity):
            lease.check()
            try:
                user = self._sign_up(identity, login)
            except Conflict:
                other = self._after_conflict(person)
                if other is not None:
                    return other
            except WeakPassword:
                raise
            except InvalidRequest as error:
                kind, remedy = explained(self._users, error)
                raise self._refusals.because(kind, person, None, remedy) from None
            else:
                return self._remembered(person, user)
        raise self._refusals.because(
            AccountTaken, person, None, "every user name for this person is taken in TalentLMS; free one"
        )

    def _sign_up(self, identity: Identity, login: str) -> User:
        profile = profile_of(identity)
        names = profile.names_for_sign_up
        details = (*names, identity.email, login, self._passwords.new(identity.key))
        self._account_links.intend(identity.key, login)  # whatever ends this click, the next one knows of it
        try:
            return self._users.sign_up(*details, language=profile.language or None)
        except (Conflict, WeakPassword, SeatsUsedUp, FieldRequired):
            raise
        except InvalidRequest:
            # perhaps the domain does not know the language; everything else is as TalentLMS wants it
            if not profile.language:
                raise
            return self._users.sign_up(*details)

    def _remembered(self, person: Person, user: User) -> AccountLink:
        """Remember the new account first, then activate it: a fault in between is mended by the next click."""
        link = new_link(person, user, self._passwords.current_key, pending=not user.active)
        link = replace(link, profile=person.profile.digest)
        self._account_links.own(link)
        log.audit(
            "provisioning",
            outcome="success",
            step="signed_up",
            person=person.key,
            user_id=user.user_id,
            condition=person.objection.condition or None,
        )
        return self._upkeep.brought_up_to_date(link, person)

    def _after_conflict(self, person: Person) -> AccountLink | None:
        """Look again after "already exists".

        The address may be taken: by this person's own account, whose sign-up's answer was lost (it carries the
        password that only we can derive), by an account that nobody vouches for, or by one whose address TalentLMS
        takes for the same. Or just the user name is taken.
        """
        user = self._adoption.by_email(person)
        if user is None:
            return None
        if not is_same(user.email, person.identity.email):
            remedy = "TalentLMS takes this account's e-mail address for the person's, which differs; change one of them"
            raise self._refusals.because(AccountTaken, person, user, remedy)
        if person.has_own_email:
            return self._adoption.adopted(person, user)
        key = self._ownership.key_of(person.identity, user)
        if key:
            return self._adoption.adopted(person, user, key)
        raise self._refusals.because_of_email(EmailNotVerified, person, user)
