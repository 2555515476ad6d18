"""Signatures of webhooks: what all dialects have in common.

They are compared as the bytes that they stand for, in constant time, before anybody looks into the body.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence

from gateway.errors import WebhookSignatureWrong, WebhookStale, WebhookUnsigned

TOLERANCE_SECONDS = 300
"""How far from now, before or after, a signed time may be (Standard Webhooks; Stripe's libraries)."""

_TIME = re.compile(r"[0-9]{1,12}")
_DIGEST_IN_HEX = re.compile(r"[0-9a-f]{64}")  # bytes.fromhex would take blanks, too


def lowered(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers by their names in lower case."""
    return {name.lower(): value for name, value in headers.items()}


def signature_in(headers: Mapping[str, str], *names: str) -> str:
    """Return the first of the named headers that there is.

    Args:
        headers: names in lower case.
        names: likewise, each a spelling of the same.

    Raises:
        WebhookUnsigned: there is none, or it is empty.
    """
    found = next((headers[name] for name in names if headers.get(name)), None)
    if found is None:
        raise WebhookUnsigned(f"without {names[0]}")
    return found


def from_base64(text: str) -> bytes:
    """Return what a text in base64 stands for, padded or not; empty for anything else."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        return b""


def from_hex(text: str) -> bytes:
    """Return what hexadecimal digits in small letters stand for; empty for anything else."""
    return bytes.fromhex(text) if _DIGEST_IN_HEX.fullmatch(text) else b""


def to_base64(content: bytes) -> str:
    """Return bytes in base64."""
    return base64.b64encode(content).decode("ascii")


def digest(key: bytes, *pieces: bytes) -> bytes:
    """Return the HMAC-SHA256 of the pieces, one after the other."""
    mac = hmac.new(key, digestmod=hashlib.sha256)
    for piece in pieces:
        mac.update(piece)
    return mac.digest()


def check(given: Sequence[bytes], keys: Iterable[bytes], *pieces: bytes) -> None:
    """Pass over pieces that one of the keys signed.

    Args:
        given: the signatures that came along; one that holds is enough.
        keys: those of the storefront; after a rotation several. An empty one signs nothing.
        pieces: what is signed, one after the other.

    Raises:
        WebhookSignatureWrong: none holds.
    """
    holds = False
    for key in filter(None, keys):
        expected = digest(key, *pieces)
        holds |= any(hmac.compare_digest(expected, one) for one in given)
    if not holds:
        raise WebhookSignatureWrong("signed by none of webhook_secrets")


def is_time(text: str) -> bool:
    """Return whether a text is a time in epoch seconds, as a signature may name it."""
    return _TIME.fullmatch(text) is not None


def check_time(signed_at: str, now: float) -> None:
    """Pass over a time that is near now.

    Args:
        signed_at: epoch seconds in digits.
        now: epoch seconds.

    Raises:
        WebhookStale: it is not.
    """
    age = now - int(signed_at)
    if abs(age) > TOLERANCE_SECONDS:
        late = f"{int(age)} seconds old" if age > 0 else f"{int(-age)} seconds ahead of this clock"
        raise WebhookStale(f"its signature is {late}")
