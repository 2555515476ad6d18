"""Ids of tokens that were used, for as long as they could be replayed."""

import secrets

from gateway.store.connection import Store
from gateway.store.keys import tagged
from schemas.identity import person_key

CLAIM_SECONDS = 30
"""How long a claim lasts whose holder died; longer than any holder may work (15 s)."""


def claimed(store: Store, key: str, seconds: int) -> bool:
    """Take a key for a while; return whether nobody had it. Of two at the same instant exactly one gets it."""
    claim = secrets.token_bytes(16)
    before = store.ask("SET", key, claim, "NX", "GET", "EX", seconds)
    # nobody had it either where the answer to an earlier try of this very command got lost
    return before is None or before == claim


class UsedTokens:
    """Ids (``jti``) that have been seen.

    A claim comes first, so that of the same token sent twice at once one is carried out. It is short: should the
    work fail half-way, or the process end, the provider may send it again.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def claim(self, issuer: str, jti: str) -> bool:
        """Take a token's id upon oneself, to do what it asks for.

        Args:
            issuer: who made the token.
            jti: its id.

        Returns:
            Whether nobody did so before.
        """
        return claimed(self._store, _key(issuer, jti), CLAIM_SECONDS)

    def release(self, issuer: str, jti: str) -> None:
        """Give a claim back of which nothing came."""
        self._store.ask("DEL", _key(issuer, jti))

    def remember(self, issuer: str, jti: str, seconds: int) -> None:
        """Remember a token's id, once what it asked for is done.

        Args:
            issuer: who made the token.
            jti: its id.
            seconds: how long.
        """
        self._store.ask("SET", _key(issuer, jti), "1", "EX", seconds)


def _key(issuer: str, jti: str) -> str:
    return tagged(f"used-token:{person_key(issuer, jti)}")
