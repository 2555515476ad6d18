"""What processes use, as the kernel counts it in ``/proc``: CPU time and memory."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_KIB = 1024


@dataclass(frozen=True)
class Process:
    """One line of ``/proc/<pid>/stat``.

    Attributes:
        pid: the process.
        parent: whose child it is.
        ticks: user and system time of all its threads, in clock ticks.
        reaped: the same of its children that have ended.
        started: when it began, in clock ticks since boot; with the pid it names a process for good.
    """

    pid: int
    parent: int
    ticks: int
    reaped: int
    started: int


@dataclass(frozen=True)
class Memory:
    """What a process keeps in memory, in bytes.

    Attributes:
        resident: all its pages (RSS).
        proportional: the same with shared pages divided among their users (PSS).
    """

    resident: int
    proportional: int


def tree(root: int) -> list[Process]:
    """Return a process and all its descendants, the root first; empty if it has ended."""
    everything = {process.pid: process for process in _all()}
    found = [everything[root]] if root in everything else []
    for process in found:
        found.extend(child for child in everything.values() if child.parent == process.pid)
    return found


def cpu_seconds(*roots: int) -> float:
    """Return the CPU time of processes and their descendants, those that have ended included, in seconds."""
    ticks = 0
    for root in roots:
        family = tree(root)
        ticks += sum(process.ticks for process in family) + sum(process.reaped for process in family[:1])
    return ticks / _TICKS_PER_SECOND


def memory(pid: int) -> Memory:
    """Return what one process keeps in memory, from ``smaps_rollup``."""
    lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()[1:]
    sizes = {name: int(rest.split()[0]) * _KIB for name, _, rest in (line.partition(":") for line in lines)}
    return Memory(sizes["Rss"], sizes["Pss"])


def parsed(line: str) -> Process:
    """Read a line of ``/proc/<pid>/stat``; the command's name, in brackets, may hold anything."""
    pid, _, rest = line.partition(" (")
    fields = rest.rpartition(") ")[2].split()  # from the third field of proc(5) on
    user, system, reaped_user, reaped_system = map(int, fields[11:15])
    return Process(int(pid), int(fields[1]), user + system, reaped_user + reaped_system, int(fields[19]))


def _all() -> Iterator[Process]:
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            try:
                yield parsed((entry / "stat").read_text())
            except (FileNotFoundError, ProcessLookupError):
                continue  # ended while we looked
