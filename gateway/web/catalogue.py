"""Which course or category an address asks for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.errors import CategoryNotFound, CourseNotFound, NotFound
from gateway.web.slugs import id_of

_ADDRESS = re.compile(r"/(?:go|buy)/(course|category)/([^/]+)/?")


@dataclass(frozen=True)
class Item:
    """A course or category.

    Attributes:
        name: its kind and its TalentLMS id, such as ``course:12``.
        missing: what is raised where there is no such thing.
    """

    name: str
    missing: type[NotFound]


class Catalogue:
    """What addresses call courses and categories.

    Args:
        courses: ids by slug.
        categories: ids by slug.
    """

    def __init__(self, courses: Mapping[str, int], categories: Mapping[str, int]) -> None:
        self._kinds: Mapping[str, tuple[Mapping[str, int], type[NotFound]]] = {
            "course": (courses, CourseNotFound),
            "category": (categories, CategoryNotFound),
        }

    def item(self, path: str) -> Item | None:
        """Return what a path of ours asks for, by id or by slug; ``None`` for nothing of the kind."""
        found = _ADDRESS.fullmatch(path)
        if found is None:
            return None
        kind, name = found.groups()
        slugs, missing = self._kinds[kind]
        try:
            return Item(f"{kind}:{id_of(name, slugs, missing)}", missing)
        except missing:
            return None
