"""Hand-off tokens: JWTs by which a storefront says who its customer is and where they are to go (RFC 7519, RFC 8725).

The storefront that ``iss`` names says beforehand by which algorithm it signs, and no other counts. A token lives for
five minutes at most; that each is used once is the database's part.
"""

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, TypeGuard

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from gateway.errors import HandoffKeysUnavailable, HandoffRefused, ProviderUnavailable, SignInNotTrusted
from gateway.jwt_parts import part
from schemas.launch import FaultyRequest, LaunchRequest, launch_request
from schemas.secret import Secret

TYPE = "tlms-handoff+jwt"
KIND = "hand-off token"
"""What a note calls it."""
TOKEN_BYTES = 4096
"""The longest token: it has to fit into an address beside all else that a browser sends."""
LIFE_SECONDS = 300
"""How long a token may be good for, from ``iat`` to ``exp``."""
SKEW_SECONDS = 60
"""How far the storefront's clock may be off."""
ID_LENGTH = 255
"""The longest ``jti``."""

_HEADERS = frozenset({"alg", "typ", "kid"})
"""What a header may hold: nothing that says where a key is, and nothing that changes what is signed."""
_EITHER_NAME = {"EdDSA": ("EdDSA", "Ed25519")}
"""RFC 9864 has a new name for what most libraries call EdDSA."""
_OF_A_PERSON = ("email", "first_name", "last_name", "email_verified")

Claims = Mapping[str, Any]
SignedClaims = Callable[[str], Claims]
"""From a token to its claims; raises ``HandoffRefused``, ``SignInNotTrusted`` or ``ProviderUnavailable``."""


@dataclass(frozen=True)
class Signer:
    """A storefront that hands customers over.

    Attributes:
        algorithm: by which it signs: ``HS256``, ``RS256``, ``ES256`` or ``EdDSA``.
        claims: verifies the signature.
    """

    algorithm: str
    claims: SignedClaims


@dataclass(frozen=True)
class Handoff:
    """What a token says, which was verified, and may have been used.

    Attributes:
        storefront: the name of the one whose token it is.
        request: who comes, and where to; what else ``POST /api/v1/launches`` takes.
        id: a digest of its ``jti``, 64 hexadecimal digits.
        expires_at: until when it could be used again if nobody remembered it, epoch seconds.
    """

    storefront: str
    request: LaunchRequest
    id: str
    expires_at: int


class HandoffTokens:
    """Verifies hand-off tokens.

    Args:
        signers: the storefronts that may hand customers over, by their names.
        audience: the gateway's public URL.
    """

    def __init__(self, signers: Mapping[str, Signer], audience: str) -> None:
        self._signers = signers
        self._audience = audience

    def read(self, token: str) -> Handoff:
        """Return what a token says.

        Args:
            token: in its compact serialization, as it came.

        Raises:
            HandoffRefused: whatever is wrong with it; the note says what, and holds nothing of it.
            HandoffKeysUnavailable: the storefront's keys cannot be had now, or none of them can be used.
        """
        if len(token) > TOKEN_BYTES:
            _refuse(f"longer than {TOKEN_BYTES} bytes")
        header, claims = part(token, 0), part(token, 1)
        if header is None or claims is None:
            _refuse("not a signed JWT")
        storefront = claims.get("iss")
        signer = self._signers.get(storefront) if isinstance(storefront, str) else None
        if signer is None or not isinstance(storefront, str):
            _refuse("iss is not the name of a storefront that has a handoff table")
        try:
            _check_header(header, signer.algorithm)
            return self._read(storefront, _verified(storefront, signer, token))
        except HandoffRefused as error:
            raise HandoffRefused(error.note, storefront=storefront) from None

    def _read(self, storefront: str, claims: Claims) -> Handoff:
        _check(claims.get("aud") in (self._audience, [self._audience]), f"aud is not {self._audience}")
        _check_times(claims, time.time())
        jti = claims.get("jti")
        if not isinstance(jti, str) or not 0 < len(jti) <= ID_LENGTH or not jti.isprintable():
            _refuse(f"jti is missing, or not a text of {ID_LENGTH} characters at most")
        token_id = hashlib.sha256(jti.encode()).hexdigest()
        return Handoff(storefront, _request(claims), token_id, int(claims["exp"]) + SKEW_SECONDS)


def shared_key(key: Secret) -> SignedClaims:
    """Return what verifies tokens of a storefront that signs by HS256 with a key that it shares with the gateway."""
    imported = OctKey.import_key(key.reveal().encode())

    def claims(token: str) -> Claims:
        try:
            jws.deserialize_compact(token, imported, algorithms=["HS256"])
        except (JoseError, ValueError, TypeError):
            _refuse("the signature is not by the storefront's key")
        return part(token, 1) or {}

    return claims


def _verified(storefront: str, signer: Signer, token: str) -> Claims:
    try:
        return signer.claims(token)
    except SignInNotTrusted as error:
        raise HandoffRefused(error.note) from None
    except ProviderUnavailable as error:
        raise HandoffKeysUnavailable(f"storefront {storefront}: {error.note}", retry_after=error.retry_after) from None


def _check_header(header: Claims, algorithm: str) -> None:
    _check(not header.keys() - _HEADERS, f"its header holds more than {', '.join(sorted(_HEADERS))}")
    kind = header.get("typ")
    _check(isinstance(kind, str) and kind.lower() == TYPE, f"typ is not {TYPE}")
    names = _EITHER_NAME.get(algorithm, (algorithm,))
    _check(header.get("alg") in names, f"alg is not {algorithm}, by which this storefront signs")


def _check_times(claims: Claims, now: float) -> None:
    issued, expires = claims.get("iat"), claims.get("exp")
    if not (_is_time(issued) and _is_time(expires)):
        _refuse("iat or exp is missing, or not a time in seconds")
    _check(0 < expires - issued <= LIFE_SECONDS, f"exp is not within {LIFE_SECONDS} seconds after iat")
    _check(expires > now - SKEW_SECONDS, "exp is past")
    _check(issued < now + SKEW_SECONDS, "iat is in the future")
    starts = claims.get("nbf", issued)
    _check(_is_time(starts) and starts < now + SKEW_SECONDS, "nbf is in the future or not a time")


def _request(claims: Claims) -> LaunchRequest:
    """Return who comes and where to, as in a request for a launch; ``sub`` is the customer's id.

    A guest has no ``sub``, or their e-mail address in its place. Without a target it is the dashboard.
    """
    person = {name: claims[name] for name in _OF_A_PERSON if name in claims}
    if claims.get("sub") is not None and str(claims["sub"]).lower() != str(person.get("email")).lower():
        person["customer_id"] = claims["sub"]
    try:
        return launch_request({"person": person, "target": claims.get("target", {"dashboard": True})})
    except FaultyRequest as error:
        _refuse("; ".join(f"{fault.pointer} {fault.detail}" for fault in error.faults))


def _is_time(value: object) -> TypeGuard[float]:
    """Whether it is a number of seconds that a clock of this century or the next could show."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 2**33


def _check(holds: object, complaint: str) -> None:
    if not holds:
        _refuse(complaint)


def _refuse(complaint: str) -> NoReturn:
    raise HandoffRefused(f"{KIND}: {complaint}")
