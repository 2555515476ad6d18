"""The two bodies that a UserInfo answer may have (OpenID Connect Core, section 5.3.2)."""

import json
from typing import Any

from sandbox.idp.misbehaviour import Context
from sandbox.idp.seal import header, sealed

JWT_TYPE = "application/jwt"


def json_body(claims: dict[str, Any], _context: Context) -> tuple[str, str]:
    """The claims as JSON."""
    return json.dumps(claims), "application/json"


def addressed(claims: dict[str, Any], context: Context) -> dict[str, Any]:
    """The claims with the issuer and the audience that a signed answer has to name."""
    return {**claims, "iss": context.issuer, "aud": context.client.client_id}


def jwt_body(claims: dict[str, Any], context: Context) -> tuple[str, str]:
    """The claims as a JWT, signed with `userinfo_signing_alg`, or with the ID Token's algorithm if that is unset."""
    alg = context.settings.userinfo_signing_alg or context.settings.signing_alg
    used = context.signing(alg)
    return sealed(header(used), addressed(claims, used), used), JWT_TYPE
