"""A TalentLMS category of courses (API document, *Categories*)."""

from dataclasses import dataclass

from marshmallow import fields

from schemas.course import Course, CourseSchema
from schemas.price import Price, PriceField
from schemas.reply import Reply
from schemas.wire_fields import Many, Text


@dataclass(frozen=True)
class Category:
    """A category.

    Attributes:
        category_id: TalentLMS's id.
        name: its name.
        price: what all of its courses cost together, or ``None`` if TalentLMS does not say.
        parent_category_id: the category it is part of, or ``None``.
        courses: its courses, with fewer details than the courses' own reply; not where all categories were asked for.
    """

    category_id: int
    name: str = ""
    price: Price | None = None
    parent_category_id: int | None = None
    courses: tuple[Course, ...] = ()


class CategorySchema(Reply):
    """A category as ``categories`` and ``categoryleafsandcourses`` answer it."""

    record_type = Category
    category_id = fields.Integer(required=True, data_key="id")
    name = Text()
    price = PriceField()
    parent_category_id = fields.Integer()
    courses = Many(CourseSchema)
