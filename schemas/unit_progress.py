"""How a user did in one unit (API document, *Units*)."""

from dataclasses import dataclass
from decimal import Decimal

from marshmallow import fields

from schemas.reply import Reply
from schemas.wire_fields import Number, Text


@dataclass(frozen=True)
class UnitProgress:
    """A user's score in a unit.

    Attributes:
        user_id: the user.
        status: in TalentLMS's words, such as ``Completed`` or ``In progress``.
        score: in percent, 0 to 100, or ``None``.
    """

    user_id: int
    status: str = ""
    score: Decimal | None = None


class UnitProgressSchema(Reply):
    """An entry of ``getusersprogressinunits``."""

    record_type = UnitProgress
    user_id = fields.Integer(required=True)
    status = Text()
    score = Number()
