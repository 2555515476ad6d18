"""The script that people write by hand (``bench/apps/handwritten.py``), on the gateway's own server."""

import secrets
import subprocess

import requests

from bench.contestants import gateway, gunicorn
from bench.contestants.contestant import PATH, Contestant
from bench.load import FreshLinks, Target, request
from bench.ports import HOST, free_port
from bench.stage import Stage

_SECONDS = 10


def start(stage: Stage, *, tls: bool, name: str) -> Contestant:
    """Start the script with one worker and sign a person in."""
    port = free_port()
    origin = stage.upstream.origin(tls=tls)
    settings = {
        **gateway.environment(stage, port, gateway.Shape(tls=tls)),
        "UPSTREAM_URL": origin,
        "UPSTREAM_KEY": stage.api_key,
        "COOKIE_KEY": secrets.token_urlsafe(48),
        "REQUESTS_CA_BUNDLE": str(stage.certificate.bundle),
    }
    process: subprocess.Popen[bytes] = gunicorn.serve(
        stage.processes,
        "bench.apps.handwritten:app",
        port,
        settings,
        workers=1,
        cores=[stage.cores.contestants],
    )
    stage.processes.wait_for(process, port)
    return Contestant(name, process, Target(port, [request(port, PATH, _cookie(port))], FreshLinks(origin)))


def _cookie(port: int) -> str:
    answer = requests.get(f"http://{HOST}:{port}/sign-in/7", timeout=_SECONDS, allow_redirects=False)
    return f"session={answer.cookies['session']}"
