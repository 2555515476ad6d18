"""An empty Flask 302 (``bench/apps/empty.py``), on the gateway's own server."""

from bench.contestants import gateway, gunicorn
from bench.contestants.contestant import FIXED_LINK, PATH, Contestant
from bench.load import Target, fixed_link, request
from bench.ports import free_port
from bench.stage import Stage


def start(stage: Stage) -> Contestant:
    """Start it with one worker."""
    port = free_port()
    settings = {**gateway.environment(stage, port, gateway.Shape()), "LINK": FIXED_LINK}
    process = gunicorn.serve(
        stage.processes,
        "bench.apps.empty:app",
        port,
        settings,
        workers=1,
        threads=None,
        cores=[stage.cores.contestants],
    )
    stage.processes.wait_for(process, port)
    return Contestant("empty Flask", process, Target(port, [request(port, PATH)], fixed_link(FIXED_LINK)))
