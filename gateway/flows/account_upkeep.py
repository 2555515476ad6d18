"""What is remembered of an account, and what TalentLMS knows of it, kept up to date."""

from dataclasses import replace

from gateway import log
from gateway.database.account_links import AccountLinks
from gateway.errors import AccountInactive, Conflict, DatabaseUnavailable, InvalidRequest, SeatsUsedUp, WrongPassword
from gateway.flows.account_refusals import AccountRefusals
from gateway.flows.managed_password import ManagedPasswords
from gateway.flows.person import Person
from gateway.talentlms.users import Users
from schemas.identity import Identity
from schemas.learner import AccountLink, Learner
from schemas.user import User


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

        Args:
            known: what is remembered.
            person: whose it is.
            user: what TalentLMS knows of them, where that was just looked up.
        """
        profile, newest = person.profile, self._passwords.current_key
        rotated = known.password_key not in ("", newest)
        if known.profile == profile.digest and not rotated and not known.pending:
            return self._with_address(known, person.identity)
        if known.pending:
            self._activate(known, person)
        key = self._key_after_rotation(known) if rotated else known.password_key
        password = self._passwords.new(person.key) if rotated and key else None
        if known.profile != profile.digest or password:
            self._tell(known.user_id, person, profile.unlike(user), password)
        told = replace(known, profile=profile.digest, password_key=key, pending=False, email=person.identity.email)
        self._account_links.update(told)
        return told

    def _with_address(self, known: AccountLink, identity: Identity) -> AccountLink:
        """Remember the address by which an operator looks for the person, also where nobody verifies it."""
        if known.email == identity.email:
            return known
        moved = replace(known, email=identity.email)
        self._account_links.update(moved)
        return moved

    def _activate(self, known: AccountLink, person: Person) -> None:
        try:
            self._users.set_status(known.user_id, "active")
        except SeatsUsedUp as error:
            raise self._refusals.by_talentlms(person, error) from None

    def _key_after_rotation(self, known: AccountLink) -> str:
        """Return the newest key; empty where the person has set a password of their own, which stays theirs."""
        old = self._passwords.of(known.person, known.password_key)
        if old is None:
            return self._passwords.current_key
        try:
            self._users.log_in(known.login, old)
        except WrongPassword:
            return ""
        except AccountInactive:
            pass  # it may be switched on again
        return self._passwords.current_key

    def _tell(self, user_id: int, person: Person, details: dict[str, str], password: str | None) -> None:
        try:
            self._edit(user_id, person, details, password)
        except Conflict:
            # the new address is another account's: the names are told, the address waits for a person to decide
            log.audit(
                "profile",
                outcome="refused",
                person=person.key,
                user_id=user_id,
                remedy="the person's new e-mail address belongs to another TalentLMS account; merge or change one",
            )
            self._edit(user_id, person, details | {"email": ""}, password)

    def _edit(self, user_id: int, person: Person, details: dict[str, str], password: str | None) -> None:
        first, last, email = (details.get(name) for name in ("first_name", "last_name", "email"))
        if not (first or last or email or password):
            return
        try:
            self._users.edit(user_id, first_name=first, last_name=last, email=email, password=password)
        except InvalidRequest as error:
            raise self._refusals.by_talentlms(person, error) from None

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
