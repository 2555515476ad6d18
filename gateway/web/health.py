"""``/livez`` and ``/readyz``, for monitoring; neither spends a TalentLMS call."""

from collections.abc import Mapping

from flask import Blueprint, Response, jsonify

from gateway.database.connection import Database
from gateway.errors import StoreUnavailable
from gateway.oidc.metadata import ProviderDirectory
from gateway.store.connection import Store


def blueprint(store: Store, database: Database, directories: Mapping[str, ProviderDirectory]) -> Blueprint:
    """Return the routes.

    Args:
        store: what readiness depends on.
        database: what is told of, but does not decide: without it clicks of people who are signed in go on.
        directories: what is cached of each provider, by its name.
    """
    routes = Blueprint("health", __name__)

    @routes.get("/livez")
    def alive() -> Response:
        return Response("alive\n", content_type="text/plain")

    @routes.get("/readyz")
    def ready() -> Response:
        try:
            store.check()
            providers = {name: directory.state() for name, directory in directories.items()}
        except StoreUnavailable:
            return _answer(503, store="unavailable", database=database.state, providers={})
        usable = not providers or any(state != "unavailable" for state in providers.values())
        return _answer(200 if usable else 503, store="ok", database=database.state, providers=providers)

    return routes


def _answer(status: int, **parts: object) -> Response:
    response = jsonify(parts)
    response.status_code = status
    return response
