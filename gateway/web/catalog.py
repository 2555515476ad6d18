"""``/catalog``: what is on offer, for anybody, where the settings say so. It works without scripts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from gateway.errors import PageNotFound
from gateway.flows.catalog import Catalog
from gateway.web import languages
from gateway.web.addresses import BUY_CATEGORY, BUY_COURSE, CATALOG, to
from gateway.web.pages import page
from schemas.catalog import CatalogCategory, CatalogContent, CatalogCourse, CatalogPrice

PER_PAGE = 10
"""Courses on a page; with the lengths below no page is larger than 30 kB."""
CATEGORIES = 30
"""Categories that a page links to; the courses of further ones are found by a search for the category's name."""
SHOWN_NAME, SHOWN_CHOICE, SHOWN_DESCRIPTION = 80, 40, 140
"""Characters that are shown."""
QUERY_LENGTH = 100
_DIGITS = 10


@dataclass(frozen=True)
class Row:
    """A course as the page shows it.

    Attributes:
        id: TalentLMS's.
        name: its name.
        description: the beginning of what it is about.
        price: as the language writes it; empty for nothing, and where TalentLMS does not say.
        is_free: whether it costs nothing.
        href: our address that leads to its payment page.
    """

    id: int
    name: str
    description: str
    price: str
    is_free: bool
    href: str


@dataclass(frozen=True)
class Bundle:
    """All courses of a category, as one purchase.

    Attributes:
        price: as the language writes it.
        href: our address that leads to its payment page.
    """

    price: str
    href: str


@dataclass(frozen=True)
class Section:
    """The courses of a category that are on the page.

    Attributes:
        id: the category's; 0 for courses without one.
        name: its name; empty for courses without a category.
        bundle: or ``None`` where there is no such price.
        courses: which.
    """

    id: int
    name: str
    bundle: Bundle | None
    courses: Sequence[Row]


@dataclass(frozen=True)
class Choice:
    """A link to the courses of a category.

    Attributes:
        name: the category's name.
        href: its address.
        is_current: whether it is chosen.
    """

    name: str
    href: str
    is_current: bool


@dataclass(frozen=True)
class _Asked:
    """What a request asks for.

    Attributes:
        query: the words to search for; empty for none.
        category_id: 0 for all.
        page: from 1 on.
    """

    query: str
    category_id: int
    page: int

    def href(self, page_number: int) -> str:
        """Return the address of another page of the same courses."""
        chosen = {"q": self.query, "category": self.category_id, "page": page_number if page_number > 1 else 0}
        query = urlencode({name: value for name, value in chosen.items() if value})
        return f"{CATALOG}?{query}" if query else CATALOG


def blueprint(catalog: Catalog, *, is_public: bool) -> Blueprint:
    """Return the route.

    Args:
        catalog: what is on offer.
        is_public: whether anybody may see it; otherwise there is no such page, and TalentLMS is not asked.
    """
    routes = Blueprint("catalog", __name__)

    @routes.get(CATALOG)
    def show() -> Response:
        if not is_public:
            raise PageNotFound("[catalog] public is false")
        return _page(catalog.current(), _asked())

    return routes


def _asked() -> _Asked:
    """Return what the request asks for; what is not readable asks for nothing."""
    query = " ".join(request.args.get("q", "").split())[:QUERY_LENGTH]
    return _Asked(query, _number("category"), _number("page") or 1)


def _number(name: str) -> int:
    written = request.args.get(name, "")
    is_number = written.isascii() and written.isdigit() and len(written) <= _DIGITS
    return int(written) if is_number else 0


def _page(content: CatalogContent, asked: _Asked) -> Response:
    names = {category.id: category.name for category in content.categories}
    rank = {category.id: number for number, category in enumerate(content.categories)}
    last = len(rank)
    found = [course for course in content.courses if _is_asked_for(course, asked, names)]
    found.sort(key=lambda course: rank.get(course.category_id or 0, last))  # by name within each
    pages = max(1, -(-len(found) // PER_PAGE))
    number = min(asked.page, pages)
    return page(
        "catalog.html",
        form_origins=(),
        query=asked.query,
        is_narrowed=bool(asked.query or asked.category_id),
        number_found=len(found),
        sections=_sections(found[(number - 1) * PER_PAGE : number * PER_PAGE], content),
        choices=_choices(content, asked.category_id),
        is_all=not asked.category_id,
        all_href=CATALOG,
        page_number=number,
        pages=pages,
        previous_href=asked.href(number - 1) if number > 1 else None,
        next_href=asked.href(number + 1) if number < pages else None,
    )


def _is_asked_for(course: CatalogCourse, asked: _Asked, names: dict[int, str]) -> bool:
    if asked.category_id and course.category_id != asked.category_id:
        return False
    if not asked.query:
        return True
    text = f"{course.name} {course.code} {course.description} {names.get(course.category_id or 0, '')}".casefold()
    return all(word in text for word in asked.query.casefold().split())


def _sections(courses: Sequence[CatalogCourse], content: CatalogContent) -> list[Section]:
    by_id = {category.id: category for category in content.categories}
    sections = []
    for category_id, several in groupby(courses, key=lambda course: course.category_id or 0):
        category = by_id.get(category_id)
        name = _cut(category.name, SHOWN_NAME) if category else ""
        sections.append(Section(category_id, name, _bundle(category), [_row(course) for course in several]))
    return sections


def _bundle(category: CatalogCategory | None) -> Bundle | None:
    price = category.price if category else None
    if category is None or price is None or price.amount is None or price.is_free:
        return None
    return Bundle(_shown(price), to(BUY_CATEGORY, category.id))


def _row(course: CatalogCourse) -> Row:
    price = course.price
    is_free = price is not None and price.is_free
    return Row(
        course.id,
        _cut(course.name, SHOWN_NAME),
        _cut(course.description, SHOWN_DESCRIPTION),
        "" if price is None or is_free else _cut(_shown(price), SHOWN_NAME),
        is_free,
        to(BUY_COURSE, course.id),
    )


def _shown(price: CatalogPrice) -> str:
    return languages.price(price.text, price.symbol, None if price.amount is None else Decimal(price.amount))


def _choices(content: CatalogContent, current: int) -> list[Choice]:
    """Return links to categories that have courses of their own."""
    used: Collection[int | None] = {course.category_id for course in content.courses}
    with_courses = [category for category in content.categories if category.id in used][:CATEGORIES]
    return [
        Choice(_cut(one.name, SHOWN_CHOICE), f"{CATALOG}?category={one.id}", one.id == current) for one in with_courses
    ]


def _cut(text: str, longest: int) -> str:
    """Return a text, or its beginning with an ellipsis."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"
