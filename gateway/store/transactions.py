"""Sign-ins on their way to the provider and back: each can be consumed once, by the browser that began it."""

import hashlib
from dataclasses import dataclass

from gateway.store.connection import Store
from gateway.store.records import packed, unpacked
from schemas.transaction import Departure, Transaction

TRANSACTION_SECONDS = 15 * 60
DEPARTURE_SECONDS = 10 * 60

_TAKE = """
local record = redis.call('GET', KEYS[1])
if not record then return nil end
local first = redis.call('SET', KEYS[2], '1', 'NX', 'EX', ARGV[1])
return {record, first and 1 or 0}
"""


@dataclass(frozen=True)
class Replayed:
    """A callback of a sign-in that this browser has already finished, or is finishing in this very moment.

    Attributes:
        target: where that sign-in was to lead.
    """

    target: str


class Transactions:
    """Sign-in transactions.

    The record's key is made of the state *and* of the secret in the browser's cookie. So whoever holds only the
    state, from a leaked address, finds nothing and spoils nothing.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._take = store.script(_TAKE)

    def remember(self, transaction: Transaction, browser: str) -> None:
        """Keep a transaction for 15 minutes.

        Args:
            transaction: what to keep.
            browser: the secret that this browser alone was given.
        """
        self._store.ask("SET", _key(transaction.state, browser), packed(transaction), "EX", TRANSACTION_SECONDS)

    def consume(self, state: str, browser: str) -> Transaction | Replayed | None:
        """Take a transaction; of two callbacks at the same instant exactly one gets it. Made-up ones leave nothing.

        Returns:
            The transaction; ``Replayed`` where it was already taken; ``None`` where there is none.
        """
        key = _key(state, browser)
        record, first = self._take([key, f"{key}:taken"], [TRANSACTION_SECONDS]) or (None, 0)
        transaction: Transaction | None = unpacked(Transaction, record)
        if transaction is None:
            return None
        return transaction if first else Replayed(transaction.target)


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
