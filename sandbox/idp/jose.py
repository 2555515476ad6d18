"""Compact JWS written by hand, so that it can also be written wrongly (RFC 7515)."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from joserfc.jwk import Key
from joserfc.jws import JWSRegistry


def b64(data: bytes) -> str:
    """Base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """The bytes behind base64url without padding; raises ValueError where it is none."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def left_half_hash(text: str, alg: str) -> str:
    """The value of `at_hash` (Core, section 3.1.3.6), made by the hash that belongs to the algorithm.

    Of RS256, PS256 and ES256 that is SHA-256; of EdDSA with Ed25519, SHA-512.
    """
    digest = hashlib.new("sha512" if alg == "EdDSA" else "sha256", text.encode()).digest()
    return b64(digest[: len(digest) // 2])


def signing_input(header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """Header and claims, encoded and joined. NaN and the like are written as Python's json writes them."""
    return joined(header, json.dumps(claims))


def joined(header: Mapping[str, Any], payload: str) -> str:
    """Header and any payload, encoded and joined."""
    return f"{b64(json.dumps(header).encode())}.{b64(payload.encode())}"


def signature(alg: str, text: str, key: Key) -> str:
    """The encoded signature over a text; the header may well claim another algorithm."""
    return b64(JWSRegistry.algorithms[alg].sign(text.encode(), key))


def sign(header: Mapping[str, Any], claims: Mapping[str, Any], key: Key, alg: str) -> str:
    """A compact JWS, signed with this key and algorithm whatever the header says."""
    text = signing_input(header, claims)
    return f"{text}.{signature(alg, text, key)}"


def verified_claims(token: str, keys: Iterable[Key]) -> dict[str, Any]:
    """The claims of a token that one of these keys signed.

    Raises:
        ValueError: Not a JWS, an unknown key, or a signature that does not fit.
    """
    try:
        head, body, mark = token.split(".")
        header, claims = json.loads(unb64(head)), json.loads(unb64(body))
        named = [key for key in keys if (key.kid, key.alg) == (header.get("kid"), header["alg"])]
        text, made = f"{head}.{body}".encode(), unb64(mark)
        fits = any(JWSRegistry.algorithms[header["alg"]].verify(text, made, key) for key in named)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("the token is not one of ours") from error
    if not fits or not isinstance(claims, dict):
        raise ValueError("the token is not one of ours")
    return claims
