"""A contestant: a running server, and what it is asked."""

import subprocess
from dataclasses import dataclass

from bench import usage
from bench.load import Target

PATH = "/go/course/12"
FIXED_LINK = "https://acme.talentlms.com/index/gotocourse/key:hq3x7c2m9r4t8w1z5b6n,course_id:12"
"""Where those lead that ask nobody."""


@dataclass(frozen=True)
class Contestant:
    """A running server.

    Attributes:
        name: as tables and charts call it.
        process: the server; workers are its children.
        target: what it is asked.
    """

    name: str
    process: subprocess.Popen[bytes]
    target: Target

    def cpu_seconds(self) -> float:
        """Return the CPU time that the server has used so far, workers included."""
        return usage.cpu_seconds(self.process.pid)

    def workers(self) -> list[int]:
        """Return the ids of the worker processes."""
        return [process.pid for process in usage.tree(self.process.pid)[1:]]
