"""Customer → account: whose course an order's line is.

An order may enrol the account that has the customer's e-mail address, for enrolling opens nothing; it links nobody to
it. Only who has no account is signed up, and that account is the customer's.
"""

from collections.abc import Collection
from dataclasses import dataclass

from gateway.database.account_links import AccountLinks
from gateway.errors import AccountInactive, EmailNotVerified, UserNotFound
from gateway.flows.accounts import Accounts
from gateway.flows.dead_letters import ADMINISTRATOR, NO_EMAIL, DeadLetter
from gateway.flows.person import Person
from gateway.flows.trust import Trust
from gateway.talentlms.client import TalentLMS
from schemas.identity import Identity
from schemas.learner import Learner
from schemas.order import Customer
from schemas.user import User
from schemas.user_type import is_administrators

SIGN_UP_SECONDS = 30.0
"""How long is waited for another sign-up of the same customer."""


@dataclass(frozen=True)
class Holder:
    """Whose a seat is.

    Attributes:
        person: ``Identity.key``.
        user_id: their account.
    """

    person: str
    user_id: int


class CustomerAccounts:
    """Accounts of customers.

    Args:
        lms: TalentLMS.
        account_links: which accounts are known.
        accounts: signs customers up.
        learner_types: user types whose accounts an order may enrol.
    """

    def __init__(
        self, lms: TalentLMS, account_links: AccountLinks, accounts: Accounts, learner_types: Collection[str]
    ) -> None:
        self._lms = lms
        self._account_links = account_links
        self._accounts = accounts
        self._learner_types = learner_types

    def holder(self, storefront: str, customer: Customer) -> Holder:
        """Return a customer's account; one call where it is known, two or three where they have to be signed up.

        A known one is looked at, too: it may have become an administrator's, or be switched off.

        Raises:
            DeadLetter: there is none, and there can be none.
            GatewayError: as ``Accounts.ensure``.
        """
        if not (customer.id or customer.email):
            raise DeadLetter(NO_EMAIL)
        identity = customer.identity(storefront)
        known = self._account_links.find(identity.key)
        if known is not None and not known.pending:
            holder = Holder(identity.key, known.user_id)
            if self._is_there(holder):
                return holder
            known = None
        if not customer.email:
            raise DeadLetter(NO_EMAIL)
        user = self._by_email(customer.email) if known is None else None
        if user is None:
            try:
                return Holder(identity.key, self._signed_up(identity).user_id)
            except EmailNotVerified:  # somebody else was quicker: the same address by another name, at another shop
                user = self._by_email(customer.email)
                if user is None:
                    raise
        self._check(user)
        return Holder(identity.key, user.user_id)

    def known(self, person: str) -> int:
        """Return the account that is remembered as a person's (``Identity.key``); 0 for none."""
        known = self._account_links.find(person)
        return known.user_id if known else 0

    def gone(self, holder: Holder) -> None:
        """Forget an account of which TalentLMS says that it does not exist."""
        self._accounts.forget(Learner(holder.user_id, "", holder.person))

    def _is_there(self, holder: Holder) -> bool:
        try:
            user = self._lms.users.by_id(holder.user_id)
        except UserNotFound:
            self.gone(holder)
            return False
        self._check(user)
        return True

    def _signed_up(self, identity: Identity) -> Learner:
        return self._accounts.ensure(Person(identity, Trust(is_shop=True)), wait=SIGN_UP_SECONDS)

    def _by_email(self, email: str) -> User | None:
        try:
            user = self._lms.users.by_email(email)
        except UserNotFound:
            return None
        return user if user.email.lower() == email.lower() else None

    def _check(self, user: User) -> None:
        if is_administrators(user.user_type):
            raise DeadLetter(ADMINISTRATOR, f"user {user.user_id}")
        if user.user_type not in self._learner_types:
            raise DeadLetter("account-not-a-learner", f"user {user.user_id}, {user.user_type}")
        if not user.active:
            raise DeadLetter(AccountInactive.code, f"user {user.user_id}")
