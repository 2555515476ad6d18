"""Facts about the machine and the programs, for the head of the report."""

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

_GIB = 1024**3


def facts() -> dict[str, str]:
    """Return what a reader wants to know of the machine: name and value."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / _GIB:.0f} GiB",
        "kernel": platform.release().partition("-")[0],
        "Python": platform.python_version(),
        **{name: version(name) for name in ("flask", "gunicorn", "urllib3", "requests", "redis")},
        **dict(_programs()),
    }


def load() -> float:
    """Return how many processes wanted a core during the last minute, on average."""
    return os.getloadavg()[0]


def _processor() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()


def _programs() -> Iterator[tuple[str, str]]:
    asked = (("Redis", "redis-server", "--version"), ("Apache", "apache2", "-v"), ("nginx", "nginx", "-v"))
    for name, program, question in asked:
        path = shutil.which(program)
        if path:
            yield name, _version([path, question])


def _version(command: list[str]) -> str:
    said = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words, see above
    found = re.search(r"\d+\.\d+\.\d+", said.stdout + said.stderr)
    return found[0] if found else "unknown"
