"""What is on offer: courses and categories with their prices, as ``GET /api/v1/catalog`` answers it."""

from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError, fields

from schemas.message import Message


@dataclass(frozen=True)
class CatalogPrice:
    """A price.

    Attributes:
        text: as TalentLMS writes it, such as ``$49.00``.
        symbol: the currency's sign or name; empty if TalentLMS shows none.
        amount: how much, in decimal digits such as ``49.00``; ``None`` if the text holds no number.
    """

    text: str
    symbol: str = ""
    amount: str | None = None

    @property
    def is_free(self) -> bool:
        """Whether it costs nothing."""
        return self.amount is not None and not self.amount.strip("0.")


@dataclass(frozen=True)
class CatalogCourse:
    """A course on offer.

    Attributes:
        id: TalentLMS's.
        name: its name.
        code: the code that people give it, or empty.
        description: what it is about, without any markup, or empty.
        category_id: of one of the catalogue's categories, or ``None``.
        price: what it costs, or ``None`` if TalentLMS does not say.
    """

    id: int
    name: str
    code: str = ""
    description: str = ""
    category_id: int | None = None
    price: CatalogPrice | None = None


@dataclass(frozen=True)
class CatalogCategory:
    """A category with courses on offer, or one that holds such a category.

    Attributes:
        id: TalentLMS's.
        name: its name.
        parent_id: the category that it is part of, one of the catalogue's, or ``None``.
        price: what all of its courses cost together, or ``None`` if TalentLMS does not say.
    """

    id: int
    name: str
    parent_id: int | None = None
    price: CatalogPrice | None = None


@dataclass(frozen=True)
class CatalogContent:
    """What is on offer.

    Attributes:
        courses: by name.
        categories: by name.
    """

    courses: tuple[CatalogCourse, ...] = ()
    categories: tuple[CatalogCategory, ...] = ()


class CatalogPriceSchema(Message):
    """A price."""

    record_type = CatalogPrice

    text = fields.String(required=True, metadata={"description": "As TalentLMS writes it.", "example": "$49.00"})
    symbol = fields.String(
        required=True,
        metadata={"description": "The currency's sign or name; empty if TalentLMS shows none.", "example": "$"},
    )
    amount = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "How much, in decimal digits; null if the text holds no number.",
            "example": "49.00",
        },
    )


class CatalogCourseSchema(Message):
    """A course on offer."""

    record_type = CatalogCourse

    id = fields.Integer(required=True, metadata={"description": "TalentLMS's id.", "example": 12})
    name = fields.String(required=True, metadata={"description": "Its name.", "example": "Data protection"})
    code = fields.String(required=True, metadata={"description": "The code that people give it, or empty."})
    description = fields.String(
        required=True, metadata={"description": "What it is about, plain text of 2,000 characters at most, or empty."}
    )
    category_id = fields.Integer(
        required=True, allow_none=True, metadata={"description": "One of the categories, or null."}
    )
    price = fields.Nested(
        CatalogPriceSchema,
        required=True,
        allow_none=True,
        metadata={"description": "What it costs; null if TalentLMS does not say."},
    )


class CatalogCategorySchema(Message):
    """A category with courses on offer."""

    record_type = CatalogCategory

    id = fields.Integer(required=True, metadata={"description": "TalentLMS's id.", "example": 3})
    name = fields.String(required=True, metadata={"description": "Its name.", "example": "Compliance"})
    parent_id = fields.Integer(
        required=True, allow_none=True, metadata={"description": "The category that it is part of, or null."}
    )
    price = fields.Nested(
        CatalogPriceSchema,
        required=True,
        allow_none=True,
        metadata={"description": "What all of its courses cost together; null if TalentLMS does not say."},
    )


class CatalogSchema(Message):
    """What is on offer, without any link that signs somebody in."""

    record_type = CatalogContent

    courses = fields.List(
        fields.Nested(CatalogCourseSchema),
        required=True,
        metadata={"description": "The courses that TalentLMS shows in its own catalogue, by name."},
    )
    categories = fields.List(
        fields.Nested(CatalogCategorySchema),
        required=True,
        metadata={"description": "The categories that hold one of these courses, and those that they are part of."},
    )


_SCHEMA = CatalogSchema()


def catalog_document(content: CatalogContent) -> dict[str, Any]:
    """Return what is on offer as the document that the API answers."""
    return dict(_SCHEMA.dump(content))


def catalog_content(document: object) -> CatalogContent | None:
    """Return what a document has on offer; ``None`` if it is no such document."""
    try:
        content: CatalogContent = _SCHEMA.load(document)  # type: ignore[arg-type]
    except ValidationError:
        return None
    return CatalogContent(tuple(content.courses), tuple(content.categories))
