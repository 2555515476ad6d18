"""What is remembered of an account, and what TalentLMS knows of it, kept up to date."""

import time
from collections.abc import Mapping
from dataclasses import replace

from gateway import log
from gateway.database.account_links import AccountLinks
from gateway.errors import (
    AccountInactive,
    Conflict,
    DatabaseUnavailable,
    DryRun,
    InvalidRequest,
    SeatsUsedUp,
    TalentLMSError,
    WeakPassword,
    WrongPassword,
)
from gateway.flows.account_refusals import AccountRefusals
from gateway.flows.managed_password import ManagedPasswords
from gateway.flows.person import Person
from gateway.flows.profile import arguments_of
from gateway.talentlms.users import Users
from schemas.learner import SIGNED_UP, AccountLink, Learner
from schemas.user import User

RETRY_SECONDS = 24 * 3600
"""After how long TalentLMS is told again what it refused of a change."""

_REFUSED_PARTS: Mapping[type[TalentLMSError], str] = {Conflict: "email", WeakPassword: "password"}
"""What of a change an error is about."""
_ALWAYS_TAKEN = frozenset({"first_name", "last_name", "email", "password"})
"""What every domain has; the rest depends on how it is set up."""


class AccountUpkeep:
    """Accounts that are known.

    Args:
        users: TalentLMS's.
        account_links: what is remembered.
        passwords: the managed passwords.
        refusals: where it is written down that an account cannot be activated or changed.
    """

    def __init__(
        self, users: Users, account_links: AccountLinks, passwords: ManagedPasswords, refusals: AccountRefusals
    ) -> None:
        self._users = users
        self._account_links = account_links
        self._passwords = passwords
        self._refusals = refusals

    def brought_up_to_date(self, known: AccountLink, person: Person, user: User | None = None) -> AccountLink:
        """Tell TalentLMS what changed at the identity provider or with our keys since it was last told.

        What it refuses of a change keeps nobody out: it is told again when the person's profile changes, or after
        ``RETRY_SECONDS``.

        Args:
            known: what is remembered.
            person: whose it is.
            user: what TalentLMS knows of them, where that was just looked up.

        Raises:
            SeatsUsedUp: the account has never been active, and the plan has no room for it.
            AccountInactive: it has never been active, and TalentLMS does not activate it for another reason.
            TooManyAttempts: that was tried again and again.
        """
        if known.pending:
            self._activate(known, person)
        told = replace(known, pending=False, email=person.kept_email(known.email))
        may_retry = time.time() >= known.retry_at
        if known.profile != person.profile.digest or (may_retry and (known.retry_at or self._is_rotated(known))):
            told, user = self._told(told, person, user)
        if user is not None:
            self._refusals.of_type(person, user)
        if told != known:
            self._account_links.update(told)
        return told

    def _activate(self, known: AccountLink, person: Person) -> None:
        self._refusals.check(person)
        try:
            self._users.set_status(known.user_id, "active")
        except SeatsUsedUp as error:
            raise self._refusals.by_talentlms(person, error) from None
        except InvalidRequest as error:
            remedy = f"activate the account in TalentLMS, which does not let the gateway do it ({error.note})"
            raise self._refusals.because(AccountInactive, person, None, remedy) from None

    def _is_rotated(self, known: AccountLink) -> bool:
        return known.password_key not in ("", self._passwords.current_key)

    def _told(self, known: AccountLink, person: Person, user: User | None) -> tuple[AccountLink, User | None]:
        """Return what is remembered afterwards, and what TalentLMS knows of the account by now, if anybody was told."""
        profile, key = person.profile, known.password_key
        is_due = known.profile != profile.digest or known.retry_at
        change = profile.unlike(user, is_new=known.profile == SIGNED_UP) if is_due else {}
        if self._is_rotated(known):
            key = self._key_after_rotation(known, person)
            change |= {"password": self._passwords.new(person.key)} if key == self._passwords.current_key else {}
        try:
            taken, answered = self._taken(known.user_id, person, change)
        except DryRun:  # it keeps nobody out either, and is told once it may be
            return (known if "password" in change else replace(known, password_key=key)), user
        if "password" in change and "password" not in taken:
            key = known.password_key
        retry_at = 0 if taken == change else int(time.time()) + RETRY_SECONDS
        link = replace(known, profile=profile.digest, password_key=key, retry_at=retry_at)
        return link, answered or user

    def _key_after_rotation(self, known: AccountLink, person: Person) -> str:
        """Return the newest key; empty where the person has set a password of their own, which stays theirs.

        Where the old key is gone nobody can tell whether they have. A password by that key, which may have become
        known, is replaced all the same; but not by word of somebody who may be anybody, whom it would let in then.
        """
        old = self._passwords.of(known.person, known.password_key)
        if old is None:
            return known.password_key if person.is_anybody else self._passwords.current_key
        try:
            self._users.log_in(known.login, old)
        except WrongPassword:
            return ""
        except AccountInactive:
            pass  # it may be switched on again
        return self._passwords.current_key

    def _taken(self, user_id: int, person: Person, change: dict[str, str]) -> tuple[dict[str, str], User | None]:
        """Return what TalentLMS takes of a change, and the account as it answers.

        Where it says what it refuses, the rest is told all the same. Where it does not say so, it is told once more
        without what the mapping tells besides names and address.
        """
        user = None
        while change:
            try:
                user = self._users.edit(user_id, **arguments_of(change))
            except (Conflict, InvalidRequest) as error:
                self._refusals.of_change(person, user_id, error)
                named = {part for kind, part in _REFUSED_PARTS.items() if isinstance(error, kind)}
                refused = named & change.keys() or change.keys() - _ALWAYS_TAKEN or set(change)
                change = {part: value for part, value in change.items() if part not in refused}
            else:
                break
        return change, user

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
