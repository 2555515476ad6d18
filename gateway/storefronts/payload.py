"""What a body holds, member by member. It is signed, and yet nothing in it need have the type that it should have."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Never

from gateway.errors import WebhookUnreadable
from gateway.personal_data import printable
from schemas.order import LineItem

TEXT_LENGTH = 255
LINES_AT_MOST = 1000
MOST_OF_A_LINE = 100_000
"""How many of one product an order may have."""
LARGEST_NUMBER = 2**53
"""The largest whole number that every reader of JSON agrees about (RFC 8259, section 6)."""

_IDENTIFIER = re.compile(r"[!-~]{1,255}")
_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 1_000_000


def json_object(body: bytes) -> Mapping[str, Any]:
    """Return the JSON object that a body holds.

    Raises:
        WebhookUnreadable: it is not UTF-8, not JSON (RFC 8259) or not an object.
    """
    try:
        content = json.loads(body.decode("utf-8"), parse_constant=no_constant)
    except UnicodeDecodeError:
        raise WebhookUnreadable("the body is not UTF-8") from None
    except (ValueError, RecursionError):
        raise WebhookUnreadable("the body is not JSON") from None
    if not isinstance(content, dict):
        raise WebhookUnreadable("the body is not a JSON object")
    return content


def no_constant(name: str) -> Never:
    """Refuse what Python would read and JSON does not have: ``NaN`` and ``Infinity``."""
    raise ValueError(name)


def mapping(value: object) -> Mapping[str, Any]:
    """Return an object as it is, and an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def entries(value: object) -> list[Mapping[str, Any]]:
    """Return the objects of a list, none where it is no list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def listed(data: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return the objects of a list that has to be there, and has to hold nothing else.

    Raises:
        WebhookUnreadable: it is not there, is too long, or has other entries.
    """
    found = data.get(name)
    if not isinstance(found, list) or len(found) > LINES_AT_MOST:
        raise WebhookUnreadable(f"{name} is not a list of {LINES_AT_MOST} entries at most")
    if len(entries(found)) < len(found):
        raise WebhookUnreadable(f"{name} has an entry that is not an object")
    return found


def identifier(data: Mapping[str, Any], name: str) -> str:
    """Return an id, which may be a number.

    Raises:
        WebhookUnreadable: it is not there, or is none.
    """
    found = identifier_or_empty(data.get(name))
    if not found:
        raise WebhookUnreadable(f"{name} is missing or is no id")
    return found


def identifier_or_empty(value: object) -> str:
    """Return an id, which may be a number; empty for anything else, and for 0."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if 0 < value < 1 << 63 else ""
    return value if isinstance(value, str) and _IDENTIFIER.fullmatch(value) else ""


def count(data: Mapping[str, Any], name: str) -> int:
    """Return how many, which may be written as text.

    Raises:
        WebhookUnreadable: it is not there, is below zero or beyond reason.
    """
    value: Any = data.get(name)
    if isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value):
        value = int(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= MOST_OF_A_LINE or value != int(value):
        raise WebhookUnreadable(f"{name} is not a whole number up to {MOST_OF_A_LINE}")
    return int(value)


def given_back(lines: Iterable[Mapping[str, Any]], name: str) -> dict[str, int]:
    """Return how many of each line were given back, by the line's id.

    Args:
        lines: of refunds, each with a ``quantity``.
        name: the member that holds the id of the order's line.

    Raises:
        WebhookUnreadable: one has no id, or no quantity.
    """
    found: dict[str, int] = {}
    for line in lines:
        line_id = identifier(line, name)
        found[line_id] = found.get(line_id, 0) + count(line, "quantity")
    return found


def text(value: object, length: int = TEXT_LENGTH) -> str:
    """Return a text as it can be shown and stored; empty for anything else."""
    return printable(value, length)


def moment(data: Mapping[str, Any], *names: str) -> int:
    """Return the first of the named times, ISO 8601, as microseconds since 1970 UTC; without an offset it is UTC.

    Raises:
        WebhookUnreadable: there is none, or it cannot be read.
    """
    written = next((data[name] for name in names if data.get(name)), None)
    try:
        found = datetime.fromisoformat(written if isinstance(written, str) else "")
    except ValueError:
        raise WebhookUnreadable(f"{names[0]} is missing or is no time") from None
    return ((found if found.tzinfo else found.replace(tzinfo=UTC)) - _EPOCH) // timedelta(microseconds=1)


def version(microseconds: int, given_back: int = 0) -> int:
    """Return the version of a telling whose time is told to the second: what was given back does not come again.

    Args:
        microseconds: the time, since 1970 UTC.
        given_back: how much of the order was given back by then.
    """
    return microseconds // _SECOND * _SECOND + min(given_back, _SECOND - 1)


def lines_of(lines: Iterable[LineItem]) -> tuple[LineItem, ...]:
    """Return the lines of an order.

    Raises:
        WebhookUnreadable: two of them have one id.
    """
    found = tuple(lines)
    if len({line.id for line in found}) < len(found):
        raise WebhookUnreadable("two lines have one id")
    return found


def fingerprint(*parts: str) -> str:
    """Return what stands for these texts, each with its own end, in 64 characters."""
    return body_key(json.dumps(parts).encode("ascii"))


def body_key(body: bytes) -> str:
    """Return what makes an event of a signed body the same event, where nothing else that is signed names it.

    Headers that nobody signed are not in it: whoever has such a body cannot make another event of it.
    """
    return hashlib.sha256(body).hexdigest()
