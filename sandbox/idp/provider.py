"""The provider's state in one object: what is registered, who is signed in, what is switched on."""

import secrets
import threading
from collections.abc import Mapping

from sandbox.idp.active import Active
from sandbox.idp.client import Client
from sandbox.idp.keys import KeyRing
from sandbox.idp.logout_token import Notice
from sandbox.idp.misbehaviour import Context
from sandbox.idp.person import PEOPLE, Person
from sandbox.idp.request_log import RequestLog
from sandbox.idp.sessions import Grant, Session, Shelf
from sandbox.idp.settings import ALGORITHMS, Settings


class Provider:
    """One OpenID provider.

    Args:
        issuer: Its own address without a slash at the end.
        client: The relying party; may be replaced later, when its addresses are known.
    """

    def __init__(self, issuer: str, client: Client) -> None:
        self.issuer = issuer
        self.client = client
        self.keys = KeyRing(ALGORITHMS)
        self.jwks_path = f"/jwks/{secrets.token_hex(8)}"
        self.closing = threading.Event()
        self.settings = Settings()
        self.active = Active()
        self.log = RequestLog()
        self.people: dict[str, Person] = {}
        self.sessions: Shelf[Session] = Shelf()
        self.ended: Shelf[Session] = Shelf()
        self.pending: Shelf[Mapping[str, str]] = Shelf()
        self.pushed: Shelf[Mapping[str, str]] = Shelf()
        self.codes: Shelf[Grant] = Shelf()
        self.access_tokens: Shelf[Grant] = Shelf()
        self.application_tokens: Shelf[float] = Shelf()
        self.notices: Shelf[Notice] = Shelf()
        self.assertion_ids: set[str] = set()
        self.reset()

    def reset(self) -> None:
        """Back to the state after start; the registered client and the keys stay."""
        self.settings = Settings()
        self.active.switch_off()
        self.log.clear()
        self.people = {person.id: person for person in PEOPLE}
        for shelf in (
            self.sessions,
            self.ended,
            self.pending,
            self.pushed,
            self.codes,
            self.access_tokens,
            self.application_tokens,
            self.notices,
        ):
            shelf.clear()
        self.assertion_ids = set()

    def context(self, grant: Grant | None = None, access_token: str = "") -> Context:
        """What a misbehaviour may look at now."""
        return Context(
            issuer=self.issuer,
            client=self.client,
            keys=self.keys,
            settings=self.settings,
            closing=self.closing,
            request=grant.request if grant else {},
            access_token=access_token,
        )

    def person_for(self, hint: str) -> Person | None:
        """Who is meant by an id, an e-mail address or a user name."""
        if hint in self.people:
            return self.people[hint]
        named = (one for one in self.people.values() if hint in _names(one))
        return next(named, None) if hint else None

    @property
    def cookie(self) -> str:
        """The session cookie's name: with the port, because cookies do not tell ports apart."""
        return f"sandbox_idp_{self.issuer.rpartition(':')[2].strip('/').replace('/', '_')}"


def _names(person: Person) -> tuple[object, object]:
    return person.claims.get("email"), person.claims.get("preferred_username")
