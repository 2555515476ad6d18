"""The worker that fulfils orders, as a process of its own."""

import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

from bench.contestants import gateway
from bench.contestants.gateway import Shape
from bench.ports import free_port
from bench.stage import Stage


def start(stage: Stage, shape: Shape, *, cores: Collection[int]) -> subprocess.Popen[bytes]:
    """Start ``talentlms-gateway worker``.

    Args:
        stage: what is running.
        shape: how it is set up; ``worker`` is ``apart``.
        cores: the CPU cores that it may run on.
    """
    command = [str(Path(sys.executable).with_name("talentlms-gateway")), "worker"]
    return stage.processes.start(command, cores=cores, environment=gateway.environment(stage, free_port(), shape))
