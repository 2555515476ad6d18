"""What the portal keeps: plain records of text, figures and lists, so that a snapshot is JSON.

Times are whole seconds since 1970, UTC, and ``None`` for never. Money is in cents of the domain's currency.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class User:
    """A person with an account. ``archived`` is what a deletion leaves that is not permanent."""

    id: int
    login: str
    first_name: str
    last_name: str
    email: str
    password: str
    user_type: str
    created_on: int
    last_updated: int
    login_key: str
    signature: str
    restrict_email: bool = False
    timezone: str = "(GMT 00:00) Greenwich Mean Time: Edinburgh, Lisbon, London"
    language: str = "English"
    status: str = "active"
    deactivates_on: int | None = None
    level: int = 1
    points: int = 0
    credits: int = 0
    bio: str | None = None
    archived: bool = False
    custom_fields: dict[str, str] = field(default_factory=dict)
    badges: list[dict[str, Any]] = field(default_factory=list)

    @property
    def short_name(self) -> str:
        """The name as lists show it: ``K. Lee``."""
        return f"{self.first_name[:1]}. {self.last_name}"


@dataclass
class Course:
    """A course of the catalogue. ``prerequisites`` are pairs of course id and rule set."""

    id: int
    name: str
    created_on: int
    last_updated: int
    creator_id: int
    code: str = ""
    category_id: int | None = None
    description: str = ""
    price: int = 0
    hide_from_catalog: bool = False
    time_limit: int = 0
    starts_on: int | None = None
    expires_on: int | None = None
    level: str = ""
    shared_key: str = ""
    certification: str = ""
    certification_days: int = 0
    rules: list[str] = field(default_factory=list)
    prerequisites: list[list[int]] = field(default_factory=list)
    custom_fields: dict[str, str] = field(default_factory=dict)


@dataclass
class Unit:
    """A unit of a course. ``questions`` belong to tests and surveys, ``sessions`` to instructor-led training."""

    id: int
    course_id: int
    type: str
    name: str
    delay_minutes: int = 0
    questions: list[dict[str, Any]] = field(default_factory=list)
    sessions: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Category:
    """A shelf of the catalogue."""

    id: int
    name: str
    price: int = 0
    parent_id: int | None = None


@dataclass
class Group:
    """A group of users and the courses that its members take. ``max_redemptions`` 0 means no limit."""

    id: int
    name: str
    key: str
    owner_id: int
    description: str = ""
    price: int = 0
    branch_id: int | None = None
    max_redemptions: int = 0
    redemptions: int = 0
    users: list[int] = field(default_factory=list)
    courses: list[int] = field(default_factory=list)


@dataclass
class Branch:
    """A part of the domain with a face of its own. ``settings`` are the values of the reply that are only kept."""

    id: int
    name: str
    creator_id: int
    description: str = ""
    status: str = "active"
    group_id: int | None = None
    users_limit: int = 0
    settings: dict[str, str | None] = field(default_factory=dict)
    users: list[int] = field(default_factory=list)
    courses: list[int] = field(default_factory=list)


@dataclass
class Enrolment:
    """A user in a course. ``percentage`` counts from 0 to 100."""

    user_id: int
    course_id: int
    role: str
    enrolled_on: int
    percentage: int = 0
    completed_on: int | None = None
    expires_on: int | None = None
    seconds: int = 0


@dataclass
class Progress:
    """A user in a unit. ``answers`` holds what was answered, by question id."""

    user_id: int
    unit_id: int
    status: str
    score: int
    seconds: int
    completed_on: int | None = None
    answers: dict[str, Any] = field(default_factory=dict)


@dataclass
class Certificate:
    """What completing a course earned."""

    id: int
    user_id: int
    course_id: int
    unique_id: str
    issued_on: int
    expires_on: int | None = None


@dataclass
class CustomField:
    """A field of the domain's own; ``of`` says whether users or courses have it."""

    of: str
    key: str
    type: str
    name: str
    mandatory: bool = False
    visible_on_reports: bool = True
    values: list[str] = field(default_factory=list)
    selective: bool = False


@dataclass
class Event:
    """An entry of the timeline. ``about`` names the things it concerns: ``user_id``, ``course_id`` and so on."""

    id: int
    action: str
    message: str
    time: int
    user_id: int
    user_login: str
    user_email: str
    user_name: str
    object_id: str
    object_name: str
    about: dict[str, int] = field(default_factory=dict)


@dataclass
class Link:
    """A one-time link. ``kind`` is ``login``, ``goto``, ``logout``, ``payment`` or ``password``."""

    key: str
    kind: str
    user_id: int
    used: bool = False
    course_id: int | None = None
    category_id: int | None = None
    coupon: str = ""
    logout_redirect: str = ""
    course_completed_redirect: str = ""
    hidden: list[str] = field(default_factory=list)
    target: str = ""


@dataclass
class Session:
    """A browser that is signed in."""

    id: str
    user_id: int
    logout_redirect: str = ""
    course_completed_redirect: str = ""
    hidden: list[str] = field(default_factory=list)


@dataclass
class Order:
    """A payment that was made on a payment page."""

    id: int
    user_id: int
    item: str
    amount: int
    coupon: str
    time: int
    courses: list[int] = field(default_factory=list)


@dataclass
class Coupon:
    """A discount in per cent."""

    code: str
    percent: int
    expired: bool = False


@dataclass
class Mail:
    """A message that TalentLMS would have sent."""

    id: int
    to: str
    subject: str
    text: str
    time: int
