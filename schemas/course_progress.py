"""How far a user is in a course, unit by unit (API document, *Get user status in course*)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from marshmallow import fields

from schemas.reply import Reply
from schemas.wire_fields import Duration, Many, Number, Percentage, Text, Timestamp


@dataclass(frozen=True)
class UnitStatus:
    """How far a user is in one unit.

    Attributes:
        unit_id: the unit.
        name: its name.
        type: in TalentLMS's words, such as ``Test`` or ``Presentation | Document``.
        completion_status: in TalentLMS's words, such as ``Completed``.
        completed_on: when, UTC, or ``None``.
        score: in percent, 0 to 100, or ``None``.
        total_time: the time spent in it, or ``None``.
    """

    unit_id: int
    name: str = ""
    type: str = ""
    completion_status: str = ""
    completed_on: datetime | None = None
    score: Decimal | None = None
    total_time: timedelta | None = None


class UnitStatusSchema(Reply):
    """An entry of ``units`` in ``getuserstatusincourse``."""

    record_type = UnitStatus
    unit_id = fields.Integer(required=True, data_key="id")
    name = Text()
    type = Text()
    completion_status = Text()
    completed_on = Timestamp(data_key="completed_on_timestamp")
    score = Number()
    total_time = Duration()


@dataclass(frozen=True)
class CourseProgress:
    """How far a user is in a course.

    Attributes:
        role: ``learner`` or ``instructor``.
        enrolled_on: when, UTC.
        completion_status: in TalentLMS's words, such as ``Completed``.
        percentage: progress, 0 to 100, rounded down.
        completed_on: when, UTC, or ``None``.
        expired_on: when access ended, UTC, or ``None``.
        total_time: the time spent in the course, or ``None``.
        units: the same, unit by unit.
    """

    role: str
    enrolled_on: datetime | None = None
    completion_status: str = ""
    percentage: int = 0
    completed_on: datetime | None = None
    expired_on: datetime | None = None
    total_time: timedelta | None = None
    units: tuple[UnitStatus, ...] = ()


class CourseProgressSchema(Reply):
    """``getuserstatusincourse``."""

    record_type = CourseProgress
    role = Text(required=True)
    enrolled_on = Timestamp(data_key="enrolled_on_timestamp")
    completion_status = Text()
    percentage = Percentage(data_key="completion_percentage")
    completed_on = Timestamp(data_key="completed_on_timestamp")
    expired_on = Timestamp(data_key="expired_on_timestamp")
    total_time = Duration()
    units = Many(UnitStatusSchema)
