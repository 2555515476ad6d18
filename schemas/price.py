"""A price, as TalentLMS shows it (API document, *Courses*, *Categories*, *Groups*)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields

from schemas.wire_fields import decoded

_AMOUNT = re.compile(r"\d+(?:[.,'\s]\d+)*", re.ASCII)


@dataclass(frozen=True)
class Price:
    """A price.

    Attributes:
        text: what TalentLMS shows, its HTML entities decoded: ``$1,250.00``.
        symbol: the currency's sign or name, empty if TalentLMS shows none: ``$``.
        amount: how much, or ``None`` if the text holds no number.
    """

    text: str
    symbol: str = ""
    amount: Decimal | None = None

    @property
    def free(self) -> bool:
        """Whether it costs nothing."""
        return self.amount == 0


class PriceField(fields.Field[Price]):
    """A price such as ``"$0"``, ``"&#36;0.00"``, ``"1.250,00 €"`` or ``12.5`` to a ``Price``."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Price:
        del attr, data, kwargs
        if not isinstance(value, str | int | float):
            raise ValidationError("not a price")
        text = decoded(str(value)).strip()
        found = _AMOUNT.search(text)
        if not found:
            return Price(text, text)
        return Price(text, (text[: found.start()] + text[found.end() :]).strip(), _amount(found[0]))


def _amount(digits: str) -> Decimal:
    """Read digits with separators: the last one is the decimal point if one or two digits follow it."""
    whole, _, fraction = re.sub(r"[,'\s]", ".", digits).rpartition(".")
    if whole and len(fraction) <= len("99"):
        return Decimal(f"{whole.replace('.', '')}.{fraction}")
    return Decimal(f"{whole}{fraction}".replace(".", ""))
