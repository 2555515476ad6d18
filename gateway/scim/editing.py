"""What an operation does to a resource: values are put in their place, or removed (RFC 7644, 3.5.2)."""

from collections.abc import Collection
from typing import Any

from gateway.scim.attributes import Attribute
from gateway.scim.errors import ScimError
from gateway.scim.filters import Filter
from gateway.scim.matching import equalities, holds
from gateway.scim.paths import Path
from gateway.scim.values import MOST_VALUES, read, with_one_primary


def put(resource: dict[str, Any], path: Path, value: object, *, add: bool) -> None:
    """Put a value into a resource, or clear what the value says is empty.

    Args:
        resource: changed in place.
        path: where.
        value: as it was sent.
        add: whether it joins the values of an attribute with several, rather than replaces them.

    Raises:
        ScimError: the value is none of this attribute.
    """
    head, rest = path.steps[0], path.steps[1:]
    if head.multi_valued and (rest or path.where is not None):
        _put_in_values(resource, head, rest, path.where, value)
    elif rest:
        child = dict(resource.get(head.name, {}))
        put(child, Path(rest, path.where), value, add=add)
        _store(resource, head.name, child)
    elif head.multi_valued and add:
        _store(resource, head.name, _joined(head, resource.get(head.name, []), read(head, value) or []))
    elif head.kind == "complex" and not head.multi_valued and isinstance(value, dict):
        child = dict(resource.get(head.name, {}))
        for name, inner in value.items():
            steps = _written(head, name)
            if steps:
                put(child, Path(steps), inner, add=add)
        _store(resource, head.name, child)
    else:
        _store(resource, head.name, read(head, value))


def remove(resource: dict[str, Any], path: Path, value: object = None) -> None:
    """Remove what a path means; of several values those alone that are named, where any are.

    Args:
        resource: changed in place.
        path: what.
        value: which of several values, as some clients name them.
    """
    head, rest = path.steps[0], path.steps[1:]
    if head.multi_valued:
        named = [] if rest or path.where is not None else read(head, value) or []
        removed = {_removed(one) for one in named}
        kept = [_without(head, path, item, removed) for item in resource.get(head.name, [])]
        _store(resource, head.name, [item for item in kept if item])
    elif rest:
        child = dict(resource.get(head.name, {}))
        remove(child, Path(rest, path.where), value)
        _store(resource, head.name, child)
    else:
        resource.pop(head.name, None)


def _written(head: Attribute, name: str) -> tuple[Attribute, ...]:
    """Return the steps to a part that clients may write, by its name, which may be dotted."""
    first, _, second = name.partition(".")
    part = head.sub_attribute(first)
    inner = part.sub_attribute(second) if part is not None and second else None
    steps = tuple(step for step in (part, inner) if step is not None)
    is_known = len(steps) == (2 if second else 1)
    return steps if is_known and all(step.mutability != "readOnly" for step in steps) else ()


def _put_in_values(
    resource: dict[str, Any], head: Attribute, rest: tuple[Attribute, ...], where: Filter | None, value: object
) -> None:
    items = [dict(item) for item in resource.get(head.name, [])]
    meant = [index for index, item in enumerate(items) if where is None or holds(head, where, item)]
    if not meant and not (rest and read(rest[-1], value) is None):
        items.append({} if where is None else equalities(head, where))
        meant = [len(items) - 1]
    for index in meant:
        if rest:
            put(items[index], Path(rest), value, add=False)
        else:
            items[index] |= _object(head, value)
    if len(items) > MOST_VALUES:
        raise ScimError(f"{head.name} has more than {MOST_VALUES} values.", "tooMany")
    _store(resource, head.name, [item for item in with_one_primary(items, meant) if item])


def _object(head: Attribute, value: object) -> dict[str, Any]:
    found = read(head, value)
    return dict(found[0]) if found else {}


def _joined(head: Attribute, before: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return values with those that are new: one with the same ``value`` and ``type`` takes its place."""
    items = list(before)
    places: dict[object, int] = {}
    for index, item in enumerate(items):
        places.setdefault(_identity(item), index)
    chosen: list[int] = []
    for item in new:
        place = places.setdefault(_identity(item), len(items))
        if place < len(items):
            items[place] = items[place] | item
        else:
            items.append(item)
        chosen.append(place)
    if len(items) > MOST_VALUES:
        raise ScimError(f"{head.name} has more than {MOST_VALUES} values.", "tooMany")
    return with_one_primary(items, chosen)


def _identity(item: dict[str, Any]) -> object:
    """Return what tells a value from the others of its attribute."""
    return (item["value"], item.get("type")) if "value" in item else frozenset(item.items())


def _removed(item: dict[str, Any]) -> object:
    """Return what a client names a value by that it wants removed."""
    return item["value"] if "value" in item else _identity(item)


def _without(head: Attribute, path: Path, item: dict[str, Any], removed: Collection[object]) -> dict[str, Any] | None:
    """Return what stays of a value; ``removed`` are those that go, none for all."""
    if path.where is not None and not holds(head, path.where, item):
        return item
    if path.steps[1:]:
        kept = dict(item)
        remove(kept, Path(path.steps[1:]))
        return kept
    return item if removed and _removed(item) not in removed else None


def _store(resource: dict[str, Any], name: str, value: object) -> None:
    """Store a value; null, an empty list and an empty object are none."""
    if value is None or value in ([], {}):
        resource.pop(name, None)
    else:
        resource[name] = value
