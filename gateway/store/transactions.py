"""Sign-ins and sign-outs on their way to the provider and back: each can be completed once.

A sign-in itself is nowhere in the store: it travels in a cookie, see ``gateway/web/transactions.py``.
"""

import hashlib
import secrets

from gateway.store.connection import Store
from gateway.store.records import packed, unpacked
from schemas.transaction import Departure

DEPARTURE_SECONDS = 10 * 60


class UsedStates:
    """The states of sign-ins that came back: each can be used once."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def use(self, state: str, seconds: int) -> bool:
        """Use a state.

        Args:
            state: of a sign-in that this browser is known to have begun; others are not to be remembered.
            seconds: how long the sign-in could still be completed, at least 1.

        Returns:
            Whether this is the first use; of two at the same instant exactly one is.
        """
        claim = secrets.token_bytes(16)
        before = self._store.ask("SET", _used(state), claim, "NX", "GET", "EX", seconds)
        # it is also the first where the answer to an earlier try of this very command got lost
        return before is None or before == claim


class Departures:
    """Sign-outs on their way; single-use records, bound to the browser by the id in its cookie."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def remember(self, departure: Departure, browser: str) -> None:
        """Keep a departure for 10 minutes under the secret that this browser alone was given."""
        self._store.ask("SET", _key("departure", browser), packed(departure), "EX", DEPARTURE_SECONDS)

    def consume(self, browser: str) -> Departure | None:
        """Take a departure, once."""
        departure: Departure | None = unpacked(Departure, self._store.ask("GETDEL", _key("departure", browser)))
        return departure


def _key(state: str, browser: str) -> str:
    return "transaction:" + hashlib.sha256(f"{state}\n{browser}".encode()).hexdigest()


def _used(state: str) -> str:
    return "used-state:" + hashlib.sha256(state.encode()).hexdigest()
