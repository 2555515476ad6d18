"""Fields for TalentLMS's replies, where nearly every value is a string and the rest is not."""

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from html.entities import html5
from typing import Any

from marshmallow import Schema, ValidationError, fields

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_PIECE_OF_TIME = re.compile(r"(\d{1,9})\s*([dhms])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_WITHOUT_LIMIT = frozenset({"unlimited", "never", "forever", "-1"})


def decoded(text: str) -> str:
    """Return a text with its HTML entities as characters, and with a ``?`` for what no encoding could carry on.

    ``&`` without a closing ``;`` stays what it is. JSON can hold half a surrogate pair, which would break the page
    that shows it.
    """
    whole = text.encode(errors="replace").decode()
    return _ENTITY.sub(_character, whole)


def _character(entity: re.Match[str]) -> str:
    """Return what an entity stands for. ``html.unescape`` would read the ``&not`` in ``&nothing;`` too."""
    numbered = entity[0].startswith("&#")
    return html.unescape(entity[0]) if numbered else html5.get(entity[0][1:], entity[0])


def rows(value: object) -> list[Any]:
    """Return the entries of a list, or of a map that repeats each entry's id as its key.

    Raises:
        ValidationError: it is neither.
    """
    if isinstance(value, Mapping):
        return list(value.values())
    if isinstance(value, list):
        return value
    raise ValidationError({"_schema": ["neither a list nor a map"]})


class Text(fields.String):
    """A string, its HTML entities decoded; a number is written out, ``null`` is empty."""

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        """Read the value; see ``marshmallow.fields.Field.deserialize``."""
        if value is None:
            return ""
        if isinstance(value, int | float):
            return str(value)
        text = super().deserialize(value, attr, data, **kwargs)
        return decoded(text) if isinstance(text, str) else text


class Timestamp(fields.Field[datetime | None]):
    """Epoch seconds, as ``"1366019098"`` or ``1366019098``, to an aware UTC ``datetime``; empty or 0 to ``None``."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> datetime | None:
        del attr, data, kwargs
        if value in (None, "", "0", 0):
            return None
        try:
            return datetime.fromtimestamp(int(value), UTC)
        except (TypeError, ValueError, OverflowError, OSError):
            raise ValidationError("not a timestamp in epoch seconds") from None


class Number(fields.Field[Decimal]):
    """A number, as ``"12.5"``, ``12.5`` or ``"100.00%"``, to a ``Decimal``."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Decimal:
        del attr, data, kwargs
        try:
            number = Decimal(str(value).strip().removesuffix("%"))
        except InvalidOperation:
            raise ValidationError("not a number") from None
        if not number.is_finite():
            raise ValidationError("not a finite number")
        return number


class Percentage(Number):
    """A percentage, rounded down to a whole number: finished is finished, and not before."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        return int(super()._deserialize(value, attr, data, **kwargs))


class Limit(fields.Integer):
    """A whole number, or ``None`` where there is no limit: ``unlimited``, ``Never``, ``Forever``, ``-1``."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if str(value).strip().lower() in _WITHOUT_LIMIT:
            return None
        return super()._deserialize(value, attr, data, **kwargs)


class Duration(fields.Field[timedelta | None]):
    """A stretch of time, as ``"1h 3m 33s"``; a member of the same name with ``_seconds`` at its end goes first."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> timedelta | None:
        del kwargs
        seconds = (data or {}).get(f"{attr}_seconds", value)
        if isinstance(seconds, int) or (isinstance(seconds, str) and seconds.isascii() and seconds.isdigit()):
            return _stretch({"seconds": int(seconds)})
        pieces = _PIECE_OF_TIME.findall(str(value))
        return _stretch({_UNITS[unit]: int(count) for count, unit in pieces}) if pieces else None


def _stretch(pieces: Mapping[str, int]) -> timedelta:
    try:
        return timedelta(**pieces)
    except OverflowError:
        raise ValidationError("too long a time") from None


class Many(fields.Field[tuple[Any, ...]]):
    """Several things, as a list or as a map by id, to a tuple.

    Args:
        schema: reads one of them.
        options: as ``marshmallow.fields.Field`` takes them.
    """

    def __init__(self, schema: type[Schema], **options: Any) -> None:
        super().__init__(**options)
        self._schema = schema(many=True)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> tuple[Any, ...]:
        del attr, data, kwargs
        return tuple(self._schema.load(rows(value)))


class Texts(fields.Field[tuple[str, ...]]):
    """Several texts, as a list, as a map, or as one text with ``;`` between them, to a tuple."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> tuple[str, ...]:
        del attr, data, kwargs
        entries = (
            decoded(value).split(";") if isinstance(value, str) else [decoded(str(entry)) for entry in rows(value)]
        )
        return tuple(entries)


class Numbered(fields.Field[Mapping[int, str]]):
    """Texts by number, as a map or as a list that begins with 1, to a ``dict``."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Mapping[int, str]:
        del attr, data, kwargs
        pairs = value.items() if isinstance(value, Mapping) else enumerate(rows(value), start=1)
        try:
            return {int(number): decoded(str(text)) for number, text in pairs}
        except ValueError:
            raise ValidationError("a key is not a number") from None
