"""The gateway's keys (``GATEWAY_SECRET_KEYS``): what they sign and seal, and what is derived from them.

The first key signs, seals and derives, all verify and open, so a key is rotated by putting a new one in front. Every
purpose has a key of its own, derived by HKDF (RFC 5869), so that nothing made for one purpose is good for another.
"""

import base64
import functools
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from schemas.secret import Secret

_NONCE_BYTES = 12
"""96 random bits for each sealing: one key may seal 2**32 times (NIST SP 800-38D, 8.3)."""


class Keyring:
    """The keys in force.

    Args:
        keys: at least one; the first signs and seals.
    """

    def __init__(self, keys: Sequence[Secret]) -> None:
        self._keys = {_fingerprint(key): key for key in keys}
        self._derived = functools.cache(self._derive)

    @property
    def current(self) -> str:
        """The fingerprint of the key that signs; it tells nothing of the key."""
        return next(iter(self._keys))

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """The fingerprints of all keys, the one that signs first."""
        return tuple(self._keys)

    def sign(self, purpose: str, text: str) -> str:
        """Return a signature of the text, good for this purpose only; 43 characters, URL-safe."""
        return self.signature(self.current, purpose, text)

    def verifies(self, purpose: str, text: str, signature: str) -> bool:
        """Return whether any of the keys made this signature; takes the same time wherever they differ."""
        made = signature.encode()
        return True in [hmac.compare_digest(self.signature(key, purpose, text).encode(), made) for key in self._keys]

    def signature(self, fingerprint: str, purpose: str, text: str) -> str:
        """Return the signature that ``sign`` makes while the key of this fingerprint is the first."""
        digest = hmac.digest(self._derived(fingerprint, f"sign {purpose}"), text.encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def seal(self, purpose: str, content: bytes, context: str) -> bytes:
        """Return the content encrypted and authenticated by AES-256-GCM, 28 bytes longer, under the first key.

        Args:
            purpose: what for; it has a key of its own.
            content: what nobody else may read or change.
            context: what has to be named again to open it, such as whose it is; it is not part of the result.
        """
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher(self.current, purpose).encrypt(nonce, content, context.encode())

    def opened(self, purpose: str, sealed: bytes, context: str) -> bytes | None:
        """Return the content of what any of the keys sealed for this purpose and context, ``None`` for all else."""
        nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        if len(nonce) < _NONCE_BYTES:
            return None
        for fingerprint in self._keys:
            try:
                return self._cipher(fingerprint, purpose).decrypt(nonce, rest, context.encode())
            except InvalidTag:
                continue
        return None

    def derive(self, fingerprint: str, purpose: str, length: int) -> bytes | None:
        """Return bytes that only the holder of a key can compute.

        Args:
            fingerprint: which key.
            purpose: what for, and for whom; HKDF's ``info``.
            length: how many bytes.

        Returns:
            The bytes, or ``None`` where that key is no longer in force.
        """
        key = self._keys.get(fingerprint)
        return None if key is None else _hkdf(key, purpose, length)

    def derive_now(self, purpose: str, length: int) -> bytes:
        """Return the bytes that ``derive`` returns for the current key."""
        return _hkdf(self._keys[self.current], purpose, length)

    def _cipher(self, fingerprint: str, purpose: str) -> AESGCM:
        return AESGCM(self._derived(fingerprint, f"seal {purpose}"))

    def _derive(self, fingerprint: str, purpose: str) -> bytes:
        return _hkdf(self._keys[fingerprint], purpose, 32)


def _fingerprint(key: Secret) -> str:
    return _hkdf(key, "fingerprint", 4).hex()


def _hkdf(key: Secret, info: str, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=b"talentlms-gateway", info=info.encode()).derive(key.reveal().encode())
