"""The server that the gateway, the script and the empty application share, so that only the application differs."""

import subprocess
import sys
from collections.abc import Collection, Mapping

from bench.ports import HOST
from bench.processes import REPOSITORY, Processes


def serve(
    processes: Processes,
    app: str,
    port: int,
    environment: Mapping[str, str],
    *,
    workers: int,
    cores: Collection[int],
) -> subprocess.Popen[bytes]:
    """Start gunicorn with the gateway's own ``gunicorn.conf.py``.

    Args:
        processes: where it belongs.
        app: what to serve, ``module:name``.
        port: where.
        environment: variables of the application; gunicorn.conf.py reads the gateway's settings among them.
        workers: how many processes.
        cores: the CPU cores that it may run on.
    """
    config = str(REPOSITORY / "gunicorn.conf.py")
    command = [sys.executable, "-m", "gunicorn", app, "--config", config, "--bind", f"{HOST}:{port}"]
    command += ["--workers", str(workers), "--log-level", "warning"]
    return processes.start(command, cores=cores, environment=environment)
