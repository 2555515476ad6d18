"""The token endpoint: a code, once, for an ID Token and an access token (OpenID Connect Core, section 3.1.3).

An application gets a token of its own for the sandbox's Microsoft Graph, and for nothing else.
"""

import hashlib
import hmac
import time
from typing import Any

from flask import Request, Response, jsonify, make_response

from sandbox.idp.client_authentication import UnknownClientError, authenticate
from sandbox.idp.graph import is_graphs
from sandbox.idp.id_token import id_token
from sandbox.idp.jose import b64
from sandbox.idp.misbehaviour import changed
from sandbox.idp.provider import Provider
from sandbox.idp.sessions import Grant


class RefusedGrantError(Exception):
    """The code does not fit (RFC 6749, section 5.2: `invalid_grant`)."""


def token(provider: Provider, request: Request) -> Response:
    """Answer a token request."""
    try:
        authenticate(provider, request)
    except UnknownClientError as error:
        response = refusal("invalid_client", str(error), 401)
        response.headers["WWW-Authenticate"] = 'Basic realm="sandbox"'
        return response
    grant_type, scope = request.form.get("grant_type"), request.form.get("scope", "")
    if grant_type == "client_credentials" and is_graphs(scope):
        return _unstored(jsonify(_for_application(provider)))
    if grant_type != "authorization_code":
        return refusal("unsupported_grant_type", "grant_type must be authorization_code", 400)
    try:
        grant = _redeemed(provider, request)
    except RefusedGrantError as error:
        return refusal("invalid_grant", str(error), 400)
    return _unstored(jsonify(_answer(provider, grant)))


def refusal(code: str, description: str, status: int) -> Response:
    """An OAuth error answer (RFC 6749, section 5.2)."""
    return _unstored(make_response(jsonify(error=code, error_description=description), status))


def _unstored(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["Pragma"] = "no-cache"
    return response


def _redeemed(provider: Provider, request: Request) -> Grant:
    grant = provider.codes.take(request.form.get("code", ""))
    if grant is None:
        raise RefusedGrantError("the code is unknown or was used before")
    if time.time() - grant.at > provider.settings.code_seconds:
        raise RefusedGrantError("the code has expired")
    if request.form.get("redirect_uri") != grant.request["redirect_uri"]:
        raise RefusedGrantError("redirect_uri is another than in the authorization request")
    _check_verifier(request.form.get("code_verifier", ""), grant.request["code_challenge"])
    return grant


def _check_verifier(verifier: str, challenge: str) -> None:
    computed = b64(hashlib.sha256(verifier.encode()).digest())
    if not hmac.compare_digest(computed, challenge):
        raise RefusedGrantError("code_verifier does not fit the code_challenge")


def _for_application(provider: Provider) -> dict[str, Any]:
    """Answer with a token for the application itself (RFC 6749, section 4.4)."""
    seconds = provider.settings.access_token_seconds
    token = provider.application_tokens.put(time.time() + seconds)
    return {"access_token": token, "token_type": "Bearer", "expires_in": seconds}


def _answer(provider: Provider, grant: Grant) -> dict[str, Any]:
    access_token = provider.access_tokens.put(grant)
    answer = {
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": provider.settings.access_token_seconds,
        "scope": grant.request.get("scope", ""),
        "id_token": id_token(provider, grant, access_token),
    }
    changes = [one.token_answer for one in grant.misbehaviours]
    return changed(changes, answer, provider.context(grant, access_token))
