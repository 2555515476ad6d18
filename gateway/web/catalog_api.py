"""``GET /api/v1/catalog``: what is on offer, for storefronts."""

from flask import Blueprint, Response, jsonify

from gateway.flows.catalog import Catalog
from gateway.web.api_keys import ApiKeys
from schemas.catalog import catalog_document


def blueprint(keys: ApiKeys, catalog: Catalog) -> Blueprint:
    """Return the route.

    Args:
        keys: who may ask.
        catalog: what is on offer.
    """
    routes = Blueprint("catalog_api", __name__, url_prefix="/api/v1")
    keys.guard(routes)

    @routes.get("/catalog")
    def on_offer() -> Response:
        keys.storefront()
        return jsonify(catalog_document(catalog.current()))

    return routes
