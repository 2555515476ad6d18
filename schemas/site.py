"""A TalentLMS domain and how many calls it still takes (API document, *Domain details*, *Rate limiting*)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marshmallow import fields, validate

from schemas.reply import Reply
from schemas.wire_fields import Limit, Text, Timestamp
from schemas.written_date import DATE_FORMATS, DateFormat


@dataclass(frozen=True)
class SiteInfo:
    """A domain.

    Attributes:
        date_format: the order of day, month and year in its dates.
        total_users: how many users it has.
        total_courses: how many courses.
        total_categories: how many categories.
        total_groups: how many groups.
        total_branches: how many branches.
        monthly_active_users: how many used it this month; ``None`` on plans that do not count them.
        signup_method: how people get in: ``direct``, ``captcha``, ``email``, ``admin`` or ``manual``.
        signup_type: such as ``direct``.
        verification: how sign-ups are verified, such as ``email``; empty for not at all.
        paypal_email: who gets the money for courses.
        domain_map: the domain's other host, or empty.
        maximum_branches: how many branches the plan allows, or ``None`` for any number.
    """

    date_format: DateFormat
    total_users: int = 0
    total_courses: int = 0
    total_categories: int = 0
    total_groups: int = 0
    total_branches: int = 0
    monthly_active_users: int | None = None
    signup_method: str = ""
    signup_type: str = ""
    verification: str = ""
    paypal_email: str = ""
    domain_map: str = ""
    maximum_branches: int | None = None


class SiteInfoSchema(Reply):
    """``siteinfo``."""

    record_type = SiteInfo
    date_format = Text(required=True, validate=validate.OneOf(DATE_FORMATS))
    total_users = fields.Integer()
    total_courses = fields.Integer()
    total_categories = fields.Integer()
    total_groups = fields.Integer()
    total_branches = fields.Integer()
    monthly_active_users = fields.Integer()
    signup_method = Text()
    signup_type = Text()
    verification = Text()
    paypal_email = Text()
    domain_map = Text()
    maximum_branches = Limit()

    def arranged(self, data: dict[str, Any]) -> dict[str, Any]:
        """Lift the limit out of ``limits``, whose key the document spells ``maximum_brances``."""
        limits = data.get("limits")
        if not isinstance(limits, Mapping):
            return data
        return {**data, "maximum_branches": limits.get("maximum_branches", limits.get("maximum_brances", "-1"))}


@dataclass(frozen=True)
class RateLimit:
    """How many calls the domain takes.

    Attributes:
        limit: calls per hour.
        remaining: calls left in the current window.
        reset: when the window ends, UTC.
        formatted_reset: the same for people, in the domain's format.
    """

    limit: int
    remaining: int
    reset: datetime | None = None
    formatted_reset: str = ""


class RateLimitSchema(Reply):
    """``ratelimit``."""

    record_type = RateLimit
    limit = fields.Integer(required=True)
    remaining = fields.Integer(required=True)
    reset = Timestamp()
    formatted_reset = Text()
