"""An empty Flask 302 (``bench/apps/empty.py``), on the gateway's own server."""

from collections.abc import Collection

from bench.contestants import gateway, gunicorn
from bench.contestants.contestant import FIXED_LINK, PATH, Contestant
from bench.load import Target, fixed_link, request
from bench.ports import free_port
from bench.stage import Stage


def start(stage: Stage, *, workers: int = 1, cores: Collection[int] = ()) -> Contestant:
    """Start it.

    Args:
        stage: what is running.
        workers: how many processes.
        cores: the CPU cores that it may run on; default: the one of the contestants.
    """
    port = free_port()
    settings = {**gateway.environment(stage, port, gateway.Shape()), "LINK": FIXED_LINK}
    process = gunicorn.serve(
        stage.processes,
        "bench.apps.empty:app",
        port,
        settings,
        workers=workers,
        cores=cores or [stage.cores.contestants],
    )
    stage.processes.wait_for(process, port)
    return Contestant("empty Flask", process, Target(port, [request(port, PATH)], fixed_link(FIXED_LINK)))
