"""A badge that a user has earned (API document, *Users*)."""

from dataclasses import dataclass
from datetime import datetime

from schemas.reply import Reply
from schemas.wire_fields import Text, Timestamp


@dataclass(frozen=True)
class Badge:
    """A badge.

    Attributes:
        name: such as ``Activity Newbie``.
        type: what it is given for, such as ``activity``.
        image_url: its picture.
        criteria: what had to be done, such as ``4 logins``.
        issued_on: when, UTC.
    """

    name: str = ""
    type: str = ""
    image_url: str = ""
    criteria: str = ""
    issued_on: datetime | None = None


class BadgeSchema(Reply):
    """An entry of a user's ``badges``."""

    record_type = Badge
    name = Text()
    type = Text()
    image_url = Text()
    criteria = Text()
    issued_on = Timestamp(data_key="issued_on_timestamp")
