"""The domain's own fields of users and courses."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sandbox.talentlms.errors import ApiError, InvalidArguments
from sandbox.talentlms.portal import Portal
from sandbox.talentlms.records import CustomField

DATES = ("%d/%m/%Y", "%d-%m-%Y")


def of(portal: Portal, kind: str) -> list[CustomField]:
    """Return the fields that ``user`` or ``course`` has."""
    return [field for field in portal.state.custom_fields.values() if field.of == kind]


def checked(portal: Portal, kind: str, values: Mapping[str, str], *, whole: bool) -> dict[str, str]:
    """Return the values if every field can take its own.

    Args:
        portal: whose fields.
        kind: ``user`` or ``course``.
        values: by key, ``custom_field_1`` and so on.
        whole: mandatory fields must be there, because the thing is being made.

    Raises:
        InvalidArguments: an unknown field, a value that the field cannot take, or a mandatory one left out.
        ApiError: a mandatory one left out, where the quirk has it named.
    """
    fields = {field.key: field for field in of(portal, kind)}
    unfit = any(key not in fields or not _fits(fields[key], value) for key, value in values.items())
    mandatory = {key for key, field in fields.items() if field.mandatory}
    left_out = [key for key in sorted(mandatory) if (whole or key in values) and not values.get(key, "").strip()]
    if left_out and portal.quirks.mandatory_field_named:
        raise ApiError(f"The custom field {fields[left_out[0]].name} is mandatory")
    if unfit or left_out:
        raise InvalidArguments
    return dict(values)


def _fits(field: CustomField, value: str) -> bool:
    if not value:
        return True
    if field.type == "dropdown":
        return value in field.values
    if field.type == "checkbox":
        return value in ("on", "off")
    return field.type != "date" or _day(value) is not None


def holds(portal: Portal, kind: str, values: Mapping[str, str], wanted: str) -> bool:
    """Tell whether one of the values is the wanted one; dates are asked for with dashes."""
    types = {field.key: field.type for field in of(portal, kind)}
    return any(_same(types.get(key, "text"), value, wanted) for key, value in values.items())


def _same(kind: str, value: str, wanted: str) -> bool:
    if kind != "date":
        return value == wanted
    return "-" in wanted and _day(value) is not None and _day(value) == _day(wanted)


def _day(text: str) -> datetime | None:
    for pattern in DATES:
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None
