"""What makes a token believable: its signature and its claims (OpenID Connect Core 1.0, 3.1.3.7).

An own validator on joserfc. Authlib's accepts, as measured, an ``aud`` of somebody else with our ``azp``, an empty
``sub``, ``alg: none`` where the metadata lists it, ``exp: 1e300`` and an ``iat`` of yesterday.
"""

import base64
import hashlib
import hmac
import math
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import islice
from typing import Any, TypeGuard

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key, OKPKey, RSAKey

from gateway.errors import SignInNotTrusted
from gateway.jwt_parts import part
from gateway.oidc.algorithms import PINNED_REGISTRY, TOKEN_BYTES
from gateway.oidc.registration import Registration

SKEW_SECONDS = 60
"""How far the provider's clock may be off."""
AGE_SECONDS = 600
"""How long ago a token may have been issued: it was made for this very sign-in."""
SUBJECT_LENGTH = 255
RSA_BITS = 2048
"""A shorter RSA key signs nothing for us (RFC 7518, 3.3)."""
CANDIDATES = 16
"""Keys that are tried for one token, at most: what a made-up token may cost."""

_KEY_TYPES = {
    "RS256": ("RSA", None),
    "PS256": ("RSA", None),
    "ES256": ("EC", "P-256"),
    "EdDSA": ("OKP", "Ed25519"),
    "Ed25519": ("OKP", "Ed25519"),
}

KeySource = Callable[[str | None], Iterable[Key]]
"""From a ``kid`` (or ``None``) to the keys that may have signed; the further ones may cost more than the first."""


def signed_claims(token: str, keys: KeySource, algorithms: Collection[str], kind: str = "ID token") -> dict[str, Any]:
    """Return the claims of a token whose signature is the provider's.

    Args:
        token: compact serialization (RFC 7515, 7.1).
        keys: where candidate keys come from; one after the other, until one verifies the signature.
        algorithms: pinned here; of ``EdDSA`` and ``Ed25519`` either stands for both.
        kind: for the note in an error.

    Raises:
        SignInNotTrusted: too large, not a JWT, another algorithm, ``crit``, no key that fits, a wrong signature.
    """
    if len(token) > TOKEN_BYTES:
        raise SignInNotTrusted(f"{kind}: longer than {TOKEN_BYTES} bytes")
    header = _part(token, 0, kind)
    algorithm, kid = header.get("alg"), header.get("kid")
    pinned = {one_name(name) for name in algorithms}
    if not isinstance(algorithm, str) or algorithm not in _KEY_TYPES or one_name(algorithm) not in pinned:
        raise SignInNotTrusted(f"{kind}: alg {str(algorithm)[:20]!r} is not among {sorted(algorithms)}")
    if "crit" in header:
        raise SignInNotTrusted(f"{kind}: a critical header that is not understood")
    if kid is not None and not isinstance(kid, str):
        raise SignInNotTrusted(f"{kind}: kid is not a string")
    tried = 0
    for key in islice((key for key in keys(kid) if may_have_signed(key, algorithm, kid)), CANDIDATES):
        if _verifies(token, key):
            return _part(token, 1, kind)
        tried += 1
    raise SignInNotTrusted(f"{kind}: no key of the provider made this signature ({tried} tried)")


def one_name(algorithm: object) -> object:
    """Return the one name of an algorithm that has two: ``EdDSA`` is ``Ed25519`` here (RFC 9864, 2.2 and 4.1.2)."""
    return "Ed25519" if algorithm == "EdDSA" else algorithm


def header_of(token: str) -> dict[str, Any]:
    """Return a token's header, unverified; empty for what is not a token."""
    try:
        return _part(token, 0, "token")
    except SignInNotTrusted:
        return {}


def check_id_token(
    claims: Mapping[str, Any], registration: Registration, nonce: str, access_token: str, algorithm: str
) -> None:
    """Hold the claims of an ID token against every rule of Core 3.1.3.7.

    Args:
        claims: of a token whose signature is the provider's.
        registration: ours, at this provider.
        nonce: the transaction's.
        access_token: what ``at_hash`` is compared with.
        algorithm: that signed the token; it also says how ``at_hash`` is made.

    Raises:
        SignInNotTrusted: its note names the claim.
    """
    check_issuer_and_audience(claims, registration.issuer, registration.client_id, registration.trusted_audiences)
    check_times(claims)
    _check(_is_subject(claims.get("sub")), "sub is missing, empty, too long or not ASCII")
    named = claims.get("nonce")
    _check(isinstance(named, str) and hmac.compare_digest(named.encode(), nonce.encode()), "nonce differs")
    if "at_hash" in claims:
        fits = claims["at_hash"] == _half_hash(access_token, algorithm)
        _check(fits, "at_hash does not fit the access token")
    if registration.max_age is not None:
        now, auth_time = time.time(), claims.get("auth_time")
        earliest, latest = now - registration.max_age - SKEW_SECONDS, now + SKEW_SECONDS
        _check(_is_time(auth_time) and earliest <= claims["auth_time"] <= latest, "auth_time is missing or too old")
    if registration.acr_values:
        _check(claims.get("acr") in registration.acr_values, "acr is not one of those asked for")


def check_issuer_and_audience(
    claims: Mapping[str, Any], issuer: str, client_id: str, trusted_audiences: Collection[str] = ()
) -> None:
    """Hold ``iss``, ``aud`` and ``azp`` against Core 3.1.3.7, items 2 to 5.

    Args:
        claims: of a token whose signature is the provider's.
        issuer: the provider's, exactly.
        client_id: ours; ``aud`` has to name it. With several audiences ``azp`` has to, too; with one it may be absent.
        trusted_audiences: what ``aud`` may name besides us; any other audience makes the token somebody else's.

    Raises:
        SignInNotTrusted: its note names the claim, and the audience that is not trusted.
    """
    _check(claims.get("iss") == issuer, "iss is not the provider's")
    named = claims.get("aud")
    audiences: list[Any] = named if isinstance(named, list) else [named]
    texts = all(isinstance(one, str) for one in audiences)
    _check(texts and client_id in audiences, "aud does not name this client")
    foreign = [one[:80] for one in audiences if one != client_id and one not in trusted_audiences]
    _check(not foreign, f"aud names others that are not among trusted_audiences: {foreign[:5]}")
    _check("azp" in claims or len(audiences) == 1, "azp is missing, although aud names several")
    _check(claims.get("azp", client_id) == client_id, "azp is another client")


def check_times(claims: Mapping[str, Any]) -> None:
    """Hold ``exp``, ``iat`` and ``nbf`` against the clock; they have to be finite numbers.

    An ``nbf`` may lie in the past as far as it likes: some providers send 0.
    """
    now = time.time()
    for name in ("exp", "iat"):
        _check(_is_time(claims.get(name)), f"{name} is missing or not a time")
    _check(claims["exp"] > now - SKEW_SECONDS, "exp is past")
    _check(claims["iat"] < now + SKEW_SECONDS, "iat is in the future")
    _check(claims["iat"] > now - AGE_SECONDS - SKEW_SECONDS, "iat is too long ago")
    if "nbf" in claims:
        past = _is_number(claims["nbf"]) and -math.inf < claims["nbf"] < now + SKEW_SECONDS
        _check(past, "nbf is in the future or not a time")


def _check(holds: object, complaint: str) -> None:
    if not holds:
        raise SignInNotTrusted(complaint)


def _is_subject(subject: object) -> bool:
    return isinstance(subject, str) and 0 < len(subject) <= SUBJECT_LENGTH and subject.isascii()


def _is_time(value: object) -> bool:
    """Whether it is a number of seconds that a clock of this century or the next could show."""
    return _is_number(value) and 0 < value < 2**33


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _half_hash(access_token: str, algorithm: str) -> str:
    """Return ``at_hash``: half of the hash that belongs to the algorithm; for Ed25519 SHA-512 (Core 3.1.3.6)."""
    digest = hashlib.new("sha512" if one_name(algorithm) == "Ed25519" else "sha256", access_token.encode()).digest()
    digest = digest[: len(digest) // 2]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def may_have_signed(key: Key, algorithm: str, kid: str | None = None) -> bool:
    """Return whether a key is one that may have made a signature.

    Args:
        key: of a provider's key set.
        algorithm: of the signature.
        kid: that the token names; ``None`` for none.
    """
    entry = key.as_dict(private=False)
    key_type, curve = _KEY_TYPES[algorithm]
    if isinstance(key, RSAKey) and key.public_key.key_size < RSA_BITS:
        return False
    return (
        entry.get("kty") == key_type
        and (curve is None or entry.get("crv") == curve)
        and entry.get("use", "sig") == "sig"
        and one_name(entry.get("alg", algorithm)) == one_name(algorithm)
        and (kid is None or key.kid in (None, kid))
    )


def _verifies(token: str, key: Key) -> bool:
    try:
        jws.deserialize_compact(token, _by_either_name(key), registry=PINNED_REGISTRY)
    except (JoseError, ValueError, TypeError):
        return False
    return True


def _by_either_name(key: Key) -> Key:
    """Return a key of Ed25519 without its ``alg``, which joserfc would compare literally, and which was compared."""
    if not isinstance(key, OKPKey):
        return key
    return OKPKey.import_key({name: value for name, value in key.as_dict(private=False).items() if name != "alg"})


def _part(token: str, position: int, kind: str) -> dict[str, Any]:
    content = part(token, position)
    if content is None:
        raise SignInNotTrusted(f"{kind}: not a signed JWT")
    return content
