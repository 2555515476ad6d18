"""A session of instructor-led training (API document, *Get ILT sessions*)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from marshmallow import fields

from schemas.reply import Reply
from schemas.wire_fields import Limit, Text, Timestamp


@dataclass(frozen=True)
class IltSession:
    """A session of instructor-led training.

    Attributes:
        session_id: TalentLMS's id.
        name: its name.
        multiname: the name that it shares with other sessions.
        linked_to: the session it is linked to, as TalentLMS writes it.
        type: ``webinar`` or ``classroom``, or whatever else TalentLMS offers.
        owner_id: whose it is.
        instructor_id: who teaches.
        description: what it is about.
        location: where.
        start: when, UTC.
        capacity: how many may come, or ``None`` for any number.
        duration: how long.
    """

    session_id: int
    name: str = ""
    multiname: str = ""
    linked_to: str = ""
    type: str = ""
    owner_id: int | None = None
    instructor_id: int | None = None
    description: str = ""
    location: str = ""
    start: datetime | None = None
    capacity: int | None = None
    duration: timedelta | None = None


class IltSessionSchema(Reply):
    """An entry of ``getiltsessions``."""

    record_type = IltSession
    session_id = fields.Integer(required=True, data_key="id")
    name = Text()
    multiname = Text()
    linked_to = Text()
    type = Text()
    owner_id = fields.Integer()
    instructor_id = fields.Integer()
    description = Text()
    location = Text()
    start = Timestamp(data_key="start_timestamp")
    capacity = Limit()
    duration = fields.TimeDelta(precision="minutes", data_key="duration_minutes")
