"""A session: one browser in which one person is signed in."""

from dataclasses import dataclass

from schemas.identity import Identity
from schemas.learner import Learner
from schemas.secret import Secret


@dataclass(frozen=True)
class Session:
    """What the gateway remembers of a signed-in browser.

    Attributes:
        handle: the SHA-256 of the id in the cookie; the id itself is stored nowhere.
        identity: who signed in.
        expires_at: the absolute end, epoch seconds.
        id_token: for the ``id_token_hint`` of the logout; empty where there is none.
        sub: the ID token's ``sub``, by which the provider's logout notices name the person.
        sid: the provider's own session id, or empty.
        learner: the person's account, once it has been looked up in this session.
        logout_hint: for the logout at the provider, where there is no ID token; or empty.
    """

    handle: str
    identity: Identity
    expires_at: int
    id_token: Secret
    sub: str = ""
    sid: str = ""
    learner: Learner | None = None
    logout_hint: str = ""
