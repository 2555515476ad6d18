"""Signed-in people: their sessions, put into Redis by the gateway's own classes.

Which account is whose stands in a session, so that a click asks the database for nothing.
"""

from dataclasses import dataclass

from gateway.store.connection import connect
from gateway.store.sessions import Sessions
from gateway.web.cookies import PREFIX, SESSION_COOKIE
from schemas.identity import Identity
from schemas.learner import Learner
from schemas.secret import Secret

ISSUER = "https://idp.example"
IDLE_SECONDS = 3600
LIFETIME_SECONDS = 43200
_ID_TOKEN = "e" * 900
"""As long as one with a handful of claims and an RS256 signature."""


@dataclass(frozen=True)
class Person:
    """Somebody with a session.

    Attributes:
        user_id: of the TalentLMS account.
        cookie: what the browser sends, ``name=value``.
    """

    user_id: int
    cookie: str


def signed_in(redis_url: str, count: int) -> list[Person]:
    """Sign people in whose accounts are known, and return them; the store is emptied first.

    Args:
        redis_url: the gateway's store.
        count: how many.
    """
    store = connect(Secret(redis_url))
    store.ask("FLUSHALL", "ASYNC")
    sessions = Sessions(store, IDLE_SECONDS, LIFETIME_SECONDS)
    return [_sign_in(sessions, number) for number in range(1, count + 1)]


def _sign_in(sessions: Sessions, number: int) -> Person:
    identity = Identity(
        issuer=ISSUER,
        subject=f"00u{number:017d}",
        provider="default",
        email=f"person.{number}@example.com",
        email_verified=True,
        username=f"person.{number}",
        given_name="Kim",
        family_name="Lee",
        language="en",
    )
    session_id = sessions.create(identity, Secret(_ID_TOKEN), sid=f"sid-{number}").reveal()
    session = sessions.find(session_id)
    if session is None:
        raise LookupError("a session that was just made is not there")
    sessions.keep_learner(session, Learner(number, identity.username, identity.key))
    return Person(number, f"{PREFIX}{SESSION_COOKIE}={session_id}")
