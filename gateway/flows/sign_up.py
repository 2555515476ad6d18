"""New accounts: signed up once, also where the answer is lost."""

from dataclasses import replace

from gateway import log
from gateway.database.account_links import AccountLinks
from gateway.errors import (
    Conflict,
    DryRun,
    EmailMalformed,
    EmailMissing,
    FieldRequired,
    InvalidRequest,
    SeatsUsedUp,
    UsernameTaken,
    WeakPassword,
)
from gateway.flows.account_refusals import AccountRefusals
from gateway.flows.adoption import Adoption
from gateway.flows.managed_password import ManagedPasswords
from gateway.flows.person import Person
from gateway.flows.profile import logins_for, profile_of
from gateway.store.locks import Lease
from gateway.talentlms.users import Users
from schemas.identity import Identity
from schemas.learner import SIGNED_UP, AccountLink
from schemas.user import User


class SignUp:
    """Sign-ups.

    Args:
        users: TalentLMS's.
        account_links: what is remembered.
        passwords: what a new account's password is.
        adoption: what becomes of an account that is in the way.
        refusals: where people are refused.
    """

    def __init__(
        self,
        users: Users,
        account_links: AccountLinks,
        passwords: ManagedPasswords,
        adoption: Adoption,
        refusals: AccountRefusals,
    ) -> None:
        self._users = users
        self._account_links = account_links
        self._passwords = passwords
        self._adoption = adoption
        self._refusals = refusals

    def signed_up(self, person: Person, lease: Lease) -> tuple[AccountLink, User]:
        """Sign the person up, or find that they were signed up before; the account may still have to be activated.

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
                user, refused = self._sign_up(identity, login)
            except Conflict:
                theirs = self._adoption.in_the_way(person)
                if theirs is not None:
                    return theirs
            except InvalidRequest as error:
                raise self._refusals.by_talentlms(person, error) from None
            else:
                if refused is not None:
                    self._refusals.of_change(person, user.user_id, refused)
                return self._remembered(person, user, is_told=refused is None), user
        remedy = "other accounts in TalentLMS have every user name for this person; change that of one"
        raise self._refusals.because(UsernameTaken, person, None, remedy)

    def _sign_up(self, identity: Identity, login: str) -> tuple[User, InvalidRequest | None]:
        """Sign somebody up, and return what TalentLMS refused of what the mapping tells, if anything.

        Nobody is kept out by a language that the domain does not know, or by a custom field or user type that it has
        not: they are left out, one after the other.
        """
        profile = profile_of(identity)
        details = (*profile.names_for_sign_up, identity.email, login, self._passwords.new(identity.key))
        before = self._account_links.intended(identity.key)
        self._account_links.intend(identity.key, login)  # whatever ends this click, the next one knows of it
        refused: list[InvalidRequest] = []
        whole = next(profile.sign_ups())
        for optional in profile.sign_ups():
            try:
                user = self._users.sign_up(*details, **optional)
            except DryRun:
                self._account_links.intend(identity.key, before)
                raise
            except (WeakPassword, SeatsUsedUp, FieldRequired):
                raise
            except InvalidRequest as error:
                refused.append(error)
            else:
                left_out = whole.keys() - optional.keys() - {"language"}
                return user, refused[-1] if left_out else None
        raise refused[-1]

    def _remembered(self, person: Person, user: User, *, is_told: bool) -> AccountLink:
        """Remember the new account before it is activated: a fault in between is mended by the next click."""
        link = person.link_to(user, self._passwords.current_key, pending=not user.active)
        is_told = is_told and person.profile.is_told_by_sign_up
        link = replace(link, profile=person.profile.digest if is_told else SIGNED_UP)
        self._account_links.own(link)
        log.audit(
            "provisioning",
            outcome="success",
            step="signed_up",
            provider=person.identity.provider,
            person=person.key,
            user_id=user.user_id,
            condition=person.objection.condition or None,
        )
        return link
