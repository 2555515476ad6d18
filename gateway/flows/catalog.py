"""What is on offer: the courses and categories of TalentLMS's own catalogue, with their prices.

One process asks, two calls a minute at most, however many people look; they queue as what follows a purchase does, so
no click waits for them. Whoever comes meanwhile gets the older copy, or waits for the new one where there is none.
"""

import re
import time
from collections.abc import Iterable, Mapping

from gateway import context
from gateway.admission import Lane, QueueEntry
from gateway.errors import GatewayError, Queued, Unavailable
from gateway.flows.natural_order import natural_key
from gateway.store.catalog_copies import CatalogCopies, Fetch
from gateway.talentlms.client import TalentLMS
from schemas.catalog import CatalogCategory, CatalogContent, CatalogCourse, CatalogPrice
from schemas.category import Category
from schemas.course import Course
from schemas.price import Price
from schemas.wire_fields import decoded

FRESH_SECONDS = 60
"""How old a copy may be before it is fetched anew."""
WAIT_SECONDS = 8.0
"""How long to wait for another process's fetch."""
PATIENCE_SECONDS = 4.0
"""How long a call is held until its time comes."""
RETRY_AFTER_SECONDS = 5
DESCRIPTION_LENGTH = 2000
"""Characters of a description that are kept; of twice as many the markup is taken away."""

_LOOK_SECONDS = 0.2
_ACTIVE = ("", "active")
_MARKUP = re.compile(r"<(?:/?[A-Za-z!][^<>]{0,1000})>")


class Catalog:
    """What is on offer.

    Args:
        lms: TalentLMS.
        copies: the copy that all processes share.
    """

    def __init__(self, lms: TalentLMS, copies: CatalogCopies) -> None:
        self._lms = lms
        self._copies = copies

    def current(self) -> CatalogContent:
        """Return what is on offer, as of a minute ago at most; while TalentLMS cannot be asked, of an hour ago at most.

        Raises:
            Queued: there is no copy, and the budget has no call for now.
            Unavailable: there is no copy, and another process is fetching one for longer than this may wait, or its
                fetch failed a moment ago; ``retry_after`` says when to come back.
            TalentLMSError: there is no copy, and TalentLMS cannot be asked.
            StoreUnavailable: Redis is away.
        """
        copy = self._copies.find()
        if copy is not None and copy.age < FRESH_SECONDS:
            return copy.content
        with self._copies.fetching() as fetch:
            if fetch is Fetch.OURS:
                return self._fetched()
        if copy is not None:
            return copy.content
        return self._anothers() if fetch is Fetch.ANOTHERS else _not_now("its last fetch failed a moment ago")

    def _fetched(self) -> CatalogContent:
        """Fetch it, unless somebody has done so since we looked; an older copy is better than none."""
        copy = self._copies.find()
        if copy is not None and copy.age < FRESH_SECONDS:
            return copy.content
        context.queue_as(QueueEntry(Lane.PURCHASE, patience=PATIENCE_SECONDS))
        try:
            content = on_offer(self._lms.courses.all(), self._lms.categories.all())
        except GatewayError as error:
            if not isinstance(error, Queued):  # nobody was asked
                self._copies.failed()
            if copy is None:
                raise
            return copy.content
        return self._copies.put(content).content

    def _anothers(self) -> CatalogContent:
        end = time.monotonic() + context.remaining(WAIT_SECONDS)
        with self._copies.place_to_wait() as may_wait:
            while may_wait and time.monotonic() < end:
                time.sleep(_LOOK_SECONDS)
                is_over = not self._copies.is_being_fetched()
                copy = self._copies.find()
                if copy is not None:
                    return copy.content
                if is_over:
                    return _not_now("another's fetch failed")
        return _not_now("another's fetch takes long, or too many wait for it")


def _not_now(note: str) -> CatalogContent:
    raise Unavailable(f"the catalogue: {note}", retry_after=RETRY_AFTER_SECONDS)


def on_offer(courses: Iterable[Course], categories: Iterable[Category]) -> CatalogContent:
    """Return what of TalentLMS's courses and categories anybody may see: as its own catalogue has it."""
    by_id = {category.category_id: category for category in categories}
    shown = [course for course in courses if course.status.lower() in _ACTIVE and not course.hide_from_catalog]
    needed: set[int] = set()
    for course in shown:
        needed |= _with_parents(course.category_id, by_id)
    return CatalogContent(
        tuple(sorted((_course(course, by_id) for course in shown), key=_order)),
        tuple(sorted((_category(by_id[number], by_id) for number in needed), key=_order)),
    )


def _with_parents(category_id: int | None, by_id: Mapping[int, Category]) -> set[int]:
    """Return a category and those that it is part of; what TalentLMS does not know, or has in a circle, ends them."""
    found: set[int] = set()
    while category_id is not None and category_id in by_id and category_id not in found:
        found.add(category_id)
        category_id = by_id[category_id].parent_category_id
    return found


def _order(one: CatalogCourse | CatalogCategory) -> tuple[tuple[list[str | int], str], int]:
    return natural_key(one.name), one.id


def _course(course: Course, by_id: Mapping[int, Category]) -> CatalogCourse:
    return CatalogCourse(
        id=course.course_id,
        name=course.name,
        code=course.code,
        description=plain_text(course.description),
        category_id=course.category_id if course.category_id in by_id else None,
        price=_price(course.price),
    )


def _category(category: Category, by_id: Mapping[int, Category]) -> CatalogCategory:
    parent = category.parent_category_id
    return CatalogCategory(
        category.category_id, category.name, parent if parent in by_id else None, _price(category.price)
    )


def _price(price: Price | None) -> CatalogPrice | None:
    if price is None:
        return None
    return CatalogPrice(price.text, price.symbol, None if price.amount is None else f"{price.amount:f}")


def plain_text(description: str) -> str:
    """Return a description, which may be HTML, as text in one line; markup that is not closed stays as it is."""
    text = decoded(_MARKUP.sub(" ", description[: 2 * DESCRIPTION_LENGTH]))
    return " ".join(text.split())[:DESCRIPTION_LENGTH].strip()
