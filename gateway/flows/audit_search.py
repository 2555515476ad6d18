"""What an operator knows of somebody → which entries of the audit trail are theirs."""

import re
from collections.abc import Collection

from gateway.database.account_links import AccountLinks
from gateway.database.audit_trail import Whose
from gateway.database.order_listing import OrderListing
from gateway.flows.password_sign_in import person_of
from schemas.order import Customer

_KEY = re.compile(r"[0-9a-f]{32}")
_USER_ID = re.compile(r"[0-9]{1,10}")
_REFERENCE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")


class AuditSearch:
    """People, found by whatever is known of them.

    Args:
        account_links: which account is whose.
        orders: who bought.
        storefronts: the names of those that there are.
    """

    def __init__(self, account_links: AccountLinks, orders: OrderListing, storefronts: Collection[str]) -> None:
        self._account_links = account_links
        self._orders = orders
        self._storefronts = storefronts

    def whose(self, wanted: str) -> Whose:
        """Return which entries are meant.

        Args:
            wanted: a person's key, an e-mail address, a user name, a subject, TalentLMS's id of an account, or the
                reference code of one request. All that it can stand for is looked for.

        Raises:
            DatabaseUnavailable: the database cannot be asked.
        """
        links = [one.link for one in self._account_links.listed(wanted)] if wanted else []
        persons = {link.person for link in links} | {person_of(wanted)}
        if _KEY.fullmatch(wanted):
            persons.add(wanted)
        if "@" in wanted:
            guest = Customer(wanted.lower())
            persons |= {guest.identity(name).key for name in self._storefronts}
            persons.update(self._orders.persons_of(guest.email))
        user_ids = {link.user_id for link in links}
        if _USER_ID.fullmatch(wanted) and int(wanted):
            user_ids.add(int(wanted))
        reference = wanted.upper()
        return Whose(persons, user_ids, reference if _REFERENCE.fullmatch(reference) else "")
