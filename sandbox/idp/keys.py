"""The provider's signing keys: one per algorithm, made at start, rotated on request, old ones remembered."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

RSA_BITS = 2048


def _key(make: Callable[..., Key], size: int | str, alg: str) -> Key:
    return make(size, {"use": "sig", "alg": alg, "kid": f"{alg.lower()}-{secrets.token_hex(4)}"})


def new_key(alg: str) -> Key:
    """A fresh private key for one algorithm, with its own `kid`.

    Args:
        alg: RS256, PS256, ES256 or EdDSA.
    """
    if alg == "ES256":
        return _key(ECKey.generate_key, "P-256", alg)
    if alg == "EdDSA":
        return _key(OKPKey.generate_key, "Ed25519", alg)
    return _key(RSAKey.generate_key, RSA_BITS, alg)


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

    def rotate(self, alg: str) -> str:
        """Replace one algorithm's key; the old one leaves the JWK Set at once. Returns the new `kid`."""
        self._retired.append(self._current[alg])
        self._current = {**self._current, alg: new_key(alg)}
        return str(self._current[alg].kid)

    def jwks(self) -> dict[str, Any]:
        """The JWK Set with every key in use (RFC 7517, section 5)."""
        return {"keys": [public(key) for key in self._current.values()]}

    def known(self) -> Mapping[str, Key]:
        """Every key there ever was, by `kid`: what an old `id_token_hint` is checked against."""
        return {str(key.kid): key for key in (*self._retired, *self._current.values())}
