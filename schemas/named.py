"""The id and name of something, where TalentLMS says no more about it."""

from dataclasses import dataclass

from marshmallow import fields

from schemas.reply import Reply
from schemas.wire_fields import Text


@dataclass(frozen=True)
class Named:
    """A user, course, group or branch as another thing's reply mentions it.

    Attributes:
        id: TalentLMS's id.
        name: its name; a user's is abbreviated, ``D. Example``.
    """

    id: int
    name: str = ""


class NamedSchema(Reply):
    """``{"id": …, "name": …}``."""

    record_type = Named
    id = fields.Integer(required=True)
    name = Text()
