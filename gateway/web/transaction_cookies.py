"""The cookies in which sign-ins travel to the provider and back, sealed by the gateway's keys.

So beginning a sign-in writes nothing anywhere, and thousands of them take nothing from anybody. A cookie opens
only together with the state and at the provider that it was made for, and only in the browser that has it.
"""

import base64
import binascii
import hashlib
import json
import re
import time
from collections.abc import Sequence
from dataclasses import astuple, replace

from flask import Request, Response

from gateway.flows.sign_in import TRANSACTION_SECONDS
from gateway.keyring import Keyring
from gateway.web.cookies import TRANSACTION_COOKIE, Cookies
from schemas.transaction import RANDOM_BYTES, Hints, Transaction

AT_ONCE = 10
"""Sign-ins under way per browser (RFC 9700, 2.1)."""
TARGET_LENGTH = 400
"""Of a longer target only the path travels: ten sign-ins that begin in the same moment know nothing of each other, and
their cookies have to fit into one header all the same. Hints for which there is no room beside the target do not."""
TOGETHER_BYTES = 6000
"""What their cookies take in all, names and values; gunicorn and nginx refuse a header beyond 8190 bytes."""

_PURPOSE = "transaction"
_RANDOM_END = 2 * RANDOM_BYTES
_AGAIN, _CHOSEN = 1, 2
_VALUE = re.compile(r"([0-9]{13})\.([A-Za-z0-9_-]{1,4000})", re.ASCII)


class TransactionCookies:
    """Sign-ins under way, each in a cookie of its own.

    The value is the time, in milliseconds, by which the oldest is found, and the sealed rest: 0.25 KB with the target
    of a course. Ten that are begun in the same moment, when none knows of the others, stay below 8190 bytes.

    Args:
        keyring: what seals them.
        cookies: how they travel.
    """

    def __init__(self, keyring: Keyring, cookies: Cookies) -> None:
        self._keyring = keyring
        self._cookies = cookies

    def put(self, request: Request, response: Response, transaction: Transaction) -> None:
        """Give the browser the cookie of a sign-in that begins; the oldest others make room."""
        name, value = _name(transaction.state), self._sealed(_fitting(transaction))
        self._make_room(request, response, self._cookies.size(name, value))
        self._cookies.put(response, name, value, TRANSACTION_SECONDS)

    def find(self, request: Request, provider: str, state: str) -> Transaction | None:
        """Return the sign-in that this browser began with this state at this provider, ``None`` for none.

        It may have expired.
        """
        value = _VALUE.fullmatch(self._cookies.get(request, _name(state)) or "")
        if value is None:
            return None
        try:
            sealed = _bytes_of(value[2])
        except binascii.Error:
            return None
        content = self._keyring.opened(_PURPOSE, sealed, _context(provider, state))
        return None if content is None else _unpacked(content, provider, state)

    def _sealed(self, transaction: Transaction) -> str:
        context = _context(transaction.provider, transaction.state)
        sealed = self._keyring.seal(_PURPOSE, _packed(transaction), context)
        return f"{time.time_ns() // 1_000_000}.{_text_of(sealed)}"

    def _make_room(self, request: Request, response: Response, size: int) -> None:
        values = {
            name: self._cookies.get(request, name) or "" for name in self._cookies.names(request, TRANSACTION_COOKIE)
        }
        newest_first = sorted(values, key=lambda name: _made_at(values[name]), reverse=True)
        for kept, name in enumerate(newest_first, start=1):
            size += self._cookies.size(name, values[name])
            if kept >= AT_ONCE or size >= TOGETHER_BYTES:
                self._cookies.drop(response, name)


def _fitting(transaction: Transaction) -> Transaction:
    """Return a transaction that has room: with its target, the target's path or ``/``, and with all hints or one."""
    target, hints = transaction.target, transaction.hints
    short = next((text for text in (target, target.partition("?")[0]) if len(text) <= TARGET_LENGTH), "/")
    fits = len(short) + len(_written(astuple(hints))) <= TARGET_LENGTH
    return replace(transaction, target=short, hints=hints if fits else Hints(prompt=hints.prompt))


def _name(state: str) -> str:
    return TRANSACTION_COOKIE + hashlib.sha256(state.encode()).hexdigest()[:12]


def _context(provider: str, state: str) -> str:
    return f"{provider}\n{state}"


def _made_at(value: str) -> int:
    found = _VALUE.fullmatch(value)
    return int(found[1]) if found else 0


def _packed(transaction: Transaction) -> bytes:
    """Return what the cookie holds: nonce and verifier as bytes, since every byte counts, and the rest as JSON."""
    hints = astuple(transaction.hints) if transaction.hints != Hints() else ()
    rest = (transaction.begun_at, transaction.target, _marks(transaction), *hints)
    return _bytes_of(transaction.nonce) + _bytes_of(transaction.code_verifier) + _written(rest)


def _marks(transaction: Transaction) -> int:
    return _AGAIN * transaction.again + _CHOSEN * transaction.chosen


def _unpacked(content: bytes, provider: str, state: str) -> Transaction | None:
    """Return the transaction of an opened cookie; ``None`` for one that another version wrote differently."""
    nonce, code_verifier, rest = content[:RANDOM_BYTES], content[RANDOM_BYTES:_RANDOM_END], content[_RANDOM_END:]
    try:
        begun_at, target, marks, *hints = json.loads(rest)
        given, again, chosen = Hints(*hints), bool(marks & _AGAIN), bool(marks & _CHOSEN)
    except (ValueError, TypeError):
        return None
    secrets = _text_of(nonce), _text_of(code_verifier)
    return Transaction(state, *secrets, provider, target, begun_at, given, again, chosen)


def _written(values: Sequence[str | int]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def _text_of(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
