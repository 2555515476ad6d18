"""Where the CPU of a click goes, by module and by package.

The application runs in this process, without gunicorn, against real Redis and the stand-in over TLS; the server's own
part is what ``bench.apps.empty`` costs.
"""

import contextlib
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from io import BytesIO
from pathlib import Path

from flask import Flask, Response

from bench import people, stage
from bench.contestants import gateway
from bench.contestants.contestant import FIXED_LINK, PATH
from bench.ports import HOST
from bench.processes import REPOSITORY
from bench.sampler import Place, sampling
from gateway import create_app
from gateway.config import load

PORT = 8000
_WARM_UP = 200
_PEOPLE = 500
_MICRO = 1_000_000
_OURS = ("gateway", "schemas")


@dataclass(frozen=True)
class Profile:
    """Where the CPU of a click goes.

    Attributes:
        click: microseconds of CPU per click in the application, unobserved.
        empty: the same of an empty Flask 302.
        samples: how many samples the shares come from.
        modules: share of each part of ours, libraries counted to the one that called them; 0 to 1.
        packages: share of each package in which the CPU was spent itself.
    """

    click: float
    empty: float
    samples: int
    modules: dict[str, float]
    packages: dict[str, float]


def measure(on: stage.Stage, clicks: int) -> Profile:
    """Profile a number of clicks, once unobserved and once observed."""
    cookies = [person.cookie for person in people.signed_in(on.redis_url, _PEOPLE)]
    on.upstream.set()
    with (on.directory / "profile.log").open("w") as log, contextlib.redirect_stderr(log):
        app = create_app(load(gateway.environment(on, PORT, gateway.WITHOUT_WINDOW)))
        click = _clicker(app, cookies)
        _run(click, _WARM_UP)
        unobserved = _run(click, clicks)
        with sampling() as samples:
            _run(click, clicks)
    shares = list(samples.shares())
    return Profile(
        click=unobserved,
        empty=_run(_clicker(_empty(), cookies), clicks),
        samples=samples.total,
        modules=_sums((_module(stack), share) for stack, share in shares),
        packages=_sums((_package(stack[0]), share) for stack, share in shares),
    )


def _clicker(app: Flask, cookies: Sequence[str]) -> Callable[[int], None]:
    statuses: list[str] = []

    def answered(status: str, _headers: object, _exception: object = None) -> Callable[[bytes], object]:
        statuses.append(status)
        return lambda _: None

    def click(number: int) -> None:
        body = app.wsgi_app(_environ(cookies[number % len(cookies)]), answered)
        b"".join(body)
        getattr(body, "close", lambda: None)()
        if not statuses.pop().startswith(str(HTTPStatus.FOUND.value)):
            raise ValueError("a click was not answered with a redirect")

    return click


def _environ(cookie: str) -> dict[str, object]:
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": PATH,
        "RAW_URI": PATH,
        "QUERY_STRING": "",
        "SERVER_NAME": HOST,
        "SERVER_PORT": str(PORT),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": HOST,
        "REMOTE_PORT": "50000",
        "HTTP_HOST": f"{HOST}:{PORT}",
        "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "HTTP_ACCEPT": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "HTTP_ACCEPT_LANGUAGE": "en-US,en;q=0.5",
        "HTTP_SEC_FETCH_DEST": "document",
        "HTTP_SEC_FETCH_MODE": "navigate",
        "HTTP_SEC_FETCH_SITE": "none",
        "HTTP_COOKIE": cookie,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }


def _run(click: Callable[[int], None], clicks: int) -> float:
    began = time.process_time()
    for number in range(clicks):
        click(number)
    return (time.process_time() - began) / clicks * _MICRO


def _empty() -> Flask:
    app = Flask("empty")

    @app.get("/go/course/<int:_course_id>")
    def go(_course_id: int) -> Response:
        return Response(status=302, headers={"Location": FIXED_LINK})

    return app


def _sums(shares: Iterable[tuple[str, float]]) -> dict[str, float]:
    sums: defaultdict[str, float] = defaultdict(float)
    for name, share in shares:
        sums[name] += share
    return dict(sorted(sums.items(), key=lambda entry: -entry[1]))


def _module(stack: Sequence[Place]) -> str:
    """Return the innermost module of ours on the stack; Flask's own work outside of any is named as such."""
    for filename, _ in stack:
        parts = _ours(filename)
        if parts:
            return "/".join(parts[:2]).removesuffix(".py")
    return "Flask alone"


def _package(place: Place) -> str:
    parts = _ours(place[0])
    if parts:
        return parts[0]
    _, found, rest = place[0].rpartition("site-packages/")
    return rest.partition("/")[0] if found else "standard library"


def _ours(filename: str) -> list[str]:
    path = Path(filename)
    parts = list(path.relative_to(REPOSITORY).parts) if path.is_relative_to(REPOSITORY) else []
    return parts if parts and parts[0] in _OURS else []
