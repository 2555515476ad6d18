"""The pushed authorization request endpoint (RFC 9126)."""

from flask import Request, Response, jsonify, make_response

from sandbox.idp.authorization_request import RefusedRequestError, check
from sandbox.idp.client_authentication import UnknownClientError, authenticate
from sandbox.idp.provider import Provider
from sandbox.idp.token_endpoint import refusal

URN = "urn:ietf:params:oauth:request_uri:"
LIFETIME = 60


def push(provider: Provider, request: Request) -> Response:
    """Keep an authorization request and answer with the `request_uri` it can be asked for with, once."""
    if provider.settings.pushed_requests == "off":
        return refusal("invalid_request", "pushed requests are switched off", 404)
    asked = {name: value for name, value in request.form.items() if not name.startswith("client_assertion")}
    asked.pop("client_secret", None)
    try:
        authenticate(provider, request)
        check(asked)
    except UnknownClientError as error:
        return refusal("invalid_client", str(error), 401)
    except RefusedRequestError as error:
        return refusal(error.code, str(error), 400)
    if asked.get("redirect_uri") not in provider.client.redirect_uris:
        return refusal("invalid_request", "redirect_uri is not registered", 400)
    asked["client_id"] = provider.client.client_id
    return make_response(jsonify(request_uri=f"{URN}{provider.pushed.put(asked)}", expires_in=LIFETIME), 201)
