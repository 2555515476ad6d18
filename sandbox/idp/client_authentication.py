"""Is it really the client: the three ways it may prove itself (OpenID Connect Core, section 9)."""

import binascii
import hmac
import json
import time
from typing import Any
from urllib.parse import unquote_plus

from flask import Request
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from joserfc.jwt import Token, decode

from sandbox.idp.provider import Provider
from sandbox.idp.settings import ALGORITHMS

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_ALGORITHMS = [*ALGORITHMS, "Ed25519"]


class UnknownClientError(Exception):
    """The client did not prove who it is (RFC 6749, section 5.2: `invalid_client`)."""


def authenticate(provider: Provider, request: Request) -> str:
    """Check the client's proof and return the method it used.

    Raises:
        UnknownClientError: No proof, a wrong one, two at once, or a method that is not accepted now.
    """
    methods = _methods_tried(request)
    if len(methods) != 1 or methods[0] not in provider.settings.token_auth_methods:
        raise UnknownClientError("authenticate in exactly one accepted way")
    if methods[0] == "private_key_jwt":
        _check_assertion(provider, request)
    else:
        _check_secret(provider, *_secret(request, methods[0]))
    return methods[0]


def _methods_tried(request: Request) -> list[str]:
    tried = {
        "client_secret_basic": request.headers.get("Authorization", "").startswith("Basic "),
        "client_secret_post": "client_secret" in request.form,
        "private_key_jwt": "client_assertion" in request.form,
    }
    return [method for method, used in tried.items() if used]


def _secret(request: Request, method: str) -> tuple[str, str]:
    if method == "client_secret_post":
        return request.form.get("client_id", ""), request.form["client_secret"]
    try:
        text = binascii.a2b_base64(request.headers["Authorization"].removeprefix("Basic ")).decode()
    except ValueError as error:
        raise UnknownClientError("the Authorization header cannot be read") from error
    name, _, secret = text.partition(":")
    return unquote_plus(name), unquote_plus(secret)


def _check_secret(provider: Provider, client_id: str, secret: str) -> None:
    right = hmac.compare_digest(secret.encode(), provider.client.client_secret.encode())
    if client_id != provider.client.client_id or not right:
        raise UnknownClientError("client_id or client_secret is wrong")


def _check_assertion(provider: Provider, request: Request) -> None:
    if request.form.get("client_assertion_type") != ASSERTION_TYPE or provider.client.jwks is None:
        raise UnknownClientError("client_assertion_type is wrong, or no key is registered")
    claims = _read(provider, request.form["client_assertion"]).claims
    audiences = claims.get("aud")
    accepted = {provider.issuer, f"{provider.issuer}/token", f"{provider.issuer}/par"}
    if not accepted & set(audiences if isinstance(audiences, list) else [audiences]):
        raise UnknownClientError("the assertion is for somebody else")
    if {claims.get("iss"), claims.get("sub")} != {provider.client.client_id}:
        raise UnknownClientError("the assertion is from somebody else")
    _check_lifetime(provider, claims)


class AssertionRegistry(JWSRegistry):
    """joserfc's algorithms without its warning at `EdDSA`, a name that clients use all the same (RFC 9864)."""

    def get_alg(self, name: str) -> Any:
        """Return an algorithm that an assertion may be signed with."""
        if name not in ASSERTION_ALGORITHMS:
            raise UnknownClientError("the assertion's algorithm is not accepted")
        return self.algorithms[name]


def _read(provider: Provider, assertion: str) -> Token:
    keys = KeySet.import_key_set(json.loads(json.dumps(provider.client.jwks)))
    try:
        return decode(assertion, keys, registry=AssertionRegistry(algorithms=ASSERTION_ALGORITHMS))
    except (JoseError, ValueError) as error:
        raise UnknownClientError("the assertion's signature does not fit") from error


def _check_lifetime(provider: Provider, claims: dict[str, Any]) -> None:
    expires, identifier = claims.get("exp"), claims.get("jti")
    if not isinstance(expires, (int, float)) or expires < time.time():
        raise UnknownClientError("the assertion has expired")
    if not isinstance(identifier, str) or identifier in provider.assertion_ids:
        raise UnknownClientError("the assertion's jti is missing or was used before")
    provider.assertion_ids.add(identifier)
