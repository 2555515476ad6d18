"""The arguments of one call, read by type; whatever does not fit is refused with ``InvalidArguments``."""

import base64
import binascii
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from sandbox.talentlms.errors import InvalidArguments

CUSTOM_FIELD = "custom_field_"


class Arguments:
    """Names and values as the client sent them.

    Args:
        values: the arguments of the path or the fields of the form.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = dict(values)

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text; without a default it must be there."""
        value = self.values.get(name, default)
        if value is None:
            raise InvalidArguments
        return value

    def number(self, name: str, default: int | None = None) -> int:
        """Return a whole number from 0 on."""
        value = self.values.get(name)
        if value is None and default is not None:
            return default
        if value is None or not (value.isascii() and value.isdigit()):
            raise InvalidArguments
        return int(value)

    def choice(self, name: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """Return one of the allowed words."""
        value = self.text(name, default)
        if value not in allowed:
            raise InvalidArguments
        return value

    def flag(self, name: str, yes: str, no: str) -> bool:
        """Return whether the argument is ``yes``; it is ``no`` where it is missing."""
        return self.choice(name, (yes, no), no) == yes

    def cents(self, name: str) -> int:
        """Return a price such as ``49.90`` in cents; 0 where it is missing."""
        try:
            amount = Decimal(self.text(name, "0"))
        except InvalidOperation as fault:
            raise InvalidArguments from fault
        if not (amount.is_finite() and amount >= 0):
            raise InvalidArguments
        return int(amount * 100)

    def encoded_url(self, name: str) -> str:
        """Return the URL in a base64 argument (standard alphabet, padding); empty where it is missing or empty."""
        value = self.text(name, "")
        try:
            url = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError) as fault:
            raise InvalidArguments from fault
        return checked_url(url)

    def custom_fields(self) -> dict[str, str]:
        """Return the arguments that are custom fields."""
        return {name: value for name, value in self.values.items() if name.startswith(CUSTOM_FIELD)}


def checked_url(url: str) -> str:
    """Return an absolute web address, or the empty text, as it is."""
    if url and not url.startswith(("http://", "https://")):
        raise InvalidArguments
    return url
