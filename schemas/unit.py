"""A unit of a course: content, a test, a survey, a section (API document, *Courses*, *Categories*)."""

from dataclasses import dataclass

from marshmallow import fields

from schemas.reply import Reply
from schemas.wire_fields import Text


@dataclass(frozen=True)
class Unit:
    """A unit.

    Attributes:
        unit_id: TalentLMS's id.
        type: in TalentLMS's words, such as ``Content``, ``Test`` or ``Section``.
        name: its name.
        url: its address; opens for those who are signed in to TalentLMS.
        delay_time: how long it stays closed after the one before, in minutes.
        aggregated_delay_time: how long it stays closed from the beginning on, in minutes.
        formatted_aggregated_delay_time: the same for people, ``1h``.
    """

    unit_id: int
    type: str = ""
    name: str = ""
    url: str = ""
    delay_time: int = 0
    aggregated_delay_time: int = 0
    formatted_aggregated_delay_time: str = ""


class UnitSchema(Reply):
    """An entry of a course's ``units``."""

    record_type = Unit
    unit_id = fields.Integer(required=True, data_key="id")
    type = Text()
    name = Text()
    url = Text()
    delay_time = fields.Integer()
    aggregated_delay_time = fields.Integer()
    formatted_aggregated_delay_time = Text()
