"""Values as clients send them, read leniently, and refused where it is not clear what is meant."""

from collections.abc import Iterable
from typing import Any

from gateway.scim.attributes import Attribute
from gateway.scim.errors import ScimError

LONGEST_TEXT = 1000
MOST_VALUES = 100

_BOOLEANS = {"true": True, "false": False}


def read(attribute: Attribute, value: object) -> Any:
    """Return a value as it is stored; ``None`` for null, an empty text, an empty list and what holds nothing else.

    Accepted as well are booleans as texts, numbers for texts, one object in place of a list of them, and a text in
    place of an object with a ``value``. Sub-attributes that no schema defines are left out, and so are those that
    clients may not write.

    Raises:
        ScimError: the value is none of this attribute.
    """
    if not attribute.multi_valued:
        return _one(attribute, value)
    given = value if isinstance(value, list) else [value]
    if len(given) > MOST_VALUES:
        raise ScimError(f"{attribute.name} has more than {MOST_VALUES} values; send fewer.", "tooMany")
    found = [one for one in (_one(attribute, item) for item in given) if one is not None]
    return with_one_primary(found) or None


def with_one_primary(items: list[dict[str, Any]], chosen: Iterable[int] = ()) -> list[dict[str, Any]]:
    """Return values of which at most one is primary: the first, or the first of those that were chosen.

    Args:
        items: the values.
        chosen: the places of those that were written last.
    """
    primary = [index for index, item in enumerate(items) if item.get("primary") is True]
    kept = next((index for index in chosen if index in primary), primary[0] if primary else None)
    return [
        {**item, "primary": False} if index in primary and index != kept else item for index, item in enumerate(items)
    ]


def text_of(attribute: Attribute, value: object) -> str:
    """Return a text; numbers become one.

    Raises:
        ScimError: it is none, too long, or holds what no text may.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise _wrong(attribute, "a text")
    if len(value) > LONGEST_TEXT:
        raise _wrong(attribute, f"a text of at most {LONGEST_TEXT} characters")
    if not is_storable(value):
        raise _wrong(attribute, "a text in Unicode without NUL")
    return value


def is_storable(text: str) -> bool:
    """Return whether a text is valid Unicode that both databases keep."""
    return "\x00" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def boolean_of(attribute: Attribute, value: object) -> bool:
    """Return a boolean; ``"True"`` and ``"false"`` are what they say.

    Raises:
        ScimError: it is neither.
    """
    if isinstance(value, str):
        value = _BOOLEANS.get(value.strip().lower())
    if not isinstance(value, bool):
        raise _wrong(attribute, "true or false")
    return value


def _one(attribute: Attribute, value: object) -> Any:
    if value is None or value in ("", [], {}):
        return None
    if attribute.kind == "complex":
        return _complex(attribute, value)
    return boolean_of(attribute, value) if attribute.kind == "boolean" else text_of(attribute, value)


def _complex(attribute: Attribute, value: object) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        main = attribute.sub_attribute("value")
        if main is None or isinstance(value, list):
            raise _wrong(attribute, "an object")
        return {main.name: text_of(main, value)}
    parts = ((attribute.sub_attribute(name), inner) for name, inner in value.items())
    written = ((part, inner) for part, inner in parts if part is not None and part.mutability != "readOnly")
    found = ((part.name, read(part, inner)) for part, inner in written)
    return {name: inner for name, inner in found if inner is not None} or None


def _wrong(attribute: Attribute, wanted: str) -> ScimError:
    return ScimError(f"The value of {attribute.name} is not {wanted}.", "invalidValue")
