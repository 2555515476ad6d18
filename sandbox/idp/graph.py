"""A little of Microsoft Graph: a person's groups, for an application that shows a token of its own.

The token is one of the token endpoint's for the grant type `client_credentials`; what is told is the claim `groups` of
the person whose claim `oid` is asked for, also where an ID Token leaves it out.
"""

import time
from typing import Any

from flask import Request, Response, jsonify, make_response

from sandbox.idp.provider import Provider

SCOPE = "/.default"
MANY = 11_001
PATH = "/v1.0/users/<oid>/getMemberGroups"


def is_graphs(scope: str) -> bool:
    """Whether a scope asks for what an administrator has granted an application once and for all."""
    return scope.endswith(SCOPE)


def member_groups(provider: Provider, request: Request) -> Response:
    """Answer as the setting `graph` says."""
    if not _is_ours(provider, request.headers.get("Authorization", "")):
        return _refusal(401, "InvalidAuthenticationToken", "Access token is empty or not known.")
    if not isinstance((request.get_json(silent=True) or {}).get("securityEnabledOnly"), bool):
        return _refusal(400, "Request_BadRequest", "securityEnabledOnly is missing.")
    people = provider.people.values()
    person = next((one for one in people if one.claims.get("oid") == (request.view_args or {})["oid"]), None)
    if person is None:
        return _refusal(404, "Request_ResourceNotFound", "Resource does not exist.")
    return _answer(provider, list(person.claims.get("groups", [])))


def _answer(provider: Provider, groups: list[Any]) -> Response:
    mode = provider.settings.graph
    if mode == "forbidden":
        return _refusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
    if mode == "too-many":
        return _refusal(400, "Directory_ResultSizeLimitExceeded", "The result size exceeds the limit.")
    if mode == "away":
        return make_response("", 503)
    if mode == "slow":
        provider.closing.wait(provider.settings.slow_seconds)
    if mode == "not-json":
        return make_response("<html>", 200)
    more = {"@odata.nextLink": f"{provider.issuer}/next"} if mode == "paged" else {}
    told: Any = {"numbers": [1, 2], "text": "Sales", "endless": ["x"] * MANY}.get(mode, groups)
    return jsonify({"@odata.context": "$metadata#Collection(Edm.String)", "value": told, **more})


def _is_ours(provider: Provider, authorization: str) -> bool:
    scheme, _, token = authorization.partition(" ")
    until = provider.application_tokens.get(token)
    return scheme == "Bearer" and until is not None and until > time.time()


def _refusal(status: int, code: str, message: str) -> Response:
    return make_response(jsonify(error={"code": code, "message": message}), status)
