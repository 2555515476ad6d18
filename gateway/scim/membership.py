"""Who is to be a member of a group: changes that are carried out without the list of all members."""

from collections.abc import Iterator

from gateway.scim import filters, paths
from gateway.scim.definitions import GROUP, MEMBERS
from gateway.scim.errors import ScimError
from gateway.scim.patch import Operation
from gateway.scim.values import is_storable
from schemas.directory import MemberChange

LONGEST_ID = 64
_NO_MEMBERS = MemberChange("replace", ())


def whole(body: object) -> MemberChange:
    """Return the members that a whole group is sent with.

    Raises:
        ScimError: they are no list of ids.
    """
    members = body if isinstance(body, dict) else {}
    value = next((value for name, value in members.items() if name.lower() == "members"), None)
    return MemberChange("replace", _ids(value))


def split(wanted: list[Operation]) -> tuple[list[Operation], list[MemberChange]]:
    """Part the operations on members from all others.

    Returns:
        The others; and what becomes of the members, in order.

    Raises:
        ScimError: an operation on members cannot be carried out.
    """
    others: list[Operation] = []
    changes: list[MemberChange] = []
    for one in wanted:
        path = paths.parse(GROUP, one.path) if one.path.lower() not in ("id", "meta", "schemas") else None
        if path is None or path.steps[0] is not MEMBERS:
            others.append(one)
        else:
            changes.append(_change(one, path))
    return others, changes


def _change(one: Operation, path: paths.Path) -> MemberChange:
    named = tuple(_named(path.where)) if path.where is not None else ()
    if len(path.steps) > 1 and path.steps[1].name != "value":
        raise ScimError("Of a member nothing but its value can be written.", "mutability")
    if one.word == "remove":
        if path.where is not None:
            return MemberChange("remove", named)
        return MemberChange("remove", _ids(one.value)) if one.has_value and one.value is not None else _NO_MEMBERS
    if path.where is not None:
        raise ScimError("A member is not changed; remove it, and add the other one.", "mutability")
    return MemberChange("add" if one.word == "add" else "replace", _ids(one.value))


def _named(where: filters.Filter) -> Iterator[str]:
    """Walk the ids that ``value eq "id"`` names, also several joined by ``or``."""
    if isinstance(where, filters.Logical) and where.word == "or":
        for part in where.parts:
            yield from _named(part)
        return
    is_value = isinstance(where, filters.Comparison) and where.attribute.lower() == "value"
    if not (is_value and isinstance(where, filters.Comparison) and where.operator == "eq"):
        raise ScimError('Members are named such as members[value eq "id"].', "invalidFilter")
    yield _id(where.value)


def _ids(value: object) -> tuple[str, ...]:
    """Return ids: of a list of objects or of texts, or of one of either."""
    items = value if isinstance(value, list) else [] if value in (None, "", {}) else [value]
    return tuple(dict.fromkeys(_id(item) for item in items))


def _id(item: object) -> str:
    if isinstance(item, dict):
        item = next((value for name, value in item.items() if str(name).lower() == "value"), None)
    if not isinstance(item, str) or not item or len(item) > LONGEST_ID or not is_storable(item):
        raise ScimError("A member has no id as its value.", "invalidValue")
    return item
