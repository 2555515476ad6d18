"""Figures as lines: what an SVG of the page draws, and the same in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

HEIGHT = 18
"""Of a line's picture, in units of its own; its width is one unit for each minute."""


@dataclass(frozen=True)
class Series:
    """How often something happened, or how much of it there was, minute by minute.

    Attributes:
        path: of a line, as SVG's ``d`` has it (SVG 2, 9.3).
        width: of the picture.
        peak: the largest figure.
        last_5: the sum of the last five minutes, the one that is not over among them.
        last_hour: the sum of the last sixty.
        total: of all of it.
    """

    path: str
    width: int
    peak: int
    last_5: int
    last_hour: int
    total: int


def series(figures: Sequence[int]) -> Series:
    """Return a series.

    Args:
        figures: one for each minute, the oldest first; at least two.
    """
    return Series(
        path(figures, max(figures), HEIGHT),
        len(figures) - 1,
        max(figures),
        sum(figures[-5:]),
        sum(figures[-60:]),
        sum(figures),
    )


def path(figures: Sequence[int | None], top: int, height: int) -> str:
    """Return a line: minutes of which nothing is known are passed over, and so is what lies on a level stretch.

    Args:
        figures: one for each minute; at least one is known.
        top: what stands at the top of the picture; 0 stands at its foot.
        height: of the picture.
    """
    known = [
        (x, height - round(height * figure / (top or 1))) for x, figure in enumerate(figures) if figure is not None
    ]
    kept = [
        (x, y)
        for place, (x, y) in enumerate(known)
        if place in (0, len(known) - 1) or not known[place - 1][1] == y == known[place + 1][1]
    ]
    steps = (f"{x - before_x} {y - before_y}" for (before_x, before_y), (x, y) in pairwise(kept))
    return f"M{kept[0][0]} {kept[0][1]}l" + " ".join(steps).replace(" -", "-") if len(kept) > 1 else ""
