"""What a shop's product opens in TalentLMS."""

from dataclasses import dataclass
from typing import Literal

ProductKind = Literal["course", "category", "group"]


@dataclass(frozen=True)
class Product:
    """What is given to whom bought it.

    Attributes:
        kind: a ``course``, all courses of a ``category``, or membership in a ``group``.
        id: TalentLMS's id of the course or category; 0 for a group.
        key: the group's key; empty for the others.
    """

    kind: ProductKind
    id: int = 0
    key: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.key or self.id}"
