"""Product → what it opens: a course, all courses of a category, or a group with its courses."""

import threading
import time
from dataclasses import dataclass

from gateway.database.entitlements import TargetKind
from gateway.errors import GroupNotFound
from gateway.flows.dead_letters import NOTHING_IN_IT, DeadLetter
from gateway.talentlms.client import TalentLMS
from schemas.product import Product

FRESH_SECONDS = 60.0


@dataclass(frozen=True)
class Target:
    """One course, or one group.

    Attributes:
        kind: which of the two.
        id: TalentLMS's id.
        group_key: what one joins a group with; empty for a course.
    """

    kind: TargetKind
    id: int
    group_key: str = ""


class ProductTargets:
    """What products open; what TalentLMS says of categories and groups is believed for a minute.

    Args:
        lms: TalentLMS.
    """

    def __init__(self, lms: TalentLMS) -> None:
        self._lms = lms
        self._known: dict[Product, tuple[float, tuple[Target, ...]]] = {}
        self._lock = threading.Lock()

    def of(self, product: Product) -> tuple[Target, ...]:
        """Return what a product opens, in the order in which it is given: no call for a course.

        A group's courses are entitlements of their own, before the group: whoever leaves a group stays in its courses.

        Raises:
            DeadLetter: there is nothing in it.
            CategoryNotFound, GroupNotFound: it is not there.
        """
        if product.kind == "course":
            return (Target("course", product.id),)
        with self._lock:
            until, targets = self._known.get(product, (0.0, ()))
        if time.monotonic() < until:
            return targets
        targets = self._category(product.id) if product.kind == "category" else self._group(product.key)
        if not targets:
            raise DeadLetter(NOTHING_IN_IT, str(product))
        with self._lock:
            self._known[product] = (time.monotonic() + FRESH_SECONDS, targets)
        return targets

    def _category(self, category_id: int) -> tuple[Target, ...]:
        courses = self._lms.categories.by_id(category_id).courses
        return tuple(Target("course", course.course_id) for course in courses)

    def _group(self, key: str) -> tuple[Target, ...]:
        named = [group for group in self._lms.groups.all() if group.key == key]
        if not named:
            raise GroupNotFound("there is no group with this key")
        group_id = named[0].group_id
        courses = self._lms.groups.by_id(group_id).courses
        return (*(Target("course", course.id) for course in courses), Target("group", group_id, key))
