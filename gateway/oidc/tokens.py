"""What makes a token believable: its signature and its claims (OpenID Connect Core 1.0, 3.1.3.7).

An own validator on joserfc. Authlib's accepts, as measured, an ``aud`` of somebody else with our ``azp``, an empty
``sub``, ``alg: none`` where the metadata lists it, ``exp: 1e300`` and an ``iat`` of yesterday.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key, RSAKey

from gateway.errors import SignInNotTrusted

TOKEN_BYTES = 64 * 1024
"""A token with hundreds of groups or a picture in it has 20 to 30 KB."""
SKEW_SECONDS = 60
"""How far the provider's clock may be off."""
AGE_SECONDS = 600
"""How long ago a token may have been issued: it was made for this very sign-in."""
SUBJECT_LENGTH = 255
RSA_BITS = 2048
"""A shorter RSA key signs nothing for us (RFC 7518, 3.3)."""
SEGMENTS = 3
"""Header, claims, signature (RFC 7515, 7.1)."""


class _PinnedRegistry(jws.JWSRegistry):
    """joserfc's algorithms without its own opinion on them: which may be used is decided before it is asked.

    It would warn at each ``EdDSA``, a name that RFC 9864 replaces by ``Ed25519`` and that providers use all the same;
    here it stands for Ed25519 alone, because the key's curve is checked.
    """

    max_header_length = TOKEN_BYTES

    def get_alg(self, name: str) -> Any:
        """Return an algorithm by its name."""
        return self.algorithms[name]


PINNED_REGISTRY = _PinnedRegistry(strict_check_header=False)

_KEY_TYPES = {"RS256": ("RSA", None), "PS256": ("RSA", None), "ES256": ("EC", "P-256"), "EdDSA": ("OKP", "Ed25519")}

KeySource = Callable[[str | None], Sequence[Key]]
"""From a ``kid`` (or ``None``) to the keys that the provider signs with."""


@dataclass(frozen=True)
class Expected:
    """What an ID token has to say.

    Attributes:
        issuer: exactly.
        client_id: ours; the audience.
        nonce: the transaction's.
        access_token: what ``at_hash`` is compared with.
        algorithm: that signed the token; it also says how ``at_hash`` is made.
        max_age: seconds since the person last proved themselves, if it was asked for.
        acr_values: of which ``acr`` has to be one, if any were asked for.
    """

    issuer: str
    client_id: str
    nonce: str
    access_token: str = ""
    algorithm: str = "RS256"
    max_age: int | None = None
    acr_values: Collection[str] = ()


def signed_claims(token: str, keys: KeySource, algorithms: Collection[str], kind: str = "ID token") -> dict[str, Any]:
    """Return the claims of a token whose signature is the provider's.

    Args:
        token: compact serialization (RFC 7515, 7.1).
        keys: where candidate keys come from.
        algorithms: pinned here.
        kind: for the note in an error.

    Raises:
        SignInNotTrusted: too large, not a JWT, another algorithm, ``crit``, no key that fits, a wrong signature.
    """
    if len(token) > TOKEN_BYTES:
        raise SignInNotTrusted(f"{kind}: longer than {TOKEN_BYTES} bytes")
    header = _header(token, kind)
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in algorithms or algorithm not in _KEY_TYPES:
        raise SignInNotTrusted(f"{kind}: alg {str(algorithm)[:20]!r} is not among {sorted(algorithms)}")
    if "crit" in header:
        raise SignInNotTrusted(f"{kind}: a critical header that is not understood")
    if kid is not None and not isinstance(kid, str):
        raise SignInNotTrusted(f"{kind}: kid is not a string")
    candidates = [key for key in keys(kid) if _fits(key, algorithm, kid)]
    if not any(_verifies(token, key) for key in candidates):
        raise SignInNotTrusted(f"{kind}: no key of the provider made this signature ({len(candidates)} tried)")
    return _claims(token, kind)


def header_of(token: str) -> dict[str, Any]:
    """Return a token's header, unverified; empty for what is not a token."""
    try:
        return _header(token, "token")
    except SignInNotTrusted:
        return {}


def check_id_token(claims: Mapping[str, Any], expected: Expected) -> None:
    """Hold the claims of an ID token against every rule of Core 3.1.3.7.

    Raises:
        SignInNotTrusted: its note names the claim.
    """
    check_issuer_and_audience(claims, expected.issuer, expected.client_id)
    check_times(claims)
    _check(_is_subject(claims.get("sub")), "sub is missing, empty, too long or not ASCII")
    nonce = claims.get("nonce")
    _check(isinstance(nonce, str) and hmac.compare_digest(nonce.encode(), expected.nonce.encode()), "nonce differs")
    if "at_hash" in claims:
        _check(
            claims["at_hash"] == _half_hash(expected.access_token, expected.algorithm),
            "at_hash does not fit the access token",
        )
    if expected.max_age is not None:
        now, auth_time = time.time(), claims.get("auth_time")
        earliest, latest = now - expected.max_age - SKEW_SECONDS, now + SKEW_SECONDS
        _check(_is_time(auth_time) and earliest <= claims["auth_time"] <= latest, "auth_time is missing or too old")
    if expected.acr_values:
        _check(claims.get("acr") in expected.acr_values, "acr is not one of those asked for")


def check_issuer_and_audience(claims: Mapping[str, Any], issuer: str, client_id: str) -> None:
    """Hold ``iss``, ``aud`` and ``azp`` against Core 3.1.3.7, items 2 to 5. No other audience is trusted."""
    _check(claims.get("iss") == issuer, "iss is not the provider's")
    audience = claims.get("aud")
    _check(audience in (client_id, [client_id]), "aud is not this client, and this client alone")
    _check(claims.get("azp", client_id) == client_id, "azp is another client")


def check_times(claims: Mapping[str, Any]) -> None:
    """Hold ``exp``, ``iat`` and ``nbf`` against the clock; they have to be finite numbers."""
    now = time.time()
    for name in ("exp", "iat"):
        _check(_is_time(claims.get(name)), f"{name} is missing or not a time")
    _check(claims["exp"] > now - SKEW_SECONDS, "exp is past")
    _check(claims["iat"] < now + SKEW_SECONDS, "iat is in the future")
    _check(claims["iat"] > now - AGE_SECONDS - SKEW_SECONDS, "iat is too long ago")
    if "nbf" in claims:
        _check(_is_time(claims["nbf"]) and claims["nbf"] < now + SKEW_SECONDS, "nbf is in the future or not a time")


def _check(holds: object, complaint: str) -> None:
    if not holds:
        raise SignInNotTrusted(complaint)


def _is_subject(subject: object) -> bool:
    return isinstance(subject, str) and 0 < len(subject) <= SUBJECT_LENGTH and subject.isascii()


def _is_time(value: object) -> bool:
    """Whether it is a number of seconds that a clock of this century or the next could show."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 < value < 2**33


def _half_hash(access_token: str, algorithm: str) -> str:
    """Return ``at_hash``: half of the hash that belongs to the algorithm; for Ed25519 SHA-512 (Core 3.1.3.6)."""
    digest = hashlib.new("sha512" if algorithm == "EdDSA" else "sha256", access_token.encode()).digest()
    digest = digest[: len(digest) // 2]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _fits(key: Key, algorithm: str, kid: str | None) -> bool:
    entry = key.as_dict(private=False)
    key_type, curve = _KEY_TYPES[algorithm]
    if isinstance(key, RSAKey) and key.public_key.key_size < RSA_BITS:
        return False
    return (
        entry.get("kty") == key_type
        and (curve is None or entry.get("crv") == curve)
        and entry.get("use", "sig") == "sig"
        and entry.get("alg", algorithm) == algorithm
        and (kid is None or entry.get("kid") == kid)
    )


def _verifies(token: str, key: Key) -> bool:
    try:
        jws.deserialize_compact(token, key, registry=PINNED_REGISTRY)
    except (JoseError, ValueError, TypeError):
        return False
    return True


def _header(token: str, kind: str) -> dict[str, Any]:
    return _part(token, 0, kind)


def _claims(token: str, kind: str) -> dict[str, Any]:
    return _part(token, 1, kind)


def _part(token: str, position: int, kind: str) -> dict[str, Any]:
    parts = token.split(".")
    try:
        segment = parts[position].encode("ascii")
        content = json.loads(
            base64.b64decode(segment + b"=" * (-len(segment) % 4), altchars=b"-_", validate=True),
            parse_constant=_no_constant,
        )
    except (ValueError, RecursionError):
        content = None
    if len(parts) != SEGMENTS or not isinstance(content, dict):
        raise SignInNotTrusted(f"{kind}: not a signed JWT")
    return content


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")
