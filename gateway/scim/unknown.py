"""Names of attributes that a request has and no schema defines, so that an administrator learns what is left out."""

import re
from collections.abc import Iterable, Iterator, Mapping

from gateway.scim.attributes import ResourceType
from gateway.scim.patch import operations

_PLAIN = re.compile(r"[A-Za-z0-9$_.:/-]{1,80}")
_OF_THE_PROTOCOL = frozenset({"schemas", "id", "meta", "password"})
"""Attributes that no schema lists; a password is never read."""


def in_resource(kind: ResourceType, body: object) -> frozenset[str]:
    """Return the attributes of a whole resource that its type does not have, without their values."""
    return frozenset(_unknown(kind, body if isinstance(body, Mapping) else {}))


def in_operations(kind: ResourceType, body: object) -> frozenset[str]:
    """Return the attributes of a PATCH request that its type does not have, without filters and values.

    Raises:
        ScimError: it is no such request.
    """
    return frozenset(_unknown(kind, (one.path.partition("[")[0].strip() for one in operations(body))))


def _unknown(kind: ResourceType, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        is_known = name.lower().partition(".")[0] in _OF_THE_PROTOCOL or kind.steps(name)
        if not is_known and _PLAIN.fullmatch(name):
            yield name
