"""Whose account is whose, by an operator's word."""

from collections.abc import Callable, Sequence
from typing import Literal

from gateway import log
from gateway.database.account_links import AccountLinks, Listed
from gateway.errors import UserNotFound
from gateway.flows.accounts import WAIT_SECONDS, Accounts
from gateway.flows.link_field import LinkField
from gateway.flows.person import Person
from gateway.store.locks import Locks
from gateway.talentlms.users import Users
from schemas.learner import AccountLink
from schemas.order import is_customer
from schemas.user import User

Likeness = Literal["providers", "provider and shop", "shops", "one provider", "one shop"]
"""Where people are known who look like the same one."""
_PAGE = 500


class People:
    """Links that an operator makes and ends; every one is in the audit trail, and so is every refusal.

    Args:
        users: TalentLMS's.
        account_links: whose each account is.
        accounts: says what may be linked.
        link_field: where TalentLMS keeps the link.
        locks: one sign-up or link of a person at a time.
        end_sessions: ends the sessions of a person (``Identity.key``).
        end_sessions_of_account: ends the sessions that lead to an account, by its id.
    """

    def __init__(
        self,
        users: Users,
        account_links: AccountLinks,
        accounts: Accounts,
        link_field: LinkField,
        locks: Locks,
        end_sessions: Callable[[str], object],
        end_sessions_of_account: Callable[[str], object],
    ) -> None:
        self._users = users
        self._account_links = account_links
        self._accounts = accounts
        self._link_field = link_field
        self._locks = locks
        self._end_sessions = end_sessions
        self._end_sessions_of_account = end_sessions_of_account

    def link(self, person: Person, account: str, *, replaces: bool) -> AccountLink:
        """Connect a person with an account; one call to TalentLMS, two where it was another person's.

        Args:
            person: who.
            account: TalentLMS's id, the e-mail address or the login of the account.
            replaces: whether other links of either may end, and with them the sessions.

        Raises:
            UserNotFound: there is no such account.
            ProvisioningRefused: as ``Adoption.connected``.
            ProvisioningBusy: the person is just being signed up.
            TalentLMSError: TalentLMS could not be asked; nothing was changed.
        """
        with self._locks.hold(f"person:{person.key}", wait=WAIT_SECONDS):
            return self._accounts.adoption.connected(person, self._account(account), replaces=replaces)

    def unlink(self, link: AccountLink) -> None:
        """End a link, and the sessions of the person and of the account; no call unless there is a custom field.

        Raises:
            TalentLMSError: the custom field could not be emptied, which would bring the link back; it is still there.
        """
        self._link_field.empty(link.user_id)
        self._account_links.forget(link)
        self._end_sessions(link.person)
        self._end_sessions_of_account(str(link.user_id))
        issuer, _ = link.former_identity
        person, user_id = link.former_person, link.user_id
        log.audit(
            "account_link", outcome="success", step="unlinked", person=person, user_id=user_id, linked_issuer=issuer
        )

    def unlink_account(self, user_id: int) -> bool:
        """End the link of an account; return whether there was one. The sessions that lead there end in any case."""
        owner = self._account_links.owner_of(user_id)
        if owner is None:
            self._end_sessions_of_account(str(user_id))
            return False
        self.unlink(owner)
        return True

    def unlink_issuer(self, issuer: str) -> int:
        """End the links of everybody whom one provider has signed in; return how many there were.

        No call unless there is a custom field; then one for each of them.

        Raises:
            TalentLMSError: a custom field could not be emptied; this link and those behind it are still there.
        """
        if not self._link_field.is_used:
            number = self._account_links.forget_issuer(issuer)
            _unlinked(issuer, number)
            return number
        number = 0
        try:
            while page := self._account_links.listed(issuer=issuer, at_most=_PAGE):
                for one in page:
                    self._link_field.empty(one.link.user_id)
                    self._account_links.forget(one.link)
                    number += 1
        finally:
            _unlinked(issuer, number)
        return number

    def _account(self, named: str) -> User:
        """Return the account that has the very address or login: how TalentLMS compares is not documented."""
        if named.isascii() and named.isdigit():
            return self._users.by_id(int(named))
        user = self._users.by_email(named.lower()) if "@" in named else self._users.by_username(named.lower())
        if named.lower() not in (user.email.lower(), user.login.lower()):
            raise UserNotFound(f"TalentLMS answers user {user.user_id}, who has another address or login")
        return user


def _unlinked(issuer: str, number: int) -> None:
    if number:
        log.audit("account_link", outcome="success", step="unlinked", linked_issuer=issuer, accounts=number)


def likeness(people: Sequence[Listed]) -> Likeness:
    """Return where people who look like the same one are known."""
    issuers = {one.link.former_identity[0] for one in people}
    shops = set(filter(is_customer, issuers))
    if shops and issuers - shops:
        return "provider and shop"
    if shops:
        return "shops" if len(shops) > 1 else "one shop"
    return "providers" if len(issuers) > 1 else "one provider"
