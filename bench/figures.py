"""The arithmetic of the benchmark: plain functions of plain numbers."""

import math
import statistics
from collections.abc import Sequence
from itertools import accumulate

WINDOW_SECONDS = 5.0
"""TalentLMS's short window."""


def median(values: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the least value that at least so many percent of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    rank = max(1, math.ceil(len(ordered) * percent / 100))
    return ordered[rank - 1]


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the median of the ratios of rounds that were run side by side.

    Adjacent rounds run at the machine's same speed, so the ratio within a round is steadier than that of two medians.
    """
    return median([one / other for one, other in zip(ours, theirs, strict=True)])


def spread(values: Sequence[float]) -> float:
    """Return how far apart the values are: half the range, as a part of the median."""
    return (max(values) - min(values)) / 2 / median(values)


def least_times(asked: Sequence[float], limit: int, window: float = WINDOW_SECONDS) -> list[float]:
    """Return when each of some calls can be made at the earliest, in the order in which they were asked for.

    Args:
        asked: when each was asked for, seconds, ascending.
        limit: how many calls any window may hold.
        window: its length in seconds.
    """
    times: list[float] = []
    for number, moment in enumerate(asked):
        free = times[number - limit] + window if number >= limit else moment
        times.append(max(moment, free))
    return times


def overtaking(asked: Sequence[float], served: Sequence[float]) -> float:
    """Return by how much first come, first served was missed.

    Args:
        asked: when each person first asked, seconds.
        served: when each was served, seconds.

    Returns:
        The most seconds by which somebody who was served earlier had come later; 0 where nobody overtook.
    """
    in_order = [came for _, came in sorted(zip(served, asked, strict=True))]
    return max((latest - came for latest, came in zip(accumulate(in_order, max), in_order, strict=True)), default=0.0)
