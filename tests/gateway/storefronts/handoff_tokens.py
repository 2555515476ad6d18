"""Hand-off tokens as a shop mints them, and wrong ones."""

import time
from datetime import timedelta

from joserfc.jwk import OctKey

from sandbox.idp.jose import sign

SHOP = "shop"
AUDIENCE = "https://training.acme.example"
KEY = "key-that-shop-and-gateway-share-0123456789"


def claims_now(**changes):
    """Return the claims of a flawless token; a change to ``...`` leaves the claim out, an interval counts from now."""
    now = int(time.time())
    claims = {
        "iss": SHOP,
        "aud": AUDIENCE,
        "sub": "c-77",
        "iat": now,
        "exp": now + 120,
        "jti": "0123456789abcdef",
        "email": "Kim@Example.com",
        "email_verified": True,
        "first_name": "Kim",
        "last_name": "Lee",
        "target": {"course": 12},
        **changes,
    }
    times = {name: now + int(value.total_seconds()) for name, value in claims.items() if isinstance(value, timedelta)}
    return {name: value for name, value in (claims | times).items() if value is not ...}


def token(claims=None, *, key=KEY, alg="HS256", header=None):
    """Return a token; ``key`` is a shared text or a key of joserfc's."""
    key = OctKey.import_key(key.encode()) if isinstance(key, str) else key
    own = {"alg": alg, "typ": "tlms-handoff+jwt", **(header or {})}
    head = {name: value for name, value in own.items() if value is not ...}
    return sign(head, claims_now() if claims is None else claims, key, alg)
