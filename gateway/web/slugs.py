"""What addresses call courses and categories: by TalentLMS's id, or by a slug of the settings."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.errors import CategoryNotFound, CourseNotFound, NotFound

_ID = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Item:
    """A course or category.

    Attributes:
        kind: ``course`` or ``category``.
        id: TalentLMS's.
        missing: what is raised where there is no such thing.
    """

    kind: str
    id: int
    missing: type[NotFound]

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


class Slugs:
    """Courses and categories by name.

    Args:
        courses: ids by slug.
        categories: ids by slug.
    """

    def __init__(self, courses: Mapping[str, int], categories: Mapping[str, int]) -> None:
        self._kinds: Mapping[str, tuple[Mapping[str, int], type[NotFound]]] = {
            "course": (courses, CourseNotFound),
            "category": (categories, CategoryNotFound),
        }

    def item(self, kind: str, name: str) -> Item:
        """Return what a name means.

        Args:
            kind: ``course`` or ``category``.
            name: an id or a slug.

        Raises:
            CourseNotFound, CategoryNotFound: it is neither.
        """
        slugs, missing = self._kinds[kind]
        if _ID.fullmatch(name):
            return Item(kind, int(name), missing)
        if name in slugs:
            return Item(kind, slugs[name], missing)
        raise missing(f"neither an id nor one of {len(slugs)} slugs: {name[:60]!r}")
