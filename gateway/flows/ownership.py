"""Is this account one that we signed up for this very person, though nobody remembers?

The answer of a sign-up can get lost, and so can the database. The account then carries the password that only we can
derive, and that proves it.
"""

from gateway.database.account_links import AccountLinks
from gateway.errors import AccountInactive, InvalidRequest, WrongPassword
from gateway.flows.managed_password import ManagedPasswords
from gateway.flows.profile import logins_for
from gateway.talentlms.users import Users
from schemas.identity import Identity
from schemas.learner import AccountLink
from schemas.user import User


class Ownership:
    """Proof that an account is ours: the fingerprint of the key whose managed password it carries; empty for none.

    Args:
        users: where TalentLMS checks passwords.
        account_links: which sign-ups' answers were lost.
        passwords: what a managed password is.
    """

    def __init__(self, users: Users, account_links: AccountLinks, passwords: ManagedPasswords) -> None:
        self._users = users
        self._account_links = account_links
        self._passwords = passwords

    def key_of(self, identity: Identity, user: User) -> str:
        """Return the key of an account that people sign in to.

        A wrong password could lock the account's owner out, so each person's are tried at most once an hour.
        """
        if user.login not in logins_for(identity) or not self._account_links.may_prove(identity.key):
            return ""
        for key in self._passwords.keys:
            if self._outcome(identity, user, key) == "signed in":
                return key
        self._account_links.proof_failed(identity.key)
        return ""

    def key_of_unfinished(self, identity: Identity, user: User) -> str:
        """Return the key of an account whose sign-up's answer was lost before it could be activated.

        An account that somebody switched off is none: it was there before, and carries another password.
        """
        if user.active or user.login != self._account_links.intended(identity.key):
            return ""
        key = self._passwords.current_key
        return key if self._outcome(identity, user, key) == "inactive" else ""

    def taken_back(self, identity: Identity, user: User) -> str:
        """Give an account a new managed password, so that nobody who had it opens it by one of their own any more.

        Returns:
            The fingerprint of the password's key.

        Raises:
            InvalidRequest: TalentLMS does not take it.
        """
        self._users.edit(user.user_id, password=self._passwords.new(identity.key))
        return self._passwords.current_key

    def passed_on(self, before: AccountLink, identity: Identity, user: User) -> str:
        """Return the key of an account that a person brings along from another provider.

        It gets a password by their new identity in place of the one by their former. A password that they have set
        themselves stays, and so does one for which TalentLMS takes no other.
        """
        if not before.password_key:
            return ""
        former = self._passwords.of(before.former_person, before.password_key)
        try:
            if former is not None:
                self._users.log_in(user.login, former)
            return self.taken_back(identity, user)
        except (WrongPassword, InvalidRequest):
            return ""

    def _outcome(self, identity: Identity, user: User, key: str) -> str:
        try:
            self._users.log_in(user.login, self._passwords.of(identity.key, key) or "-")
        except WrongPassword:
            return "wrong password"
        except AccountInactive:
            return "inactive"
        return "signed in"
