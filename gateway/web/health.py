"""``/livez`` and ``/readyz``, for monitoring; neither spends a TalentLMS call."""

from flask import Blueprint, Response, jsonify

from gateway.readiness import Readiness


def blueprint(readiness: Readiness) -> Blueprint:
    """Return the routes.

    Args:
        readiness: whether the gateway can serve clicks.
    """
    routes = Blueprint("health", __name__)

    @routes.get("/livez")
    def alive() -> Response:
        return Response("alive\n", content_type="text/plain")

    @routes.get("/readyz")
    def ready() -> Response:
        state = readiness.look()
        response = jsonify(dict(state.parts))
        response.status_code = 200 if state.is_ready else 503
        return response

    return routes
