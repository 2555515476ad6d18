"""Sign-ins and sign-outs on their way to the provider and back: each can be completed once.

A sign-in itself is nowhere in the store: it travels in a cookie, see ``gateway/web/transaction_cookies.py``.
"""

import hashlib
import secrets

from gateway.store.connection import Store
from gateway.store.keys import tagged
from gateway.store.records import packed, unpacked
from gateway.store.used_tokens import claimed
from schemas.transaction import Departure

DEPARTURE_SECONDS = 10 * 60
REPEAT_SECONDS = 15
"""How long a departure that was taken may be taken by the same claim: the store repeats a question whose answer got
lost, at once or when another server has taken over."""
_TAKE = """
local record = redis.call('GET', KEYS[1])
if not record then return nil end
local claim, taken = string.match(record, '^(%x+) (.*)$')
if claim then return claim == ARGV[1] and taken or nil end
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. record, 'EX', ARGV[2])
return record
"""


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
            Whether this is the first use.
        """
        return claimed(self._store, _used(state), seconds)


class Departures:
    """Sign-outs on their way; single-use records, bound to the browser by the id in its cookie."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._take = store.script(_TAKE)

    def remember(self, departure: Departure, browser: str) -> None:
        """Keep a departure for 10 minutes under the secret that this browser alone was given."""
        self._store.ask("SET", _key(browser), packed(departure), "EX", DEPARTURE_SECONDS)

    def take(self, browser: str) -> Departure | None:
        """Take a departure, once."""
        record = self._take([_key(browser)], [secrets.token_hex(16), REPEAT_SECONDS])
        departure: Departure | None = unpacked(Departure, record)
        return departure


def _key(browser: str) -> str:
    return tagged("departure:" + hashlib.sha256(browser.encode()).hexdigest())


def _used(state: str) -> str:
    return tagged("used-state:" + hashlib.sha256(state.encode()).hexdigest())
