"""A user of a course, as the course sees them (API document, *Retrieving a course*)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from marshmallow import fields

from schemas.reply import Reply
from schemas.wire_fields import Duration, Percentage, Text, Timestamp


@dataclass(frozen=True)
class Participant:
    """A user of a course.

    Attributes:
        user_id: the user.
        name: abbreviated, ``D. Example``.
        role: ``learner`` or ``instructor``.
        enrolled_on: when, UTC.
        completed_on: when, UTC, or ``None``.
        percentage: progress, 0 to 100, rounded down.
        expired_on: when access ended, UTC, or ``None``.
        total_time: the time spent in the course, or ``None``.
    """

    user_id: int
    name: str = ""
    role: str = "learner"
    enrolled_on: datetime | None = None
    completed_on: datetime | None = None
    percentage: int = 0
    expired_on: datetime | None = None
    total_time: timedelta | None = None


class ParticipantSchema(Reply):
    """An entry of a course's ``users``."""

    record_type = Participant
    user_id = fields.Integer(required=True, data_key="id")
    name = Text()
    role = Text()
    enrolled_on = Timestamp(data_key="enrolled_on_timestamp")
    completed_on = Timestamp(data_key="completed_on_timestamp")
    percentage = Percentage(data_key="completion_percentage")
    expired_on = Timestamp(data_key="expired_on_timestamp")
    total_time = Duration()
