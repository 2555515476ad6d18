"""What the service says of itself: its abilities, schemas and types of resources (RFC 7643, 5 to 7; RFC 7644, 4)."""

from collections.abc import Mapping
from typing import Any

from gateway.scim import search
from gateway.scim.attributes import Attribute, ResourceType, Schema
from gateway.scim.definitions import TYPES

_CONFIG_URN = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
_TYPE_URN = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
_SCHEMA_URN = "urn:ietf:params:scim:schemas:core:2.0:Schema"


def config(base: str) -> dict[str, Any]:
    """Return what the service can do; ``base`` is the address that all its addresses begin with."""
    return {
        "schemas": [_CONFIG_URN],
        "patch": {"supported": True},
        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": search.MOST_RESULTS},
        "changePassword": {"supported": False},
        "sort": {"supported": True},
        "etag": {"supported": False},
        "pagination": {
            "cursor": True,
            "index": True,
            "defaultPaginationMethod": "index",
            "defaultPageSize": search.DEFAULT_COUNT,
            "maxPageSize": search.MOST_RESULTS,
        },
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "Bearer token",
                "description": "A token of this connection in the Authorization header (RFC 6750).",
                "specUri": "https://www.rfc-editor.org/info/rfc6750",
                "primary": True,
            }
        ],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{base}/ServiceProviderConfig"},
    }


def resource_types(base: str) -> Mapping[str, dict[str, Any]]:
    """Return the types of resources by their names in small letters."""
    return {kind.name.lower(): _type(base, kind) for kind in TYPES}


def schemas(base: str) -> Mapping[str, dict[str, Any]]:
    """Return the schemas by their URNs in small letters."""
    every = [schema for kind in TYPES for schema in (kind.schema, *kind.extensions)]
    return {schema.urn.lower(): _schema(base, schema) for schema in every}


def _type(base: str, kind: ResourceType) -> dict[str, Any]:
    return {
        "schemas": [_TYPE_URN],
        "id": kind.name,
        "name": kind.name,
        "endpoint": f"/{kind.endpoint}",
        "description": kind.schema.description,
        "schema": kind.schema.urn,
        "schemaExtensions": [{"schema": one.urn, "required": False} for one in kind.extensions],
        "meta": {"resourceType": "ResourceType", "location": f"{base}/ResourceTypes/{kind.name}"},
    }


def _schema(base: str, schema: Schema) -> dict[str, Any]:
    return {
        "schemas": [_SCHEMA_URN],
        "id": schema.urn,
        "name": schema.name,
        "description": schema.description,
        "attributes": [_attribute(one) for one in schema.attributes],
        "meta": {"resourceType": "Schema", "location": f"{base}/Schemas/{schema.urn}"},
    }


def _attribute(one: Attribute) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": one.name,
        "type": one.kind,
        "multiValued": one.multi_valued,
        "description": one.description,
        "required": one.required,
        "mutability": one.mutability,
        "returned": "default",
    }
    if one.kind in ("string", "reference"):
        described |= {"caseExact": one.case_exact, "uniqueness": "server" if one.is_unique else "none"}
    if one.canonical_values:
        described["canonicalValues"] = list(one.canonical_values)
    if one.reference_types:
        described["referenceTypes"] = list(one.reference_types)
    if one.sub_attributes:
        described["subAttributes"] = [_attribute(part) for part in one.sub_attributes]
    return described
