"""People who are to be forgotten: what is kept of them here, and their link in TalentLMS, at an operator's word.

TalentLMS comes first, where there is a custom field to be emptied: while that cannot be done nothing is erased, since
the field would bring the link back, and nobody would know any more that it has to be emptied.
"""

from collections.abc import Callable, Collection

from gateway import log
from gateway.database.account_links import AccountLinks
from gateway.database.audit_trail import AuditTrail, Whose
from gateway.database.erased_people import ErasedPeople
from gateway.flows.link_field import LinkField


class Erasure:
    """Erasure of people; that it was done is in the audit trail, of whom is not.

    Args:
        account_links: whose account is whose.
        link_field: where TalentLMS keeps the link.
        erased_people: erases what the database has.
        audit_trail: who did what.
        end_sessions: ends the sessions of a person (``Identity.key``).
        end_sessions_of_account: ends the sessions that lead to an account, by its id.
    """

    def __init__(
        self,
        account_links: AccountLinks,
        link_field: LinkField,
        erased_people: ErasedPeople,
        audit_trail: AuditTrail,
        end_sessions: Callable[[str], object],
        end_sessions_of_account: Callable[[str], object],
    ) -> None:
        self._account_links = account_links
        self._link_field = link_field
        self._erased_people = erased_people
        self._audit_trail = audit_trail
        self._end_sessions = end_sessions
        self._end_sessions_of_account = end_sessions_of_account

    def person(self, person: str) -> int:
        """Erase a person, and take them out of the audit trail; orders of theirs stay as they are.

        Args:
            person: their key (``Identity.key``), whether or not an account is theirs.

        Returns:
            How many rows and entries were theirs.

        Raises:
            TalentLMSError: the custom field could not be emptied; nothing was erased.
        """
        link = self._account_links.find(person)
        keys = {person, link.former_person} if link else {person}
        user_ids = self._ended(keys)
        rows = self._erased_people.erase_keys(keys)
        entries = self._audit_trail.erase(Whose(keys, user_ids))
        if rows:
            log.audit("erasure", outcome="success", rows=rows)
        return rows + entries

    def orders(self, email: str) -> int:
        """Erase a person from all orders, with the links by which a shop's customer was known.

        Returns:
            How many orders had the address.

        Raises:
            TalentLMSError: as ``person``.
        """
        self._ended(self._erased_people.people_of(email))
        erased = self._erased_people.erase(email)
        if erased:
            log.audit("erasure", outcome="success", orders=erased)
        return erased

    def _ended(self, people: Collection[str]) -> Collection[int]:
        """End what TalentLMS and the sessions know of people's links; return the accounts that they had."""
        user_ids = {link.user_id for link in map(self._account_links.find, people) if link is not None}
        for user_id in sorted(user_ids):
            self._link_field.empty(user_id)
        for person in people:
            self._end_sessions(person)
        for user_id in sorted(user_ids):
            self._end_sessions_of_account(str(user_id))
        return user_ids
