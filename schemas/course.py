"""A TalentLMS course (API document, *Courses*)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from marshmallow import fields

from schemas.participant import Participant, ParticipantSchema
from schemas.price import Price, PriceField
from schemas.reply import Reply, with_custom_fields
from schemas.unit import Unit, UnitSchema
from schemas.wire_fields import Many, Text, Texts
from schemas.written_date import MomentField, WrittenDate, WrittenDateField

_FOR_EVER = "forever"


@dataclass(frozen=True)
class Prerequisite:
    """A course that has to be completed first.

    Attributes:
        course_id: that course.
        course_name: its name.
        rule_set: the number of the set it belongs to: completing all of one set is enough; ``None`` outside of sets.
    """

    course_id: int
    course_name: str = ""
    rule_set: int | None = None


class PrerequisiteSchema(Reply):
    """An entry of ``prerequisites`` or ``prerequisite_rule_sets``."""

    record_type = Prerequisite
    course_id = fields.Integer(required=True)
    course_name = Text()
    rule_set = fields.Integer()


@dataclass(frozen=True)
class Course:
    """A course.

    Attributes:
        course_id: TalentLMS's id.
        name: its name.
        code: the code that people give it.
        category_id: its category, or ``None``.
        description: may hold HTML, which is somebody's text: never to be shown unescaped.
        price: what it costs, or ``None`` if TalentLMS does not say.
        status: ``active`` or ``inactive``.
        creation_date: when it was made.
        last_update_on: when it was changed last.
        creator_id: whose it is.
        hide_from_catalog: whether the catalogue leaves it out.
        time_limit: days from the enrolment on; 0 for none.
        start_datetime: from when on it is open, UTC, or ``None``.
        expiration_datetime: until when it is open, UTC, or ``None``.
        level: the level that a user needs for it.
        shared: whether it has a public address.
        shared_url: that address.
        avatar: a picture's URL.
        big_avatar: a larger one's.
        certification: the name of the certificate's design; empty for no certificate.
        certification_duration: how long a certificate is valid, ``11 days``; empty for ever.
        users: who is in it; only where the course was asked for alone, as are units, rules and prerequisites.
        units: what it consists of.
        rules: what has to be done, in sentences.
        prerequisites: courses to complete first.
        prerequisite_rule_sets: the same in sets, of which one is enough.
        custom_fields: the values of the domain's custom fields by number, where TalentLMS answers them.
    """

    course_id: int
    name: str = ""
    code: str = ""
    category_id: int | None = None
    description: str = ""
    price: Price | None = None
    status: str = ""
    creation_date: WrittenDate | None = None
    last_update_on: WrittenDate | None = None
    creator_id: int | None = None
    hide_from_catalog: bool = False
    time_limit: int = 0
    start_datetime: datetime | WrittenDate | None = None
    expiration_datetime: datetime | WrittenDate | None = None
    level: int | None = None
    shared: bool = False
    shared_url: str = ""
    avatar: str = ""
    big_avatar: str = ""
    certification: str = ""
    certification_duration: str = ""
    users: tuple[Participant, ...] = ()
    units: tuple[Unit, ...] = ()
    rules: tuple[str, ...] = ()
    prerequisites: tuple[Prerequisite, ...] = ()
    prerequisite_rule_sets: tuple[Prerequisite, ...] = ()
    custom_fields: Mapping[int, str] = field(default_factory=dict, hash=False)


class CourseSchema(Reply):
    """A course as ``courses``, ``createcourse``, ``getcoursesbycustomfield`` and the categories answer it."""

    record_type = Course
    course_id = fields.Integer(required=True, data_key="id")
    name = Text()
    code = Text()
    category_id = fields.Integer()
    description = Text()
    price = PriceField()
    status = Text()
    creation_date = WrittenDateField()
    last_update_on = WrittenDateField()
    creator_id = fields.Integer()
    hide_from_catalog = fields.Boolean()
    time_limit = fields.Integer()
    start_datetime = MomentField()
    expiration_datetime = MomentField()
    level = fields.Integer()
    shared = fields.Boolean()
    shared_url = Text()
    avatar = Text()
    big_avatar = Text()
    certification = Text()
    certification_duration = Text()
    users = Many(ParticipantSchema)
    units = Many(UnitSchema)
    rules = Texts()
    prerequisites = Many(PrerequisiteSchema)
    prerequisite_rule_sets = Many(PrerequisiteSchema)
    custom_fields = fields.Raw()

    def arranged(self, data: dict[str, Any]) -> dict[str, Any]:
        """Gather the custom fields; a certificate that is valid for ever has no duration."""
        if str(data.get("certification_duration", "")).lower() == _FOR_EVER:
            data = {**data, "certification_duration": ""}
        return with_custom_fields(data)
