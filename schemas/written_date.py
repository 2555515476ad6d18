"""A date as a TalentLMS domain writes it, which only those can read who know the domain's format."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, Literal, TypeAlias, get_args

from marshmallow import ValidationError, fields

from schemas.wire_fields import Timestamp

DateFormat: TypeAlias = Literal["DDMMYYYY", "MMDDYYYY", "YYYYMMDD"]
"""A domain's order of day, month and year, as ``siteinfo`` names it."""

DATE_FORMATS: tuple[DateFormat, ...] = get_args(DateFormat)

_ORDER: Mapping[str, str] = {"DDMMYYYY": "DMY", "MMDDYYYY": "MDY", "YYYYMMDD": "YMD"}
_WRITTEN = re.compile(r"(\d{1,4})[/.-](\d{1,2})[/.-](\d{1,4})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)


@dataclass(frozen=True)
class WrittenDate:
    """A date, or a date and a time, for which TalentLMS gives no timestamp.

    ``03/11/2012`` is a day in November or one in March, and the reply does not say which. So it stays text until
    somebody asks with the format.

    Attributes:
        text: what TalentLMS wrote, such as ``17/07/2012, 15:29:25``.
    """

    text: str

    def __str__(self) -> str:
        return self.text

    def read(self, date_format: DateFormat, zone: tzinfo) -> datetime:
        """Return the date and time.

        Args:
            date_format: the domain's, from ``site.info().date_format``.
            zone: the domain's time zone, which no reply states in a form that a machine can read.

        Returns:
            An aware ``datetime``; midnight where the text holds a date only.

        Raises:
            ValueError: the text is no date in this format.
        """
        found = _WRITTEN.fullmatch(self.text.strip())
        if not found:
            raise ValueError("not a date as TalentLMS writes it")
        part = dict(zip(_ORDER[date_format], map(int, found.group(1, 2, 3)), strict=True))
        hour, minute, second = (int(found[piece] or 0) for piece in (4, 5, 6))
        return datetime(part["Y"], part["M"], part["D"], hour, minute, second, tzinfo=zone)


def as_written(day: date, date_format: DateFormat) -> str:
    """Return a day as a domain with this format writes it, ``28/07/2012`` for ``DDMMYYYY``."""
    part = {"D": f"{day.day:02}", "M": f"{day.month:02}", "Y": f"{day.year:04}"}
    return "/".join(part[letter] for letter in _ORDER[date_format])


class WrittenDateField(fields.Field[WrittenDate]):
    """A date in the domain's format to a ``WrittenDate``."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> WrittenDate:
        del attr, data, kwargs
        if not isinstance(value, str | int):
            raise ValidationError("not a date")
        return WrittenDate(str(value))


class MomentField(fields.Field[datetime | WrittenDate | None]):
    """A point in time that the document shows as epoch seconds; in the domain's format it becomes a ``WrittenDate``."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> datetime | WrittenDate | None:
        moment = Timestamp() if str(value).isdigit() else WrittenDateField()
        read: datetime | WrittenDate | None = moment.deserialize(value, attr, data, **kwargs)
        return read
