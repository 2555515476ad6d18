"""How the value of a claim is read for a field of TalentLMS's: normalised or refused; nothing is guessed or cut."""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gateway.config.mapping import CUSTOM_FIELDS
from gateway.personal_data import NAME_LENGTH, email_address, language_tag, printable
from gateway.talentlms.vocabulary import TIME_ZONES
from gateway.talentlms.wire import NEVER

LONGEST_VALUE = 500
"""Characters of a custom field or a bio; a name has ``NAME_LENGTH``."""

_ZONES: Mapping[str, str] = tomllib.loads(Path(__file__).with_name("time_zones.toml").read_text("utf-8"))
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})([T ].{0,40})?", re.DOTALL)
_SWITCH = MappingProxyType({"true": "on", "on": "on", "false": "off", "off": "off"})


class Unreadable(ValueError):
    """A claim that does not hold what the field takes; says what it holds instead, never its value."""


def text_of(value: Any) -> str:
    """Return a claim's value as a text: ``true`` and ``false`` for booleans, the only item of a list; empty for none.

    Raises:
        Unreadable: it is none.
    """
    if isinstance(value, list):
        if len(value) > 1:
            raise Unreadable("holds several values")
        value = value[0] if value else None
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | str):
        return str(value)
    raise Unreadable("holds neither a text nor a whole number nor a boolean")


def read(field: str, text: str) -> str:
    """Return what TalentLMS is told in a field.

    Raises:
        Unreadable: the text is nothing that the field takes.
    """
    return _READINGS[field](text)


def _readable(length: int) -> Callable[[str], str]:
    def reading(text: str) -> str:
        if len(unicodedata.normalize("NFC", text.strip())) > length:
            raise Unreadable(f"is longer than {length} characters")
        found = printable(text, length)
        if not found:
            raise Unreadable("holds nothing that can be shown")
        return found

    return reading


def _email(text: str) -> str:
    if not (address := email_address(text)):
        raise Unreadable("is not one whole e-mail address")
    return address


def _language(text: str) -> str:
    if not (tag := language_tag(text)):
        raise Unreadable("is no language tag such as de or pt-BR")
    return tag


def _time_zone(text: str) -> str:
    """Return Appendix B's name of a zone of the IANA database; Appendix B's own keys and names stay."""
    key = _ZONES.get(text, text)
    if key in TIME_ZONES:
        return TIME_ZONES[key]
    if key in TIME_ZONES.values():
        return key
    raise Unreadable("is no time zone that TalentLMS has")


def _switch(text: str) -> str:
    if text.lower() not in _SWITCH:
        raise Unreadable("is neither true nor false")
    return _SWITCH[text.lower()]


def _day(text: str) -> str:
    found = _DAY.fullmatch(text)
    try:
        return NEVER if text == NEVER else date.fromisoformat(found[1] if found else "").isoformat()
    except ValueError:
        raise Unreadable("is no day such as 2026-12-31, nor never") from None


_READINGS: Mapping[str, Callable[[str], str]] = {
    **dict.fromkeys(("username", "first_name", "last_name"), _readable(NAME_LENGTH)),
    "email": _email,
    "language": _language,
    "timezone": _time_zone,
    "bio": _readable(LONGEST_VALUE),
    "restrict_email": _switch,
    "deactivation_date": _day,
    **dict.fromkeys(CUSTOM_FIELDS, _readable(LONGEST_VALUE)),
}
