"""PATCH (RFC 7644, 3.5.2): the operations of a request, applied to a copy, so that all of them count or none.

Accepted as well are operations in any case, an empty list of them, a JSON object in place of a list, values without a
path whose names are dotted or qualified, attributes that no schema defines, and repeated values of what clients may not
write.
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from gateway.scim import editing, paths
from gateway.scim.attributes import ResourceType
from gateway.scim.errors import ScimError
from gateway.scim.resources import checked

MOST = 1000
"""Operations of a request."""
OPERATIONS = ("add", "remove", "replace")
Word: TypeAlias = Literal["add", "remove", "replace"]

_WRITTEN_BY_SERVER = frozenset({"meta", "schemas"})


@dataclass(frozen=True)
class Operation:
    """One operation.

    Attributes:
        word: what is done.
        path: where, as it was sent; empty for the resource.
        value: with what; ``None`` for nothing.
        has_value: whether a value was sent.
    """

    word: Word
    path: str
    value: Any
    has_value: bool = True


def operations(body: object) -> list[Operation]:
    """Return the operations of a request; one without a path becomes one for each of its value's attributes.

    Raises:
        ScimError: the body is no such request.
    """
    if not isinstance(body, dict):
        raise ScimError("The body is not a JSON object.", "invalidSyntax")
    members = {name.lower(): value for name, value in body.items()}
    listed = members.get("operations")
    listed = [listed] if isinstance(listed, dict) else listed
    if not isinstance(listed, list):
        raise ScimError("Operations is missing, or no list.", "invalidSyntax")
    if len(listed) > MOST:
        raise ScimError(f"There are more than {MOST} operations; send them in parts.", "tooMany")
    found = [one for given in listed for one in _operations(given)]
    if len(found) > MOST:
        raise ScimError(f"There are more than {MOST} operations; send them in parts.", "tooMany")
    return found


def applied(kind: ResourceType, resource: Mapping[str, Any], wanted: list[Operation], own_id: str) -> dict[str, Any]:
    """Return a resource as it is after all operations.

    Args:
        kind: what it is.
        resource: as it is before; stays as it is.
        wanted: the operations, without those for what is kept apart.
        own_id: the resource's id, which an operation may repeat.

    Raises:
        ScimError: an operation cannot be carried out; none was.
    """
    changed = copy.deepcopy(dict(resource))
    for one in wanted:
        _apply(kind, changed, one, own_id)
    return checked(kind, changed)


def _operations(given: object) -> Iterator[Operation]:
    if not isinstance(given, dict):
        raise ScimError("An operation is not a JSON object.", "invalidSyntax")
    members = {name.lower(): value for name, value in given.items()}
    named, path = members.get("op"), members.get("path") or ""
    word = named.lower() if isinstance(named, str) else ""
    if word not in OPERATIONS:
        raise ScimError("The op of an operation is none of add, replace and remove.", "invalidSyntax")
    if not isinstance(path, str):
        raise ScimError("The path of an operation is no text.", "invalidPath")
    value, has_value = members.get("value"), "value" in members
    if path:
        yield Operation(_word(word), path, value, has_value)
        return
    if word == "remove":
        raise ScimError("A remove operation has no path; name what is to be removed.", "noTarget")
    if not isinstance(value, dict):
        raise ScimError("An operation without a path has no object as its value.", "invalidValue")
    for name, inner in value.items():
        yield Operation(_word(word), name, inner)


def _word(text: str) -> Word:
    return "add" if text == "add" else "remove" if text == "remove" else "replace"


def _apply(kind: ResourceType, resource: dict[str, Any], one: Operation, own_id: str) -> None:
    name = one.path.lower()
    if name == "id":
        if one.word == "remove" or one.value != own_id:
            raise _read_only("id")
        return
    if name.partition(".")[0] in _WRITTEN_BY_SERVER:
        return
    path = paths.parse(kind, one.path)
    if path is None:
        return
    if any(step.mutability == "readOnly" for step in path.steps):
        if one.word == "remove" or one.value:
            raise _read_only(one.path)
        return
    if one.word == "remove":
        editing.remove(resource, path, one.value)
    else:
        editing.put(resource, path, one.value, add=one.word == "add")


def _read_only(name: str) -> ScimError:
    return ScimError(f"{name[:80]} is written by the server alone; leave it out.", "mutability")
