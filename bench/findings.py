"""What a scenario hands back: goals held or not, tables, bars, remarks."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

TIMES = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True)
class Goal:
    """One line of the goals' table.

    Attributes:
        what: what is measured.
        wanted: the goal.
        measured: what came out.
        held: whether the goal is reached.
    """

    what: str
    wanted: str
    measured: str
    held: bool


@dataclass(frozen=True)
class Table:
    """A table of the report.

    Attributes:
        title: its heading.
        columns: names of the columns; the first is text, the others are figures.
        rows: as many cells each.
        note: how it was measured, a sentence or more.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str


@dataclass(frozen=True)
class Bar:
    """One bar of the chart.

    Attributes:
        label: whose it is.
        value: its length.
        ours: whether it is the gateway's.
    """

    label: str
    value: float
    ours: bool


@dataclass(frozen=True)
class Findings:
    """What one scenario found.

    Attributes:
        goals: lines of the goals' table.
        tables: further tables.
        bars: for the chart, CPU per click in milliseconds.
    """

    goals: Sequence[Goal] = ()
    tables: Sequence[Table] = ()
    bars: Sequence[Bar] = ()


def at_most(what: str, limit: float, value: float, unit: str, *, faults: str = "") -> Goal:
    """Return a goal that is held where a figure stays below a limit and nothing went wrong.

    Args:
        what: what is measured.
        limit: the goal.
        value: the figure.
        unit: what stands behind both, such as `` ms`` or ``TIMES``.
        faults: what went wrong, empty where nothing did.
    """
    return _goal(what, f"≤ {limit:g}{unit}", f"{value:.3g}{unit}", faults, reached=value <= limit)


def at_least(what: str, limit: float, value: float, unit: str, *, faults: str = "") -> Goal:
    """Return a goal that is held where a figure reaches a limit and nothing went wrong; arguments as ``at_most``."""
    return _goal(what, f"≥ {limit:g}{unit}", f"{value:.3g}{unit}", faults, reached=value >= limit)


def exactly(what: str, wanted: str, measured: str, *, held: bool) -> Goal:
    """Return a goal of another kind."""
    return Goal(what, wanted, measured, held)


def _goal(what: str, wanted: str, measured: str, faults: str, *, reached: bool) -> Goal:
    return Goal(what, wanted, "; ".join(filter(None, (measured, faults))), reached and not faults)


def told(faults: Counter[str]) -> str:
    """Return what went wrong and how often as a sentence, empty where nothing did."""
    return "; ".join(f"{count} {TIMES} {fault}" for fault, count in faults.items())
