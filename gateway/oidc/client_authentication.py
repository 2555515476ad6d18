"""How we prove to a provider that we are the client: a secret, or a signed assertion (Core 9; RFC 7523)."""

import base64
import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

from authlib.common.urls import add_params_to_qs
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from gateway.oidc.algorithms import PINNED_REGISTRY
from schemas.secret import Secret

ASSERTION_SECONDS = 60
_PRIVATE_KEY_JWT = "private_key_jwt"
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_CURVES = (None, "P-256", "Ed25519")
_ALGORITHMS = {"RSA": "RS256", "EC": "ES256", "OKP": "EdDSA"}

ClientAuthentication = Callable[[OAuth2Session], OAuth2Session]
"""Configures how a client of Authlib authenticates."""


def by_secret(secret: Secret, method: str) -> ClientAuthentication:
    """Return authentication by a shared secret.

    Args:
        secret: the client's.
        method: ``client_secret_basic`` or ``client_secret_post``; the secret never stands in a URL.
    """

    def configure(client: OAuth2Session) -> OAuth2Session:
        client.client_secret = secret.reveal()
        client.register_client_auth_method(("client_secret_basic", _basic))
        client.token_endpoint_auth_method = method
        return client

    return configure


def _basic(auth: Any, _method: str, uri: str, headers: Any, body: str) -> tuple[str, Any, str]:
    """Write id and secret form-encoded, as RFC 6749, 2.3.1, asks; Authlib writes them raw."""
    pair = f"{quote_plus(auth.client_id)}:{quote_plus(auth.client_secret)}"
    headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    return uri, headers, body


def by_private_key(pem: Secret) -> ClientAuthentication:
    """Return authentication by ``private_key_jwt``.

    The assertion is our own and not Authlib's, whose lives an hour and keeps its ``jti`` for the next request: it is
    made anew for each try, with a ``jti`` of its own, and lives a minute.

    Args:
        pem: an RSA, P-256 or Ed25519 key, not encrypted.

    Raises:
        ValueError: it is none of these.
    """
    key = _imported(pem.reveal())

    def authenticate(auth: Any, _method: str, uri: str, headers: Any, body: str) -> tuple[str, Any, str]:
        parameters = [
            ("client_assertion_type", _ASSERTION_TYPE),
            ("client_assertion", _assertion(auth.client_id, uri, key)),
        ]
        return uri, headers, add_params_to_qs(body or "", parameters)

    def configure(client: OAuth2Session) -> OAuth2Session:
        client.register_client_auth_method((_PRIVATE_KEY_JWT, authenticate))
        client.token_endpoint_auth_method = _PRIVATE_KEY_JWT
        return client

    return configure


def _assertion(client_id: str, audience: str, key: Key) -> str:
    now = int(time.time())
    header = {"alg": _ALGORITHMS[key.key_type], "kid": key.thumbprint(), "typ": "JWT"}
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "iat": now,
        "exp": now + ASSERTION_SECONDS,
        "jti": secrets.token_urlsafe(24),
    }
    return jwt.encode(header, claims, key, registry=PINNED_REGISTRY)


def _imported(pem: str) -> Key:
    for kind in (RSAKey, ECKey, OKPKey):
        try:
            key: Key = kind.import_key(pem)
        except (JoseError, ValueError, TypeError):
            continue
        if key.as_dict(private=False).get("crv") in _CURVES:
            return key
    raise ValueError("the private key is neither RSA nor P-256 nor Ed25519")
