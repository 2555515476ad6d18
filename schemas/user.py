"""A TalentLMS user, and what TalentLMS says of their courses (API document, *Users*)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from marshmallow import fields

from schemas.badge import Badge, BadgeSchema
from schemas.certification import Certification, CertificationSchema
from schemas.link import Link, LinkField
from schemas.named import Named, NamedSchema
from schemas.reply import Reply, with_custom_fields
from schemas.wire_fields import Duration, Many, Number, Percentage, Text, Timestamp
from schemas.written_date import WrittenDate, WrittenDateField


@dataclass(frozen=True)
class Enrolment:
    """One course of a user.

    Attributes:
        course_id: the course.
        name: the course's name.
        role: ``learner`` or ``instructor``.
        percentage: progress, 0 to 100, rounded down.
        completion_status: TalentLMS's own word, such as ``incomplete``; empty if it said none.
        completed_on: when it was completed, UTC, or ``None``.
        expired_on: when access ended, UTC, or ``None``.
        completion_status_formatted: the same word for people, such as ``Not Started``.
        enrolled_on: when, UTC.
        total_time: the time spent in the course, or ``None``.
        last_accessed_unit_url: where the user was last; opens for those who are signed in to TalentLMS.
    """

    course_id: int
    name: str = ""
    role: str = "learner"
    percentage: int = 0
    completion_status: str = ""
    completed_on: datetime | None = None
    expired_on: datetime | None = None
    completion_status_formatted: str = ""
    enrolled_on: datetime | None = None
    total_time: timedelta | None = None
    last_accessed_unit_url: str = ""


class EnrolmentSchema(Reply):
    """An entry of a user's ``courses``."""

    record_type = Enrolment
    course_id = fields.Integer(required=True, data_key="id")
    name = Text()
    role = Text()
    percentage = Percentage(data_key="completion_percentage")
    completion_status = Text()
    completed_on = Timestamp(data_key="completed_on_timestamp")
    expired_on = Timestamp(data_key="expired_on_timestamp")
    completion_status_formatted = Text()
    enrolled_on = Timestamp(data_key="enrolled_on_timestamp")
    total_time = Duration()
    last_accessed_unit_url = Text()


@dataclass(frozen=True)
class User:
    """A TalentLMS user.

    Attributes:
        user_id: TalentLMS's id.
        login: the user name.
        first_name: given name.
        last_name: family name.
        email: may be empty for users made by TalentLMS's own single sign-on.
        user_type: the type's name, such as ``Learner-Type`` or ``SuperAdmin``.
        status: ``active`` or ``inactive``.
        language: TalentLMS's name of the language.
        login_key: a link that signs this user in, once; fresh with every look-up.
        courses: only where the user was asked for alone, as are branches, groups, certifications and badges.
        restrict_email: whether TalentLMS keeps from mailing the user.
        timezone: as TalentLMS words it, ``(GMT +02:00) Athens, Istanbul, Minsk``.
        deactivation_date: when the account will be switched off, or ``None``.
        level: the level reached in the games that TalentLMS plays.
        points: the points collected there.
        credit_points: ``credits``, which buy courses.
        created_on: when the account was made.
        last_updated: when it was changed last, UTC.
        avatar: a picture's URL.
        bio: what the user says of themselves.
        branches: the branches joined.
        groups: the groups joined.
        certifications: the certifications awarded.
        badges: the badges earned.
        public_url: the certifications, for everyone who has this address.
        custom_fields: the values of the domain's custom fields by number, where TalentLMS answers them.
    """

    user_id: int
    login: str
    first_name: str
    last_name: str
    email: str
    user_type: str
    status: str
    language: str = ""
    login_key: Link | None = None
    courses: tuple[Enrolment, ...] = ()
    restrict_email: bool = False
    timezone: str = ""
    deactivation_date: WrittenDate | None = None
    level: int = 0
    points: int = 0
    credit_points: Decimal = Decimal(0)
    created_on: WrittenDate | None = None
    last_updated: datetime | None = None
    avatar: str = ""
    bio: str = ""
    branches: tuple[Named, ...] = ()
    groups: tuple[Named, ...] = ()
    certifications: tuple[Certification, ...] = ()
    badges: tuple[Badge, ...] = ()
    public_url: str = ""
    custom_fields: Mapping[int, str] = field(default_factory=dict, hash=False)

    @property
    def active(self) -> bool:
        """Whether the account may be used."""
        return self.status == "active"


class UserSchema(Reply):
    """A user as ``users``, ``usersignup``, ``edituser`` and ``getusersbycustomfield`` answer it."""

    record_type = User
    user_id = fields.Integer(required=True, data_key="id")
    login = Text(required=True)
    first_name = Text(load_default="")
    last_name = Text(load_default="")
    email = Text(load_default="")
    user_type = Text(load_default="")
    status = Text(required=True)
    language = Text()
    login_key = LinkField()
    courses = Many(EnrolmentSchema)
    restrict_email = fields.Boolean()
    timezone = Text()
    deactivation_date = WrittenDateField()
    level = fields.Integer()
    points = fields.Integer()
    credit_points = Number(data_key="credits")
    created_on = WrittenDateField()
    last_updated = Timestamp(data_key="last_updated_timestamp")
    avatar = Text()
    bio = Text()
    branches = Many(NamedSchema)
    groups = Many(NamedSchema)
    certifications = Many(CertificationSchema)
    badges = Many(BadgeSchema)
    public_url = Text()
    custom_fields = fields.Raw()

    def arranged(self, data: dict[str, Any]) -> dict[str, Any]:
        """Gather the custom fields."""
        return with_custom_fields(data)
