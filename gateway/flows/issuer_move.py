"""Everybody of one identity provider moves to another, whose subjects nobody knows yet.

Their accounts are kept for them: a link says at which provider the account's owner is expected. The first person who
signs in there with the account's verified address gets it. Nobody else does meanwhile, and nobody is merged.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gateway import log
from gateway.database.account_links import AccountLinks
from gateway.flows.trust import Trust
from schemas.identity import Identity
from schemas.learner import AccountLink, expected_at

_PAGE = 500


@dataclass(frozen=True)
class Step:
    """What becomes of one person.

    Attributes:
        link: as it is.
        obstacle: why they stay where they are; empty where they can be moved.
    """

    link: AccountLink
    obstacle: str


class IssuerMove:
    """A move.

    Args:
        account_links: whose each account is.
        end_sessions: ends the sessions of a person (``Identity.key``).
        old: the former provider's issuer.
        new: the other provider's issuer.
        trust: what the other provider is trusted with.
    """

    def __init__(
        self, account_links: AccountLinks, end_sessions: Callable[[str], object], old: str, new: str, trust: Trust
    ) -> None:
        self._account_links = account_links
        self._end_sessions = end_sessions
        self._old = old
        self._new = new
        self._trust = trust

    def steps(self) -> Iterator[Step]:
        """Go through everybody of the former provider; nothing is changed, and TalentLMS is not asked."""
        expected = expected_at(self._new)
        shared = self._account_links.shared_emails({self._old, self._new, expected})
        for link in self._all(self._old):
            yield Step(link, self._obstacle(link, is_shared=link.email in shared))

    def apply(self, link: AccountLink) -> bool:
        """Move one person of ``steps`` who has no obstacle; return whether it was done.

        It is not done where the account has become another person's meanwhile. Interrupted, it is done by ``finish``.
        """
        is_moved = self._account_links.claim(link.moved(self._new), instead_of=link)
        if is_moved:
            self._end_sessions(link.former_person)
        person, user_id, outcome = link.former_person, link.user_id, "success" if is_moved else "refused"
        log.audit(
            "account_link", outcome=outcome, step="expected", person=person, user_id=user_id, linked_issuer=self._new
        )
        return is_moved

    def finish(self) -> int:
        """End once more the sessions of those who are moved already; return of how many."""
        number = 0
        for link in self._all(expected_at(self._new)):
            if link.former_identity[0] == self._old:
                self._end_sessions(link.former_person)
                number += 1
        return number

    def _all(self, issuer: str) -> Iterator[AccountLink]:
        after = ""
        while page := self._account_links.listed(issuer=issuer, after=after, at_most=_PAGE):
            yield from (one.link for one in page)
            after = page[-1].link.person

    def _obstacle(self, link: AccountLink, *, is_shared: bool) -> str:
        if not link.email:
            return "no e-mail address is known"
        if is_shared:
            return "another person there or at the other provider has the same address"
        if link.pending:
            return "the account was never activated"
        if not self._trust.may_tell_email(Identity(self._new, "", "", email=link.email)):
            return "the address is not of trusted_email_domains"
        return ""
