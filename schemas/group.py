"""A TalentLMS group: people who share courses and a key to join with (API document, *Groups*)."""

from dataclasses import dataclass

from marshmallow import fields

from schemas.named import Named, NamedSchema
from schemas.price import Price, PriceField
from schemas.reply import Reply
from schemas.wire_fields import Limit, Many, Text


@dataclass(frozen=True)
class Group:
    """A group.

    Attributes:
        group_id: TalentLMS's id.
        name: its name.
        description: what it is for.
        key: what one joins with.
        price: what its courses cost together, or ``None`` if TalentLMS does not say.
        owner_id: whose it is.
        belongs_to_branch: the branch, or ``None``.
        max_redemptions: how often the key may be used, or ``None`` for any number.
        redemptions_sofar: how often it was.
        users: who is in it; only where the group was asked for alone.
        courses: what its members are enrolled in; only where the group was asked for alone.
    """

    group_id: int
    name: str = ""
    description: str = ""
    key: str = ""
    price: Price | None = None
    owner_id: int | None = None
    belongs_to_branch: int | None = None
    max_redemptions: int | None = None
    redemptions_sofar: int = 0
    users: tuple[Named, ...] = ()
    courses: tuple[Named, ...] = ()


class GroupSchema(Reply):
    """A group as ``groups`` and ``creategroup`` answer it."""

    record_type = Group
    group_id = fields.Integer(required=True, data_key="id")
    name = Text()
    description = Text()
    key = Text()
    price = PriceField()
    owner_id = fields.Integer()
    belongs_to_branch = fields.Integer()
    max_redemptions = Limit()
    redemptions_sofar = fields.Integer()
    users = Many(NamedSchema)
    courses = Many(NamedSchema)
