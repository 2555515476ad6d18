"""The UserInfo endpoint (OpenID Connect Core, section 5.3)."""

import time
from typing import Any

from flask import Request, Response, make_response

from sandbox.idp.misbehaviour import Context, changed
from sandbox.idp.provider import Provider
from sandbox.idp.sessions import Grant
from sandbox.idp.userinfo_body import json_body, jwt_body


def userinfo(provider: Provider, request: Request) -> Response:
    """Answer with the claims about the bearer's person, as JSON or as a signed JWT."""
    access_token = _bearer(request)
    grant = provider.access_tokens.get(access_token)
    if grant is None or time.time() - grant.at > provider.settings.access_token_seconds:
        response = make_response("", 401)
        response.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
        return response
    context = provider.context(grant, access_token)
    claims = grant.session.person.released(grant.scopes)
    claims = changed([one.userinfo for one in grant.misbehaviours], claims, context)
    return _body(grant, claims, context)


def _bearer(request: Request) -> str:
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    return credentials if scheme == "Bearer" else request.form.get("access_token", "")


def _body(grant: Grant, claims: dict[str, Any], context: Context) -> Response:
    body = next((one.userinfo_body for one in grant.misbehaviours if one.userinfo_body), None)
    if body is None:
        body = json_body if context.settings.userinfo_signing_alg is None else jwt_body
    text, media_type = body(claims, context)
    return Response(text, content_type=media_type)
