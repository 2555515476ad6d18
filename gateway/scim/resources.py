"""Whole resources as clients send them (RFC 7644, 3.3 and 3.5.1)."""

import json
from collections.abc import Mapping
from typing import Any

from gateway.scim import editing
from gateway.scim.attributes import ResourceType
from gateway.scim.errors import ScimError
from gateway.scim.paths import Path

_SCIM_1_PREFIX = "urn:scim:schemas:"
LONGEST_KEY = 256
"""Characters of what a resource is found by."""
_KEYS = ("userName", "externalId", "displayName")
LONGEST = 65536
"""Characters of a resource in JSON, so that a list of them stays of a size that can be sent."""


def read(kind: ResourceType, body: object) -> dict[str, Any]:
    """Return a resource that a client sends, as it is stored; attributes that no schema defines are left out.

    What the server alone writes (``id``, ``meta``, ``groups``) is left out as well, and so is a group's ``members``.

    Raises:
        ScimError: it cannot be what it should be.
    """
    if not isinstance(body, dict):
        raise ScimError("The body is not a JSON object.", "invalidSyntax")
    _check_schemas(kind, body)
    resource: dict[str, Any] = {}
    for name, value in body.items():
        steps = kind.steps(name)
        if steps and name.lower() not in kind.stored_apart and all(step.mutability != "readOnly" for step in steps):
            editing.put(resource, Path(steps), value, add=False)
    return checked(kind, resource)


def checked(kind: ResourceType, resource: dict[str, Any]) -> dict[str, Any]:
    """Return a resource if it has all that it must have.

    Raises:
        ScimError: something is missing, or longer than it may be.
    """
    for attribute in kind.schema.attributes:
        is_missing = attribute.required and attribute.kind == "string"  # whether people are active is known anyway
        if is_missing and not str(resource.get(attribute.name, "")).strip():
            raise ScimError(f"{attribute.name} is missing; every {kind.name} has one.", "invalidValue")
    for name in _KEYS:
        if len(resource.get(name, "")) > LONGEST_KEY:
            raise ScimError(f"{name} is longer than {LONGEST_KEY} characters.", "invalidValue")
    if len(json.dumps(resource)) > LONGEST:
        raise ScimError(f"The {kind.name} has more than {LONGEST} characters; send fewer values.", "tooMany")
    return resource


def schemas_of(kind: ResourceType, resource: Mapping[str, Any]) -> list[str]:
    """Return the URNs of the schemas whose attributes a resource has."""
    return [kind.schema.urn, *(one.urn for one in kind.extensions if one.urn in resource)]


def _check_schemas(kind: ResourceType, body: Mapping[str, Any]) -> None:
    schemas = next((value for name, value in body.items() if name.lower() == "schemas"), None)
    listed = schemas if isinstance(schemas, list) else [schemas]
    if any(isinstance(one, str) and one.lower().startswith(_SCIM_1_PREFIX) for one in listed):
        raise ScimError(f"{_SCIM_1_PREFIX}… is SCIM 1.1; send {kind.schema.urn} instead.", "invalidValue")
