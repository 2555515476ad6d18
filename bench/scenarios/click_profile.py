"""Where the CPU of a click goes: the profile as tables of the report."""

import os
from collections.abc import Mapping

from bench import profile
from bench.findings import Findings, Table
from bench.plan import Plan
from bench.stage import Stage

_MOST = 12
_NOTE = (
    "The application alone, in one process without gunicorn, TalentLMS over TLS: {click:.0f} µs of CPU per click, "
    "where an empty Flask 302 takes {empty:.0f} µs; {samples:,} samples. {more}"
)
_MODULES = "What a library does counts for the module that called it."
_PACKAGES = "The CPU that each package spent itself."


def run(stage: Stage, plan: Plan) -> Findings:
    """Profile on the core of the contestants."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {stage.cores.contestants})
    try:
        measured = profile.measure(stage, plan.profiled_clicks)
    finally:
        os.sched_setaffinity(0, before)
    return Findings(
        tables=[
            _table("Where the CPU of a click goes, by module", measured, measured.modules, _MODULES),
            _table("Where the CPU of a click goes, by package", measured, measured.packages, _PACKAGES),
        ]
    )


def _table(title: str, measured: profile.Profile, shares: Mapping[str, float], more: str) -> Table:
    rows = [[name, f"{share:.1%}", f"{share * measured.click:.0f}"] for name, share in list(shares.items())[:_MOST]]
    note = _NOTE.format(click=measured.click, empty=measured.empty, samples=measured.samples, more=more)
    return Table(title, ("", "share", "µs"), rows, note)
