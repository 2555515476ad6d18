"""The ID Token, made well and then, where that is switched on, falsified (OpenID Connect Core, section 2)."""

import time
from typing import Any

from sandbox.idp.jose import left_half_hash
from sandbox.idp.misbehaviour import changed
from sandbox.idp.provider import Provider
from sandbox.idp.seal import header, sealed
from sandbox.idp.sessions import Grant


def honest_claims(provider: Provider, grant: Grant, access_token: str) -> dict[str, Any]:
    """The claims of a flawless ID Token for this grant."""
    now = int(time.time())
    claims = {
        **grant.session.person.released(grant.scopes),
        "iss": provider.issuer,
        "aud": provider.client.client_id,
        "iat": now,
        "exp": now + provider.settings.id_token_seconds,
        "auth_time": grant.session.auth_time,
        "sid": grant.session.sid,
        "at_hash": left_half_hash(access_token, provider.settings.signing_alg),
    }
    if "nonce" in grant.request:
        claims["nonce"] = grant.request["nonce"]
    if wanted := grant.request.get("acr_values", "").split():
        claims["acr"] = wanted[0]
    return claims


def id_token(provider: Provider, grant: Grant, access_token: str) -> str:
    """The ID Token that belongs to an access token."""
    misbehaviours, context = grant.misbehaviours, provider.context(grant, access_token)
    for one in misbehaviours:
        if one.before_signing:
            one.before_signing(context)
    claims = changed([one.claims for one in misbehaviours], honest_claims(provider, grant, access_token), context)
    head = changed([one.header for one in misbehaviours], header(context), context)
    seal = next((one.seal for one in misbehaviours if one.seal), sealed)
    return seal(head, claims, context)
