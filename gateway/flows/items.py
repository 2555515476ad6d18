"""What a course or category is called and costs, for pages that name it before anybody is signed in."""

import time
from dataclasses import dataclass
from typing import Literal

from gateway.errors import GatewayError
from gateway.talentlms.client import TalentLMS
from schemas.category import Category
from schemas.course import Course
from schemas.price import Price

KEPT_SECONDS = 60
"""How long an answer is kept, and how long it is not asked again where there was none."""
KEPT = 1000
"""Answers that a process keeps at most."""

ItemKind = Literal["course", "category"]


@dataclass(frozen=True)
class Item:
    """A course or category as a page names it.

    Attributes:
        name: its name.
        price: ``None`` for nothing, and where TalentLMS does not say.
        is_free: whether it costs nothing.
    """

    name: str
    price: Price | None = None
    is_free: bool = False


class Items:
    """Names and prices; one call a minute for each, in each process.

    Args:
        lms: TalentLMS.
    """

    def __init__(self, lms: TalentLMS) -> None:
        self._lms = lms
        self._kept: dict[tuple[ItemKind, int], tuple[float, Item | None]] = {}

    def find(self, kind: ItemKind, item_id: int) -> Item | None:
        """Return a course or category; ``None`` where TalentLMS knows none, or cannot be asked just now."""
        now = time.monotonic()
        if now - self._kept_at(kind, item_id) < KEPT_SECONDS:
            return self.known(kind, item_id)
        if len(self._kept) >= KEPT:
            self._kept.clear()
        item = self._asked(kind, item_id)
        self._kept[kind, item_id] = (now, item)
        return item

    def known(self, kind: ItemKind, item_id: int) -> Item | None:
        """Return a course or category if it was asked for within the last minute; no call."""
        is_fresh = time.monotonic() - self._kept_at(kind, item_id) < KEPT_SECONDS
        return self._kept[kind, item_id][1] if is_fresh else None

    def _kept_at(self, kind: ItemKind, item_id: int) -> float:
        return self._kept.get((kind, item_id), (float("-inf"), None))[0]

    def _asked(self, kind: ItemKind, item_id: int) -> Item | None:
        try:
            if kind == "course":
                return _named(self._lms.courses.by_id(item_id))
            return _named(self._lms.categories.by_id(item_id))
        except GatewayError:
            return None


def _named(found: Course | Category) -> Item:
    price = found.price
    if price is None or price.free:
        return Item(found.name, is_free=price is not None)
    return Item(found.name, price)
