"""Which TalentLMS account is whose: (issuer, subject) → user id, and back."""

from gateway.store.connection import Store
from gateway.store.records import packed, unpacked
from schemas.learner import AccountLink

INTENT_SECONDS = 3600
PROOF_SECONDS = 3600

_FORGET = """
redis.call('DEL', KEYS[1])
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
"""


_UPDATE = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
"""

_CHANGE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
"""


class AccountLinks:
    """Account links. They last as long as the store; no account has two owners."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._forget = store.script(_FORGET)
        self._update = store.script(_UPDATE)
        self._change = store.script(_CHANGE)

    def find(self, person: str) -> AccountLink | None:
        """Return the link of a person (``Identity.key``)."""
        link: AccountLink | None = unpacked(AccountLink, self._store.ask("GET", _by_person(person)))
        return link

    def of_account(self, user_id: int) -> AccountLink | None:
        """Return the link of the person whose an account is; ``None`` where it is nobody's."""
        person: bytes | None = self._store.ask("GET", _by_user(user_id))
        return None if person is None else self.find(person.decode())

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
        before = self._store.ask("GET", _by_user(link.user_id))
        dead = [("DEL", _by_person(before.decode()))] if before and before.decode() != link.person else []
        mine = ("SET", _by_user(link.user_id), link.person), ("SET", _by_person(link.person), packed(link))
        self._store.ask_all([*dead, *mine, ("DEL", f"account-link:intent:{link.person}")])

    def intend(self, person: str, login: str) -> None:
        """Remember for an hour that a sign-up of this person with this user name is being sent."""
        self._store.ask("SET", f"account-link:intent:{person}", login, "EX", INTENT_SECONDS)

    def proof_failed(self, person: str) -> None:
        """Remember for an hour that a proof by password failed for this person."""
        self._store.ask("SET", f"account-link:proof:{person}", "1", "EX", PROOF_SECONDS)

    def may_prove(self, person: str) -> bool:
        """Return whether a proof by password may be tried for this person."""
        return self._store.ask("GET", f"account-link:proof:{person}") is None

    def intended(self, person: str) -> str:
        """Return the user name of a sign-up that was sent and of which nothing more is known; empty for none."""
        login: bytes | None = self._store.ask("GET", f"account-link:intent:{person}")
        return (login or b"").decode()

    def update(self, link: AccountLink) -> None:
        """Write what is remembered of a person's account, unless the account is another person's by now."""
        self._update([_by_person(link.person), _by_user(link.user_id)], [link.person, packed(link)])

    def change(self, before: AccountLink, after: AccountLink) -> None:
        """Write what is remembered anew, unless something else was written since ``before`` was read."""
        self._change([_by_person(before.person)], [packed(before), packed(after)])

    def forget(self, link: AccountLink) -> None:
        """Forget a link, in both directions; an account that is another person's by now stays theirs."""
        self._forget([_by_person(link.person), _by_user(link.user_id)], [link.person])

    def forget_account(self, user_id: int) -> bool:
        """Forget whose an account is.

        Returns:
            Whether it was anybody's.
        """
        person: bytes | None = self._store.ask("GET", _by_user(user_id))
        if person is not None:
            self._forget([_by_person(person.decode()), _by_user(user_id)], [person.decode()])
        return person is not None


def _by_person(person: str) -> str:
    return f"account-link:person:{person}"


def _by_user(user_id: int) -> str:
    return f"account-link:user:{user_id}"
