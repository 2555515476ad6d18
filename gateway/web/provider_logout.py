"""``/backchannel-logout`` and ``/frontchannel-logout``: the provider says that somebody has left."""

from http import HTTPStatus

from flask import Blueprint, Response, jsonify, request

from gateway.errors import BadRequest, SignInNotTrusted
from gateway.flows.provider_logout import ProviderLogout


def blueprint(provider_logout: ProviderLogout) -> Blueprint:
    """Return the routes.

    Args:
        provider_logout: what the notices do.
    """
    routes = Blueprint("provider_logout", __name__)

    @routes.post("/backchannel-logout/<provider>")
    def back_channel(provider: str) -> Response:
        try:
            provider_logout.back_channel(provider, request.form.getlist("logout_token"))
        except (SignInNotTrusted, BadRequest):
            answer = jsonify(error="invalid_request", error_description="the logout token was not accepted")
            answer.status_code = HTTPStatus.BAD_REQUEST
            return answer
        return Response(status=HTTPStatus.OK)

    @routes.get("/frontchannel-logout/<provider>")
    def front_channel(provider: str) -> Response:
        origin = provider_logout.front_channel(provider, *(request.args.getlist(name) for name in ("iss", "sid")))
        response = Response("Signed out.\n", content_type="text/plain")
        response.headers["Content-Security-Policy"] = f"default-src 'none'; frame-ancestors {origin}"
        return response

    return routes
