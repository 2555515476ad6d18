"""Which TalentLMS account is whose: (issuer, subject) → user id, and back."""

from gateway.store.connection import Store
from gateway.store.records import packed, unpacked
from schemas.learner import AccountLink


class AccountLinks:
    """Account links. They last as long as the store; no account has two owners."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, person: str) -> AccountLink | None:
        """Return the link of a person (``Identity.key``)."""
        link: AccountLink | None = unpacked(AccountLink, self._store.ask("GET", _by_person(person)))
        return link

    def claim(self, link: AccountLink) -> bool:
        """Connect a person with an account, unless the account is another person's.

        Returns:
            Whether it is this person's now. Of two who claim one account at once, one gets it.
        """
        free = self._store.ask("SET", _by_user(link.user_id), link.person, "NX")
        if not free and self._store.ask("GET", _by_user(link.user_id)) != link.person.encode():
            return False
        self.update(link)
        return True

    def own(self, link: AccountLink) -> None:
        """Connect a person with the account that was just made for them; whoever had its id before had a dead one."""
        self._store.ask_all(
            [("SET", _by_user(link.user_id), link.person), ("SET", _by_person(link.person), packed(link))]
        )

    def update(self, link: AccountLink) -> None:
        """Write what is remembered of a person's account."""
        self._store.ask("SET", _by_person(link.person), packed(link))

    def forget(self, link: AccountLink) -> None:
        """Forget a link, in both directions."""
        self._store.ask_all([("DEL", _by_person(link.person)), ("DEL", _by_user(link.user_id))])


def _by_person(person: str) -> str:
    return f"account-link:person:{person}"


def _by_user(user_id: int) -> str:
    return f"account-link:user:{user_id}"
