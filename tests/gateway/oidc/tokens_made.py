"""Keys of our own, and tokens that they sign, for what needs no provider."""

import time

from joserfc.jwk import import_key

from gateway.oidc.client_authentication import by_secret
from gateway.oidc.registration import Registration
from sandbox.idp.jose import left_half_hash, sign
from sandbox.idp.keys import new_key, public
from schemas.secret import Secret

ISSUER = "https://id.acme.example/tenant"
CLIENT = "gateway-client"
NONCE = "the-nonce-of-the-transaction"
ACCESS_TOKEN = "an-access-token"
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
SUBJECT = "kim-1"


def registration(**changes):
    """Return how we are registered at the provider whose tokens these are."""
    usual = {
        "name": "acme",
        "issuer": ISSUER,
        "client_id": CLIENT,
        "authenticate": by_secret(Secret("secret"), "client_secret_basic"),
        "redirect_uri": "https://gateway.example/callback/acme",
        "signed_out_uri": "https://gateway.example/signed-out",
        "scopes": ("openid",),
        "algorithms": ("RS256",),
    }
    return Registration(**usual | changes)


def claims_now(**changes):
    """Return the claims of a flawless ID token; a change to ``...`` leaves the claim out."""
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "sub": SUBJECT,
        "aud": CLIENT,
        "exp": now + 300,
        "iat": now,
        "nonce": NONCE,
        "at_hash": left_half_hash(ACCESS_TOKEN, "RS256"),
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not ...}


def token(key, claims=None, header=None, alg=None):
    """Return a token that a key signs, with any claims and any header."""
    alg = alg or str(key.alg)
    own = {"alg": alg, "kid": key.kid, **(header or {})}
    head = {name: value for name, value in own.items() if value is not ...}
    return sign(head, claims_now() if claims is None else claims, key, alg)


def published(*keys, **changes):
    """Return public keys as the relying party reads them from a key set, with some members changed."""
    entries = [{name: value for name, value in {**public(key), **changes}.items() if value is not ...} for key in keys]
    return [import_key(entry) for entry in entries]


def one_of_each():
    return {alg: new_key(alg) for alg in ALGORITHMS}
