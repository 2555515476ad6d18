"""The machine interface, described: an OpenAPI 3.1 document made from the schemas that read and write the messages.

apispec makes schemas of marshmallow's; that is all it does here, and it brings nothing along.
"""

from collections.abc import Mapping
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from schemas.catalog import CatalogSchema
from schemas.launch import LaunchAnswerSchema, LaunchRequestSchema
from schemas.order_answer import OrderAnswerSchema
from schemas.problem import ProblemSchema

PREFIX = "/api/v1"
TITLE = "The gateway's interface for storefronts"
_ABOUT = (
    "What a storefront asks the gateway for, over https and in JSON. Each request carries one of the storefront's "
    "keys; each error is a problem of RFC 9457, with a reference code that also stands in the gateway's log."
)
_KEY = "One of the storefront's api_keys, in the header Authorization: Bearer <key>."
_WENT_WRONG: Mapping[int, str] = {
    400: "Not JSON in UTF-8, a member twice, or a header that cannot be read.",
    401: "No key, or none that is in force.",
    404: "This storefront has told of no such order.",
    409: "The same Idempotency-Key came with another request.",
    413: "More than 8 KB.",
    422: "Members are missing, unknown or wrong; errors points at each.",
    429: "Too many at once; Retry-After says when to come back.",
    502: "TalentLMS answered with an error, or with what cannot be understood.",
    503: "Not now; Retry-After says when to come back.",
}
_LATER = {"description": "After how many seconds to come back.", "schema": {"type": "integer"}}
_WITH_LATER = (429, 503)
_TARGETS = ("dashboard", "course", "buy_course", "buy_category")


def document(public_url: str) -> dict[str, Any]:
    """Return the OpenAPI document.

    Args:
        public_url: our own origin.
    """
    spec = APISpec(
        title=TITLE,
        version="1",
        openapi_version="3.1.0",
        plugins=[MarshmallowPlugin()],
        info={"description": _ABOUT},
        servers=[{"url": public_url}],
        security=[{"key": []}],
    )
    spec.components.security_scheme("key", {"type": "http", "scheme": "bearer", "description": _KEY})
    _ = spec.components.schema("Problem", schema=ProblemSchema)
    _ = spec.path(f"{PREFIX}/launches", operations={"post": _launches()})
    _ = spec.path(f"{PREFIX}/catalog", operations={"get": _catalog()})
    _ = spec.path(f"{PREFIX}/orders/{{order_id}}", operations={"get": _order()})
    described = spec.to_dict()
    for schema in described["components"]["schemas"].values():
        _as_json_schema(schema["properties"])
    _one_target(described["components"]["schemas"]["LaunchTarget"])
    return described


def _launches() -> dict[str, Any]:
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Makes a repeated request get the same launch while that lives.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
        "example": "order-1001",
    }
    return {
        "operationId": "mintLaunch",
        "summary": "A one-time address that brings a customer to their course, or to a payment page",
        "description": "Ask when the customer clicks, and answer with a redirect to its url.",
        "parameters": [key],
        "requestBody": {"required": True, "content": {"application/json": {"schema": LaunchRequestSchema}}},
        "responses": _answers(201, "Here it is.", LaunchAnswerSchema, 400, 401, 409, 413, 422, 429, 503),
    }


def _catalog() -> dict[str, Any]:
    return {
        "operationId": "readCatalog",
        "summary": "Courses and categories on offer, with prices",
        "description": "As of a minute ago at most; while TalentLMS cannot be asked, of an hour ago at most.",
        "responses": _answers(200, "What is on offer.", CatalogSchema, 401, 502, 503),
    }


def _order() -> dict[str, Any]:
    order_id = {
        "name": "order_id",
        "in": "path",
        "required": True,
        "description": "The shop's own id of the order.",
        "schema": {"type": "string", "minLength": 1},
        "example": "1001",
    }
    return {
        "operationId": "readOrder",
        "summary": "What became of an order",
        "description": "Of the storefront's own orders alone.",
        "parameters": [order_id],
        "responses": _answers(200, "How far it is.", OrderAnswerSchema, 401, 404, 503),
    }


def _answers(status: int, description: str, schema: type[Any], *wrong: int) -> dict[str, Any]:
    """Return the answers of an operation: the one that is wanted, then the problems."""
    wanted = {"description": description, "content": {"application/json": {"schema": schema}}}
    return {str(status): wanted} | {str(problem): _problem(problem) for problem in wrong}


def _problem(status: int) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": _WENT_WRONG[status],
        "content": {"application/problem+json": {"schema": ProblemSchema}},
    }
    return answer | ({"headers": {"Retry-After": _LATER}} if status in _WITH_LATER else {})


def _as_json_schema(properties: dict[str, Any]) -> None:
    """Write expressions as JSON Schema does: it searches where marshmallow matches, and ends a text with ``$``."""
    for content in properties.values():
        if "pattern" in content:
            content["pattern"] = "^" + content["pattern"].removesuffix(r"\Z") + "$"


def _one_target(target: dict[str, Any]) -> None:
    """Say what the schema checks in code: exactly one place, and a coupon for the payment pages alone."""
    target["oneOf"] = [{"required": [name]} for name in _TARGETS]
    target["dependentSchemas"] = {"coupon": {"anyOf": [{"required": [name]} for name in _TARGETS if "buy" in name]}}
