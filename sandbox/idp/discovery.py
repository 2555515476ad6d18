"""The discovery document and the JWK Set (OpenID Connect Discovery 1.0; RFC 7517)."""

from typing import Any

from flask import Request, Response, jsonify

from sandbox.idp.misbehaviour import changed
from sandbox.idp.person import SCOPE_OF_CLAIM
from sandbox.idp.provider import Provider
from sandbox.idp.settings import ALGORITHMS

CLAIMS = ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "sid", *SCOPE_OF_CLAIM, "groups"]


def metadata(provider: Provider) -> dict[str, Any]:
    """The provider's metadata as it truly is (Discovery 1.0, section 3)."""
    issuer, settings = provider.issuer, provider.settings
    document: dict[str, Any] = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}{provider.jwks_path}",
        "end_session_endpoint": f"{issuer}/end-session",
        "scopes_supported": ["openid", "profile", "email", "phone", "address"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": list(ALGORITHMS),
        "userinfo_signing_alg_values_supported": list(ALGORITHMS),
        "token_endpoint_auth_methods_supported": list(settings.token_auth_methods),
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": CLAIMS,
        "ui_locales_supported": ["en"],
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "frontchannel_logout_supported": True,
        "frontchannel_logout_session_supported": True,
        "authorization_response_iss_parameter_supported": settings.callback_iss,
    }
    return {**document, **_pushed_requests(provider)}


def _pushed_requests(provider: Provider) -> dict[str, Any]:
    mode = provider.settings.pushed_requests
    if mode == "off":
        return {}
    return {
        "pushed_authorization_request_endpoint": f"{provider.issuer}/par",
        "require_pushed_authorization_requests": mode == "required",
    }


def discovery(provider: Provider, _request: Request) -> Response:
    """Answer with the metadata, falsified where that is switched on."""
    misbehaviours = provider.active.for_document(lambda one: one.metadata is not None)
    changes = [one.metadata for one in misbehaviours]
    return jsonify(changed(changes, metadata(provider), provider.context()))


def jwks(provider: Provider, _request: Request) -> Response:
    """Answer with the public keys, falsified where that is switched on."""
    misbehaviours = provider.active.for_document(lambda one: one.jwks is not None)
    changes = [one.jwks for one in misbehaviours]
    return jsonify(changed(changes, provider.keys.jwks(), provider.context()))
