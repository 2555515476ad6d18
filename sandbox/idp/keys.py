"""The provider's signing keys: one per algorithm, made at start, rotated on request, old ones remembered."""

import secrets
from collections.abc import Callable
from typing import Any

from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

RSA_BITS = 2048
KIDS = ("new", "same", "none")
"""What the `kid` of a key that replaces another may be: one of its own, the old key's, or left out."""


def _key(make: Callable[..., Key], size: int | str, alg: str, kid: str | None) -> Key:
    return make(size, {"use": "sig", "alg": alg, **({} if kid is None else {"kid": kid})})


def new_key(alg: str) -> Key:
    """A fresh private key for one algorithm, with its own `kid`.

    Args:
        alg: RS256, PS256, ES256 or EdDSA.
    """
    return key_named(alg, f"{alg.lower()}-{secrets.token_hex(4)}")


def key_named(alg: str, kid: str | None) -> Key:
    """A fresh private key for one algorithm, with this `kid`, or without any."""
    if alg == "ES256":
        return _key(ECKey.generate_key, "P-256", alg, kid)
    if alg == "EdDSA":
        return _key(OKPKey.generate_key, "Ed25519", alg, kid)
    return _key(RSAKey.generate_key, RSA_BITS, alg, kid)


def public(key: Key) -> dict[str, Any]:
    """The key as it stands in a JWK Set, without its private half."""
    return dict(key.as_dict(private=False))


class KeyRing:
    """The keys in use and those that were."""

    def __init__(self, algorithms: tuple[str, ...]) -> None:
        self._current = {alg: new_key(alg) for alg in algorithms}
        self._retired: list[Key] = []

    def signing(self, alg: str) -> Key:
        """The private key that signs with this algorithm now."""
        return self._current[alg]

    def rotate(self, alg: str, kid: str = "new") -> str | None:
        """Replace one algorithm's key; the old one leaves the JWK Set at once.

        Args:
            alg: Whose key.
            kid: One of `KIDS`.

        Returns:
            The `kid` of the key that signs from now on; None where it has none.

        Raises:
            ValueError: Another word for the `kid`.
        """
        if kid not in KIDS:
            raise ValueError(f"kid is one of {', '.join(KIDS)}")
        old = self._current[alg]
        self._retired.append(old)
        replacement = new_key(alg) if kid == "new" else key_named(alg, old.kid if kid == "same" else None)
        self._current = {**self._current, alg: replacement}
        return replacement.kid

    def jwks(self) -> dict[str, Any]:
        """The JWK Set with every key in use (RFC 7517, section 5)."""
        return {"keys": [public(key) for key in self._current.values()]}

    def known(self) -> tuple[Key, ...]:
        """Every key there ever was: what an old `id_token_hint` is checked against."""
        return (*self._retired, *self._current.values())
