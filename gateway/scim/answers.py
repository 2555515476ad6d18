"""Resources, lists and errors as clients read them (RFC 7643, 3; RFC 7644, 3.4.2, 3.9 and 3.12)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gateway.scim import search
from gateway.scim.attributes import Attribute, ResourceType
from gateway.scim.definitions import GROUP, USER
from gateway.scim.errors import ScimError
from gateway.scim.resources import schemas_of
from schemas.directory import DirectoryGroup, DirectoryUser, GroupRef, ListQuery, ListResult

CONTENT_TYPE = "application/scim+json"
LIST_URN = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR_URN = "urn:ietf:params:scim:api:messages:2.0:Error"

_ALWAYS = frozenset({"schemas", "id"})
_MOST_NAMES = 100


@dataclass(frozen=True)
class Selection:
    """Which attributes an answer has.

    Attributes:
        wanted: these alone; empty for all.
        excluded: all but these.
    """

    wanted: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def of(cls, kind: ResourceType, given: Mapping[str, Any]) -> "Selection":
        """Return what a request asks for by ``attributes`` and ``excludedAttributes``.

        Raises:
            ScimError: by both, or by too many names.
        """
        wanted, excluded = (_names(given.get(name)) for name in ("attributes", "excludedAttributes"))
        if wanted and excluded:
            raise ScimError("attributes and excludedAttributes exclude each other.", "invalidValue")
        return cls(tuple(_steps(kind, name) for name in wanted), tuple(_steps(kind, name) for name in excluded))

    def has(self, name: str) -> bool:
        """Return whether an answer has any of an attribute."""
        lower = name.lower()
        if self.wanted:
            return any(steps[0] == lower for steps in self.wanted)
        return (lower,) not in self.excluded

    def of_resource(self, resource: Mapping[str, Any]) -> dict[str, Any]:
        """Return a resource with what is wanted of it; its ``id`` and ``schemas`` always are."""
        always = {name: value for name, value in resource.items() if name in _ALWAYS}
        rest = {name: value for name, value in resource.items() if name not in _ALWAYS}
        if self.wanted:
            return always | _only(rest, self.wanted)
        return always | (_without(rest, self.excluded) if self.excluded else rest)


def user(base: str, found: DirectoryUser) -> dict[str, Any]:
    """Return a person; ``base`` is the address that all addresses of resources begin with."""
    groups = [{**_ref(base, GROUP, one), "type": "direct"} for one in found.groups]
    return {
        "schemas": schemas_of(USER, found.resource),
        "id": found.id,
        **found.resource,
        "active": found.active,
        **({"groups": groups} if groups else {}),
        "meta": _meta(base, USER, found),
    }


def group(base: str, found: DirectoryGroup) -> dict[str, Any]:
    """Return a group, with its members where they were asked for."""
    members = {} if found.members is None else {"members": [_member(base, one) for one in found.members]}
    return {
        "schemas": schemas_of(GROUP, found.resource),
        "id": found.id,
        **found.resource,
        **members,
        "meta": _meta(base, GROUP, found),
    }


def listed(items: Sequence[Any], total: int, start: int | None = None, following: str = "") -> dict[str, Any]:
    """Return a list.

    Args:
        items: the resources of this part of it.
        total: how many there are in all.
        start: the place of the first, from 1; ``None`` where a cursor led there.
        following: the cursor behind the last; empty where none follows.
    """
    place = {} if start is None else {"startIndex": start}
    behind = {"nextCursor": following} if following else {}
    return {
        "schemas": [LIST_URN],
        "totalResults": total,
        **place,
        "itemsPerPage": len(items),
        **behind,
        "Resources": list(items),
    }


def page(
    kind: ResourceType, given: Mapping[str, Any], asked: ListQuery, found: ListResult, items: Sequence[Any]
) -> dict[str, Any]:
    """Return a part of a list, with the cursor behind it where one was asked for.

    Args:
        kind: of what.
        given: what was asked for, as it was sent.
        asked: the same, as it was understood.
        found: what was found.
        items: the same, as answers have it.
    """
    if given.get("cursor") is None:
        return listed(items, found.total, asked.skip + 1)
    return listed(items, found.total, following=search.cursor(kind, given, found.last) if found.last else "")


def error(status: int, detail: str, scim_type: str = "") -> dict[str, Any]:
    """Return an error."""
    named = {"scimType": scim_type} if scim_type else {}
    return {"schemas": [ERROR_URN], "status": str(status), **named, "detail": detail}


def time_of(milliseconds: int) -> str:
    """Return a time as RFC 3339 has it, UTC."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{milliseconds % 1000:03d}Z"


def location(base: str, kind: ResourceType, own_id: str) -> str:
    """Return the address of a resource."""
    return f"{base}/{kind.endpoint}/{own_id}"


def _ref(base: str, kind: ResourceType, one: GroupRef) -> dict[str, Any]:
    named = {"display": one.display} if one.display else {}
    return {"value": one.id, "$ref": location(base, kind, one.id), **named}


def _member(base: str, one: GroupRef) -> dict[str, Any]:
    return {**_ref(base, USER, one), "type": "User"}


def _meta(base: str, kind: ResourceType, found: DirectoryUser | DirectoryGroup) -> dict[str, Any]:
    return {
        "resourceType": kind.name,
        "created": time_of(found.created_at),
        "lastModified": time_of(found.modified_at),
        "location": location(base, kind, found.id),
    }


def _names(given: object) -> list[str]:
    parts = given if isinstance(given, list) else str(given or "").split(",")
    names = [str(part).strip() for part in parts if str(part).strip()]
    if len(names) > _MOST_NAMES:
        raise ScimError(f"More than {_MOST_NAMES} attributes are named; name fewer.", "tooMany")
    return names


def _steps(kind: ResourceType, name: str) -> tuple[str, ...]:
    """Return a name's steps in small letters; of an unknown name, steps that no resource has."""
    steps: tuple[Attribute, ...] = kind.steps(name)
    if steps:
        return tuple(step.name.lower() for step in steps)
    return tuple(name.lower().split("."))


def _only(resource: Mapping[str, Any], wanted: Iterable[tuple[str, ...]]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in resource.items():
        inner = [steps[1:] for steps in wanted if steps[0] == name.lower()]
        if inner:
            kept[name] = value if () in inner else _each(value, lambda part, inner=inner: _only(part, inner))
    return kept


def _without(resource: Mapping[str, Any], excluded: Iterable[tuple[str, ...]]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in resource.items():
        inner = [steps[1:] for steps in excluded if steps[0] == name.lower()]
        if () not in inner:
            kept[name] = _each(value, lambda part, inner=inner: _without(part, inner)) if inner else value
    return kept


def _each(value: Any, step: Any) -> Any:
    if isinstance(value, list):
        return [step(item) for item in value]
    return step(value) if isinstance(value, Mapping) else value
