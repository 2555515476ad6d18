"""Identity → Learner: find the account that is this person's, or sign them up (just-in-time provisioning).

In this order: the account link that is remembered; an existing account, adopted by e-mail if the provider vouches
for the address, or by user name if the provider's entry trusts user names; a sign-up. Only TalentLMS's explicit
"does not exist" leads to a sign-up, and of ten tabs one signs up.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from gateway import deadline, log
from gateway.database.account_links import AccountLinks
from gateway.errors import (
    AccountInactive,
    AccountNotALearner,
    AccountTaken,
    Conflict,
    DatabaseUnavailable,
    EmailMalformed,
    EmailMissing,
    EmailNotVerified,
    FieldRequired,
    GatewayError,
    Inactive,
    InvalidRequest,
    SeatsUsedUp,
    TooManyAttempts,
    UserNotFound,
    WeakPassword,
    WrongPassword,
)
from gateway.flows.managed_password import ManagedPasswords
from gateway.flows.ownership import Ownership
from gateway.flows.profile import Profile, logins_for, profile_of
from gateway.flows.sign_up_refusals import explained
from gateway.flows.trust import Trust
from gateway.store.attempts import Attempts
from gateway.store.locks import Locks
from gateway.talentlms.client import TalentLMS
from schemas.identity import Identity
from schemas.learner import AccountLink, Learner
from schemas.user import User
from schemas.user_type import is_administrators

WAIT_SECONDS = 12.0
"""How long a click waits for another tab's sign-up of the same person."""


REFUSAL_SECONDS = 600
REFUSALS = 20
"""Refusals of one person, within that window, after which TalentLMS is not asked again."""


class Provisioning:
    """Accounts for people.

    Args:
        lms: TalentLMS.
        account_links: what is remembered.
        locks: one sign-up per person at a time.
        passwords: what a new account's password is.
        trusts: by the provider's name.
        learner_types: user types whose accounts may be adopted.
        refusals: refused people, counted in windows of ``REFUSAL_SECONDS``; ``None`` for no limit.
    """

    def __init__(
        self,
        lms: TalentLMS,
        account_links: AccountLinks,
        locks: Locks,
        passwords: ManagedPasswords,
        trusts: Mapping[str, Trust],
        learner_types: Collection[str],
        refusals: Attempts | None = None,
    ) -> None:
        self._users = lms.users
        self._account_links = account_links
        self._locks = locks
        self._passwords = passwords
        self._trusts = trusts
        self._learner_types = learner_types
        self._refusals = refusals
        self._ownership = Ownership(lms, passwords, account_links)

    def learner_for(self, identity: Identity) -> Learner:
        """Return the person's learner; no call to TalentLMS where the account is known and nothing changed.

        Raises:
            ProvisioningRefused: one of its kinds says why.
            TalentLMSError: TalentLMS could not be asked; nothing was changed that a later click would not mend.
        """
        with self._locks.hold(f"person:{identity.key}", wait=deadline.remaining(WAIT_SECONDS)):
            known = self._account_links.find(identity.key)
            if known is not None:
                try:
                    return self._brought_up_to_date(known, identity).learner
                except UserNotFound:
                    self._forget(known, identity)
            self._check_refusals(identity)
            return self._adopted_or_signed_up(identity).learner

    def known(self, identity: Identity) -> Learner | None:
        """Return the person's learner if the account is remembered; no call to TalentLMS."""
        known = self._account_links.find(identity.key)
        return None if known is None else known.learner

    def learner_again(self, identity: Identity, gone: Learner) -> Learner:
        """Return the person's learner after TalentLMS said that the account does not exist: forget, look anew.

        Args:
            identity: the person.
            gone: the learner whose account does not exist.
        """
        known = self._account_links.find(identity.key)
        if known is not None and known.user_id == gone.user_id:
            self._forget(known, identity)
        return self.learner_for(identity)

    def after_wrong_password(self, learner: Learner) -> Learner:
        """Return what holds of a learner whose managed password TalentLMS has just refused.

        It is never tried again, since another wrong attempt could lock the person out; unless another session has
        renewed it meanwhile. Where the database is away, it is not tried again by this person's sessions.
        """
        try:
            known = self._account_links.find(learner.person)
            if known is None or known.user_id != learner.user_id:
                return replace(learner, password_key="")
            if known.password_key != learner.password_key:
                return known.learner
            own = replace(known, password_key="")
            self._account_links.change(known, own)
        except DatabaseUnavailable as error:
            log.event("managed_password.not_given_up", person=learner.person, why=error.code, note=error.note)
            return replace(learner, password_key="")
        log.audit("managed_password", outcome="success", step="given_up", person=known.person, user_id=known.user_id)
        return own.learner

    # --- a remembered account ----------------------------------------------------------------------------------

    def _brought_up_to_date(self, known: AccountLink, identity: Identity, user: User | None = None) -> AccountLink:
        """Tell TalentLMS what changed at the identity provider or with our keys since it was last told.

        Args:
            known: what is remembered.
            identity: the person.
            user: what TalentLMS knows of them, where that was just looked up.
        """
        profile, newest = self._profile(identity), self._passwords.current_key
        rotated = known.password_key not in ("", newest)
        if known.profile == profile.digest and not rotated and not known.pending:
            return self._with_address(known, identity)
        if known.pending:
            self._activate(known, identity)
        key = self._key_after_rotation(known) if rotated else known.password_key
        password = self._passwords.new(identity.key) if rotated and key else None
        if known.profile != profile.digest or password:
            self._tell(known.user_id, identity, profile.unlike(user), password)
        told = replace(known, profile=profile.digest, password_key=key, pending=False, email=identity.email)
        self._account_links.update(told)
        return told

    def _with_address(self, known: AccountLink, identity: Identity) -> AccountLink:
        """Remember the address by which an operator looks for the person, also where nobody verifies it."""
        if known.email == identity.email:
            return known
        moved = replace(known, email=identity.email)
        self._account_links.update(moved)
        return moved

    def _activate(self, known: AccountLink, identity: Identity) -> None:
        try:
            self._users.set_status(known.user_id, "active")
        except SeatsUsedUp as error:
            raise self._not_accepted(identity, error) from None

    def _profile(self, identity: Identity) -> Profile:
        profile = profile_of(identity)
        return profile if self._trusts[identity.provider].may_tell_email(identity) else replace(profile, email="")

    def _key_after_rotation(self, known: AccountLink) -> str:
        """Return the newest key; empty where the person has set a password of their own, which stays theirs."""
        old = self._passwords.of(known.person, known.password_key)
        if old is None:
            return self._passwords.current_key
        try:
            self._users.log_in(known.login, old)
        except WrongPassword:
            return ""
        except Inactive:
            pass  # it may be switched on again
        return self._passwords.current_key

    def _tell(self, user_id: int, identity: Identity, details: dict[str, str], password: str | None) -> None:
        email = details.pop("email", None)
        first, last = details.get("first_name"), details.get("last_name")
        if not (first or last or email or password):
            return
        try:
            self._users.edit(user_id, first_name=first, last_name=last, email=email, password=password)
        except Conflict:
            # the new address is another account's: the names are told, the address waits for a person to decide
            log.audit(
                "profile",
                outcome="refused",
                person=identity.key,
                user_id=user_id,
                remedy="the person's new e-mail address belongs to another TalentLMS account; merge or change one",
            )
            if first or last or password:
                self._users.edit(user_id, first_name=first, last_name=last, password=password)

    def _forget(self, known: AccountLink, identity: Identity) -> None:
        log.audit("account_link", outcome="success", step="forgotten", person=identity.key, user_id=known.user_id)
        self._account_links.forget(known)

    def _check_refusals(self, identity: Identity) -> None:
        """Spend no more calls on somebody who was refused again and again."""
        if self._refusals and self._refusals.count(_refusals_of(identity))[0] >= REFUSALS:
            raise TooManyAttempts(f"person {identity.key} was refused {REFUSALS} times", retry_after=REFUSAL_SECONDS)

    # --- an existing account -----------------------------------------------------------------------------------

    def _adopted_or_signed_up(self, identity: Identity) -> AccountLink:
        user = self._existing(identity)
        return self._signed_up(identity) if user is None else self._adopted(identity, user)

    def _existing(self, identity: Identity) -> User | None:
        """Return the account that the provider's word makes this person's, if there is one.

        How TalentLMS compares is not documented, so what it answers counts only if it has the very address or user
        name that was asked for.
        """
        trust = self._trusts[identity.provider]
        user = self._by_email(identity) if trust.vouches_for_email(identity) else None
        if user is not None and _is_same(user.email, identity.email):
            return user
        user = self._by_username(identity) if trust.usernames and identity.username else None
        return user if user is not None and _is_same(user.login, identity.username) else None

    def _by_email(self, identity: Identity) -> User | None:
        try:
            return self._users.by_email(identity.email)
        except UserNotFound:
            return None

    def _by_username(self, identity: Identity) -> User | None:
        try:
            return self._users.by_username(identity.username.lower())
        except UserNotFound:
            return None

    def _adopted(self, identity: Identity, user: User, password_key: str = "") -> AccountLink:
        vouched = self._trusts[identity.provider].vouches_for_email(identity)
        pending = vouched and self._ownership.is_unfinished(identity, user)
        self._check_adoptable(identity, user, pending=pending)
        link = _link(identity, user, password_key or (self._passwords.current_key if pending else ""), pending=pending)
        if not self._account_links.claim(link):
            raise self._taken(identity, user)
        log.audit("provisioning", outcome="success", step="adopted", person=identity.key, user_id=user.user_id)
        return self._brought_up_to_date(link, identity, user)

    def _taken(self, identity: Identity, user: User) -> AccountTaken:
        """Return the refusal of an account that is linked already; it offers the sign-in at another provider."""
        owner = self._account_links.owner_of(user.user_id)
        issuer = owner.issuer if owner else ""
        remedy = "the account is linked to another identity; unlink it there, or change the address of one"
        self._write_refusal(AccountTaken, identity, user, remedy, linked_issuer=issuer)
        return AccountTaken(remedy, issuer="" if issuer == identity.issuer else issuer)

    def _check_adoptable(self, identity: Identity, user: User, *, pending: bool) -> None:
        if user.user_type not in self._learner_types:
            raise self._refused(AccountNotALearner, identity, user, _remedy_for_type(user.user_type))
        if not user.active and not pending:
            remedy = "activate the account in TalentLMS, if it should be used"
            raise self._refused(AccountInactive, identity, user, remedy)

    # --- a new account -----------------------------------------------------------------------------------------

    def _signed_up(self, identity: Identity) -> AccountLink:
        if not identity.email:
            missing = identity.email_doubt in ("", "missing")
            raise self._refused_for_email(EmailMissing if missing else EmailMalformed, identity, None)
        for login in logins_for(identity):
            try:
                user = self._sign_up(identity, login)
            except Conflict:
                other = self._after_conflict(identity)
                if other is not None:
                    return other
            except WeakPassword:
                raise
            except InvalidRequest as error:
                raise self._not_accepted(identity, error) from None
            else:
                return self._remembered(identity, user)
        raise self._refused(
            AccountTaken, identity, None, "every user name for this person is taken in TalentLMS; free one"
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

    def _not_accepted(self, identity: Identity, error: InvalidRequest) -> GatewayError:
        kind, remedy = explained(self._users, error)
        return self._refused(kind, identity, None, remedy)

    def _remembered(self, identity: Identity, user: User) -> AccountLink:
        """Remember the new account first, then activate it: a fault in between is mended by the next click."""
        link = _link(identity, user, self._passwords.current_key, pending=not user.active)
        link = replace(link, profile=self._profile(identity).digest)
        self._account_links.own(link)
        log.audit(
            "provisioning",
            outcome="success",
            step="signed_up",
            person=identity.key,
            user_id=user.user_id,
            condition=self._trusts[identity.provider].objection(identity).condition or None,
        )
        return self._brought_up_to_date(link, identity)

    def _after_conflict(self, identity: Identity) -> AccountLink | None:
        """Look again after "already exists".

        The address may be taken: by this person's own account, whose sign-up's answer was lost (it carries the
        password that only we can derive), by an account that nobody vouches for, or by one whose address TalentLMS
        takes for the same. Or just the user name is taken.
        """
        user = self._by_email(identity)
        if user is None:
            return None
        if not _is_same(user.email, identity.email):
            remedy = "TalentLMS takes this account's e-mail address for the person's, which differs; change one of them"
            raise self._refused(AccountTaken, identity, user, remedy)
        if self._trusts[identity.provider].vouches_for_email(identity):
            return self._adopted(identity, user)
        key = self._ownership.key_of(identity, user)
        if key:
            return self._adopted(identity, user, key)
        raise self._refused_for_email(EmailNotVerified, identity, user)

    def _refused_for_email(self, kind: type[GatewayError], identity: Identity, user: User | None) -> GatewayError:
        objection = self._trusts[identity.provider].objection(identity)
        return self._refused(kind, identity, user, objection.remedy, condition=objection.condition)

    def _refused(
        self, kind: type[GatewayError], identity: Identity, user: User | None, remedy: str, *, condition: str = ""
    ) -> GatewayError:
        self._write_refusal(kind, identity, user, remedy, condition=condition)
        return kind(f"{condition}: {remedy}" if condition else remedy)

    def _write_refusal(
        self,
        kind: type[GatewayError],
        identity: Identity,
        user: User | None,
        remedy: str,
        *,
        condition: str = "",
        linked_issuer: str = "",
    ) -> None:
        if self._refusals:
            self._refusals.failed(_refusals_of(identity))
        log.audit(
            "provisioning",
            outcome="refused",
            reason=kind.code,
            provider=identity.provider,
            person=identity.key,
            user_id=user.user_id if user else None,
            condition=condition or None,
            linked_issuer=linked_issuer or None,
            remedy=remedy,
        )


def _refusals_of(identity: Identity) -> str:
    return f"provisioning:person:{identity.key}"


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


def _is_same(one: str, other: str) -> bool:
    """Return whether two addresses or user names differ in nothing but case (``ß`` is not ``ss`` here)."""
    return one.lower() == other.lower()


def _link(identity: Identity, user: User, password_key: str, *, pending: bool) -> AccountLink:
    """Return a link whose profile is empty: TalentLMS has not been told yet."""
    return AccountLink(
        identity.issuer,
        identity.subject,
        user.user_id,
        user.login,
        password_key=password_key,
        pending=pending,
        email=identity.email,
    )
