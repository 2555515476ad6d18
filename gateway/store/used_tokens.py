"""Ids of tokens that were used, for as long as they could be replayed."""

from gateway.store.connection import Store
from schemas.identity import person_key


class UsedTokens:
    """Ids (``jti``) that have been seen."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def is_first_use(self, issuer: str, jti: str, seconds: int) -> bool:
        """Remember a token's id and return whether it is new; of two at the same instant one is.

        Args:
            issuer: who made the token.
            jti: its id.
            seconds: how long to remember it.
        """
        return bool(self._store.ask("SET", f"used-token:{person_key(issuer, jti)}", "1", "NX", "EX", seconds))
