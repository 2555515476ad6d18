"""JSON documents as clients send them (RFC 8259): in UTF-8, each name once in an object."""

import json
from typing import Any

from gateway.scim.errors import ScimError


def parsed(data: bytes) -> object:
    """Return what a document says; a number with a fraction or an exponent is returned as its text.

    Raises:
        ScimError: it is no JSON, or an object has two members of the same name, whatever the case of its letters:
            which of them counts would be chance.
    """
    try:
        return json.loads(
            data.decode("utf-8-sig"), object_pairs_hook=_object, parse_float=str, parse_constant=_no_number
        )
    except (ValueError, RecursionError):
        raise ScimError("The body is not JSON in UTF-8.", "invalidSyntax") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen: set[str] = set()
    for name, _ in pairs:
        lower = name.lower()
        if lower in seen:
            raise ScimError(f"{name[:40]!r} is in one object twice; send it once.", "invalidSyntax")
        seen.add(lower)
    return dict(pairs)


def _no_number(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON")
