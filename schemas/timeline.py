"""An entry of a domain's timeline (API document, *Get timeline*)."""

from dataclasses import dataclass
from datetime import datetime

from marshmallow import fields

from schemas.reply import Reply
from schemas.wire_fields import Text, Timestamp


@dataclass(frozen=True)
class TimelineEntry:
    """Something that happened.

    Attributes:
        action: the event type, as Appendix B has it.
        message: the same as a sentence.
        happened_at: when, UTC.
        user_id: who did it, or whom it happened to.
        user_username: their login.
        user_email: their e-mail address.
        user_fullname: their name, abbreviated.
        object_id: the course, group or the like that it is about, or ``None``.
        object_name: its name.
        event_counter: how often it happened, where TalentLMS counts equal events together.
    """

    action: str
    message: str = ""
    happened_at: datetime | None = None
    user_id: int | None = None
    user_username: str = ""
    user_email: str = ""
    user_fullname: str = ""
    object_id: int | None = None
    object_name: str = ""
    event_counter: int = 1


class TimelineEntrySchema(Reply):
    """An entry of ``gettimeline``."""

    record_type = TimelineEntry
    action = Text(required=True)
    message = Text()
    happened_at = Timestamp(data_key="unix_timestamp")
    user_id = fields.Integer()
    user_username = Text()
    user_email = Text()
    user_fullname = Text()
    object_id = fields.Integer()
    object_name = Text()
    event_counter = fields.Integer()
