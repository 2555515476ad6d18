"""What the mapping made of a person's claims, as far as it is more than an ``Identity`` has by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Detail:
    """What TalentLMS is told in one of its fields.

    Attributes:
        field: ``timezone``, ``bio``, ``restrict_email``, ``deactivation_date`` or ``custom_field_N``.
        value: as a text: ``on`` or ``off`` where the field is a switch, a day as ``2026-12-31`` or ``never``.
        at_login: whether it is told whenever it changes; otherwise with the sign-up alone.
    """

    field: str
    value: str
    at_login: bool


@dataclass(frozen=True)
class Mapped:
    """What the mapping says of a person.

    Attributes:
        details: what TalentLMS is told besides names, address and language.
        kept: which of ``first_name``, ``last_name`` and ``email`` are told with the sign-up alone.
        user_type: TalentLMS's user type of an account that is signed up; empty for the domain's own.
    """

    details: tuple[Detail, ...] = ()
    kept: tuple[str, ...] = ()
    user_type: str = ""


NOTHING_MAPPED = Mapped()


def mapped_from(record: Mapping[str, Any] | None) -> Mapped:
    """Return it again from what ``dataclasses.asdict`` and JSON made of it; ``None`` where there was no mapping yet."""
    if record is None:
        return NOTHING_MAPPED
    details = tuple(Detail(**detail) for detail in record["details"])
    return Mapped(details, tuple(record["kept"]), record["user_type"])
