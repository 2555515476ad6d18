"""The two bodies that a UserInfo answer may have (OpenID Connect Core, section 5.3.2)."""

import json
from typing import Any

from sandbox.idp.misbehaviour import Occasion
from sandbox.idp.seal import header, sealed

JWT_TYPE = "application/jwt"


def json_body(claims: dict[str, Any], _occasion: Occasion) -> tuple[str, str]:
    """The claims as JSON."""
    return json.dumps(claims), "application/json"


def addressed(claims: dict[str, Any], occasion: Occasion) -> dict[str, Any]:
    """The claims with the issuer and the audience that a signed answer has to name."""
    return {**claims, "iss": occasion.issuer, "aud": occasion.client.client_id}


def jwt_body(claims: dict[str, Any], occasion: Occasion) -> tuple[str, str]:
    """The claims as a JWT, signed with `userinfo_signing_alg`, or with the ID Token's algorithm if that is unset."""
    alg = occasion.settings.userinfo_signing_alg or occasion.settings.signing_alg
    used = occasion.signing(alg)
    return sealed(header(used), addressed(claims, used), used), JWT_TYPE
