"""Whether a value filter holds for one of an attribute's values."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from gateway.scim.attributes import Attribute
from gateway.scim.errors import ScimError
from gateway.scim.filters import Comparison, Filter, Logical, Not, ValuePath
from gateway.scim.values import boolean_of, text_of

_TEXTS: Mapping[str, Callable[[str, str], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "co": operator.contains,
    "sw": str.startswith,
    "ew": str.endswith,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}


def holds(attribute: Attribute, where: Filter, item: Mapping[str, Any]) -> bool:
    """Return whether a filter holds for a value.

    Args:
        attribute: the one with several values.
        where: what is within its brackets.
        item: one of its values.

    Raises:
        ScimError: the filter names what such a value does not have.
    """
    if isinstance(where, Logical):
        parts = (holds(attribute, part, item) for part in where.parts)
        return all(parts) if where.word == "and" else any(parts)
    if isinstance(where, Not):
        return not holds(attribute, where.part, item)
    if isinstance(where, ValuePath):
        raise _unknown(attribute, where.attribute)
    return _compares(part_of(attribute, where.attribute), where, item)


def part_of(attribute: Attribute, name: str) -> Attribute:
    """Return a sub-attribute that a filter names.

    Raises:
        ScimError: there is none.
    """
    part = attribute.sub_attribute(name)
    if part is None:
        raise _unknown(attribute, name)
    return part


def equalities(attribute: Attribute, where: Filter) -> dict[str, Any]:
    """Return what a value must have for which a filter holds: its ``eq``, where nothing but ``and`` joins them.

    Raises:
        ScimError: no value of this attribute can have that.
    """
    if isinstance(where, Comparison) and where.operator == "eq" and where.value is not None:
        part = part_of(attribute, where.attribute)
        is_boolean = part.kind == "boolean"
        return {part.name: boolean_of(part, where.value) if is_boolean else text_of(part, where.value)}
    if isinstance(where, Logical) and where.word == "and":
        return {name: value for part in where.parts for name, value in equalities(attribute, part).items()}
    return {}


def _compares(part: Attribute, where: Comparison, item: Mapping[str, Any]) -> bool:
    found = item.get(part.name)
    if where.operator == "pr":
        return found is not None
    if part.kind == "boolean":
        wanted = boolean_of(part, where.value)
        return (bool(found) == wanted) if where.operator == "eq" else (bool(found) != wanted)
    if found is None or where.value is None:
        return (found is None and where.value is None) == (where.operator == "eq")
    one, other = str(found), str(where.value)
    if not part.case_exact:
        one, other = one.casefold(), other.casefold()
    return _TEXTS[where.operator](one, other)


def _unknown(attribute: Attribute, name: str) -> ScimError:
    return ScimError(f"{attribute.name} has no {name[:40]!r} to filter by.", "invalidFilter")
