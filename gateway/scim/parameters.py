"""What a list or a resource is asked with: a query's parameters, or a ``SearchRequest`` (RFC 7644, 3.4 and 3.9)."""

from collections.abc import Iterable, Mapping
from typing import Any

from gateway.scim.errors import ScimError

_TEXTS = ("filter", "sortBy", "sortOrder", "cursor")
_NUMBERS = ("startIndex", "count")
_LISTS = ("attributes", "excludedAttributes")
_CANONICAL: Mapping[str, str] = {name.lower(): name for name in (*_TEXTS, *_NUMBERS, *_LISTS)}


def of_query(given: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return a query's parameters by the names that the protocol has for them, however they are spelt.

    Others are left out: some clients carry flags of their own in the address.

    Raises:
        ScimError: one is there twice; which of them counts would be chance.
    """
    found: dict[str, Any] = {}
    for name, value in given:
        canonical = _CANONICAL.get(name.lower())
        if canonical in found:
            raise _wrong(f"{canonical} is there twice; send it once.", name)
        if canonical is not None:
            found[canonical] = value
    return found


def of_body(body: object) -> dict[str, Any]:
    """Return the members of a ``SearchRequest``; one that is null is left out.

    Raises:
        ScimError: it is none, or a member is not of its type.
    """
    if not isinstance(body, dict):
        raise ScimError("The body is not a JSON object.", "invalidSyntax")
    named = ((_CANONICAL.get(name.lower()), value) for name, value in body.items())
    return {name: _checked(name, value) for name, value in named if name is not None and value is not None}


def _checked(name: str, value: object) -> object:
    if name in _LISTS:
        is_right = isinstance(value, str) or (isinstance(value, list) and all(isinstance(one, str) for one in value))
    elif name in _NUMBERS:
        is_right = isinstance(value, int | str) and not isinstance(value, bool)
    else:
        is_right = isinstance(value, str)
    if not is_right:
        wanted = "a list of names" if name in _LISTS else "a whole number" if name in _NUMBERS else "a text"
        raise _wrong(f"{name} is not {wanted}.", name)
    return value


def _wrong(detail: str, name: str) -> ScimError:
    return ScimError(detail, "invalidFilter" if name.lower() == "filter" else "invalidValue")
