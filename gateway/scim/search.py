"""Lists: which resources, in which order, which part of them (RFC 7644, 3.4.2; RFC 9865).

Every filter and order is answered from an index; what none could answer is refused rather than ignored.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from gateway.scim import filters
from gateway.scim.attributes import ResourceType
from gateway.scim.definitions import ENTERPRISE_URN
from gateway.scim.errors import ScimError
from gateway.scim.values import is_storable
from schemas.directory import Condition, Joined, ListQuery, Operator, UserField, Where

DEFAULT_COUNT, MOST_RESULTS = 100, 200
"""Resources of an answer: without a count, and at most."""
HIGHEST_START = 10**9
HIGHEST_TIME = 2**62

FIELDS: Mapping[str, Mapping[str, UserField]] = {
    "User": {
        "id": "id",
        "username": "user_name",
        "externalid": "external_id",
        "emails": "email",
        "emails.value": "email",
        "displayname": "display_name",
        "name.familyname": "family_name",
        "name.givenname": "given_name",
        "active": "active",
        "groups": "group",
        "groups.value": "group",
        "manager": "manager",
        "manager.value": "manager",
        f"{ENTERPRISE_URN.lower()}:manager": "manager",
        f"{ENTERPRISE_URN.lower()}:manager.value": "manager",
        "meta.created": "created_at",
        "meta.lastmodified": "modified_at",
    },
    "Group": {
        "id": "id",
        "displayname": "display_name",
        "externalid": "external_id",
        "members": "member",
        "members.value": "member",
        "meta.created": "created_at",
        "meta.lastmodified": "modified_at",
    },
}
"""What may be filtered by, and by which field of the directory."""
SORTS: Mapping[str, frozenset[UserField]] = {
    "User": frozenset({"id", "user_name", "display_name", "family_name", "given_name", "created_at", "modified_at"}),
    "Group": frozenset({"id", "display_name", "created_at", "modified_at"}),
}
_EXACT = frozenset({"id", "external_id", "group", "member", "manager"})
_TIMES = frozenset({"created_at", "modified_at"})
_ONE_OF_MANY = frozenset({"email", "group", "member"})
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")


def query(kind: ResourceType, given: Mapping[str, Any], *, with_members: bool = True) -> ListQuery:
    """Return what a list is asked for.

    Args:
        kind: of what.
        given: the query's parameters, or the members of a ``SearchRequest``.
        with_members: whether a group's members are wanted.

    Raises:
        ScimError: something of it cannot be answered.
    """
    where = _where(kind, given.get("filter"))
    sort_by, is_descending = _order(kind, given)
    start, count = start_and_count(given)
    after: tuple[str | int, str] | None = None
    skip = 0
    if given.get("cursor") is None:
        skip = start - 1
    elif given.get("startIndex") is not None:
        raise ScimError("A cursor and a startIndex exclude each other.", "invalidCursor")
    elif given["cursor"]:
        after = _position(given["cursor"], _digest(kind, given))
    return ListQuery(where, sort_by, is_descending, skip, count, after, with_members)


def start_and_count(given: Mapping[str, Any]) -> tuple[int, int]:
    """Return the place of the first resource that is wanted, from 1, and how many are, within what there may be.

    Raises:
        ScimError: one of them is no whole number.
    """
    start, count = _number(given, "startIndex", 1), _number(given, "count", DEFAULT_COUNT)
    return min(max(start, 1), HIGHEST_START), min(max(count, 0), MOST_RESULTS)


def cursor(kind: ResourceType, given: Mapping[str, Any], last: tuple[str | int, str]) -> str:
    """Return the cursor behind a resource; it is of this filter and this order alone, and never expires."""
    content = json.dumps([_digest(kind, given), *last], separators=(",", ":"))
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def _position(text: object, digest: str) -> tuple[str | int, str]:
    wrong = ScimError("This is no cursor of such a list; begin with an empty one.", "invalidCursor")
    if not isinstance(text, str) or len(text) > filters.LONGEST:
        raise wrong
    try:
        content = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True))
        of, value, last_id = content
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise wrong from None
    is_time = isinstance(value, int) and not isinstance(value, bool) and abs(value) < HIGHEST_TIME
    is_value = is_time or (isinstance(value, str) and is_storable(value))
    if of != digest or not is_value or not isinstance(last_id, str) or not is_storable(last_id):
        raise wrong
    return value, last_id


def _digest(kind: ResourceType, given: Mapping[str, Any]) -> str:
    parts = [kind.name, *(str(given.get(name) or "").lower() for name in ("filter", "sortBy", "sortOrder"))]
    return hashlib.sha256("\n".join(parts).encode(errors="replace")).hexdigest()[:16]


def _number(given: Mapping[str, Any], name: Literal["count", "startIndex"], usual: int) -> int:
    value = given.get(name)
    if value is None or value == "":
        return usual
    if isinstance(value, bool) or not _WHOLE.fullmatch(str(value)):
        raise ScimError(f"{name} is not a whole number.", "invalidCount" if name == "count" else "invalidValue")
    return int(value)


def _order(kind: ResourceType, given: Mapping[str, Any]) -> tuple[UserField, bool]:
    name, order = given.get("sortBy"), str(given.get("sortOrder") or "ascending").lower()
    if order not in ("ascending", "descending"):
        raise ScimError("sortOrder is ascending or descending.", "invalidValue")
    if not name:
        return "id", False  # ids grow with time
    field = FIELDS[kind.name].get(_bare(kind, str(name)))
    if field not in SORTS[kind.name] or field is None:
        names = ", ".join(sorted(_shown(kind, one) for one in SORTS[kind.name]))
        raise ScimError(f"Nothing is sorted by {str(name)[:40]!r}; sort by one of {names}.", "invalidPath")
    return field, order == "descending"


def _shown(kind: ResourceType, field: UserField) -> str:
    lower = next(name for name, one in FIELDS[kind.name].items() if one == field)
    return ".".join(step.name for step in kind.steps(lower)) or lower.replace("lastmodified", "lastModified")


def _bare(kind: ResourceType, name: str) -> str:
    return name.lower().removeprefix(f"{kind.schema.urn.lower()}:")


def _where(kind: ResourceType, text: object) -> Where | None:
    if text is None:
        return None
    if not isinstance(text, str) or not text.strip():
        raise ScimError("The filter is empty; leave it out.", "invalidFilter")
    where = _translated(kind, filters.parse(text))
    _check_manager(where, of_one=False)
    return where


def _check_manager(where: Where, *, of_one: bool) -> None:
    """Check that managers are compared of one person alone, whom an id beside it names."""
    if isinstance(where, Joined):
        ids = [
            part for part in where.parts if isinstance(part, Condition) and (part.field, part.operator) == ("id", "eq")
        ]
        for part in where.parts:
            _check_manager(part, of_one=where.word == "and" and bool(ids or of_one))
    elif where.field == "manager" and not of_one:
        raise ScimError('By manager one person is looked at: id eq "…" and manager eq "…".', "invalidFilter")


def _translated(kind: ResourceType, one: filters.Filter) -> Where:
    if isinstance(one, filters.Logical):
        parts = tuple(_translated(kind, part) for part in one.parts)
        return Joined("and" if one.word == "and" else "or", parts)
    if isinstance(one, filters.Comparison):
        return _condition(kind, one)
    if isinstance(one, filters.ValuePath):
        return _of_value(kind, one)
    raise ScimError("Lists are not filtered by not.", "invalidFilter")


def _of_value(kind: ResourceType, one: filters.ValuePath) -> Where:
    """Return what ``emails[type eq "work" and value eq "x"]`` and the like mean."""
    field = FIELDS[kind.name].get(_bare(kind, one.attribute))
    if field not in _ONE_OF_MANY:
        raise ScimError(f"Lists are not filtered by {one.attribute[:40]!r} in brackets.", "invalidFilter")
    wanted = {part.attribute.lower(): str(part.value) for part in _equalities(one.part)}
    if "value" not in wanted or wanted.keys() - {"value", "type"} or (field != "email" and "type" in wanted):
        raise ScimError(f'Write such as {one.attribute[:40]}[value eq "…"].', "invalidFilter")
    if not is_storable(wanted.get("type", "")):
        raise ScimError(f"The type of {one.attribute[:40]} is compared with a text.", "invalidFilter")
    condition = _condition(kind, filters.Comparison(one.attribute, "eq", wanted["value"]))
    return Condition(condition.field, "eq", condition.value, wanted.get("type", "").lower())


def _equalities(part: filters.Filter) -> list[filters.Comparison]:
    if isinstance(part, filters.Logical) and part.word == "and":
        return [one for inner in part.parts for one in _equalities(inner)]
    if isinstance(part, filters.Comparison) and part.operator == "eq":
        return [part]
    raise ScimError("In brackets stand values by eq, joined by and.", "invalidFilter")


def _condition(kind: ResourceType, one: filters.Comparison) -> Condition:
    name = _bare(kind, one.attribute)
    field = FIELDS[kind.name].get(name)
    if field is None:
        names = ", ".join(sorted({_shown(kind, one) for one in FIELDS[kind.name].values()}))
        raise ScimError(f"Lists are not filtered by {one.attribute[:80]!r}, but by {names}.", "invalidFilter")
    operator = _operator(field, one.operator)
    if field == "active":
        return Condition(field, operator, _boolean(one.value))
    if field in _TIMES:
        return Condition(field, operator, milliseconds(one.value))
    if one.value is None or isinstance(one.value, bool) or not is_storable(str(one.value)):
        raise ScimError(f"{one.attribute[:80]} is compared with a text.", "invalidFilter")
    return Condition(field, operator, str(one.value) if field in _EXACT else str(one.value).lower())


def _operator(field: UserField, word: str) -> Operator:
    allowed = ("eq",) if field in _ONE_OF_MANY or field in ("active", "external_id", "manager") else get_args(Operator)
    allowed = tuple(one for one in allowed if not (field in _TIMES and one == "sw"))
    for one in get_args(Operator):
        if one == word and one in allowed:
            known: Operator = one
            return known
    raise ScimError(f"Here lists are filtered by {', '.join(allowed)}, not by {word}.", "invalidFilter")


def _boolean(value: filters.Value) -> bool:
    known = {"true": True, "false": False}
    if isinstance(value, bool):
        return value
    if str(value).lower() in known:
        return known[str(value).lower()]
    raise ScimError("active is compared with true or false.", "invalidFilter")


def milliseconds(value: object) -> int:
    """Return a time, RFC 3339, in milliseconds since the epoch.

    Raises:
        ScimError: it is none.
    """
    try:
        moment = datetime.fromisoformat(str(value))
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        detail = f"{str(value)[:40]!r} is no time; write such as 2026-11-23T09:05:00Z."
        raise ScimError(detail, "invalidFilter") from None
