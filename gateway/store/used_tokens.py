"""Ids of tokens that were used, for as long as they could be replayed."""

from gateway.store.connection import Store
from schemas.identity import person_key


class UsedTokens:
    """Ids (``jti``) that have been seen."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def was_used(self, issuer: str, jti: str) -> bool:
        """Return whether a token's id was seen.

        Args:
            issuer: who made the token.
            jti: its id.
        """
        return self._store.ask("GET", _key(issuer, jti)) is not None

    def remember(self, issuer: str, jti: str, seconds: int) -> None:
        """Remember a token's id, once what it asked for is done.

        Args:
            issuer: who made the token.
            jti: its id.
            seconds: how long.
        """
        self._store.ask("SET", _key(issuer, jti), "1", "EX", seconds)


def _key(issuer: str, jti: str) -> str:
    return f"used-token:{person_key(issuer, jti)}"
