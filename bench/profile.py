"""``python -m bench.profile``: where the CPU of a click goes, by room of the house and by function.

The application runs in this process, without gunicorn, against real Redis and the stand-in over TLS; the server's own
part is what ``bench.apps.empty`` costs.
"""

import argparse
import contextlib
import os
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
_ANSWERS = tuple(str(status.value) for status in (HTTPStatus.FOUND, HTTPStatus.SERVICE_UNAVAILABLE))
_OURS = ("gateway", "schemas")


@dataclass(frozen=True)
class Profile:
    """Where the CPU of a click goes.

    Attributes:
        click: microseconds of CPU per click in the application, unobserved.
        empty: the same of an empty Flask 302.
        samples: how many samples the shares come from.
        rooms: share of each room, libraries counted to the room that called them; 0 to 1.
        libraries: share of each package in which the CPU was spent itself.
        functions: share of each function itself.
        inclusive: share of each of our functions with everything it calls.
    """

    click: float
    empty: float
    samples: int
    rooms: dict[str, float]
    libraries: dict[str, float]
    functions: dict[str, float]
    inclusive: dict[str, float]


def measure(on: stage.Stage, clicks: int, shape: gateway.Shape) -> Profile:
    """Profile a number of clicks.

    Args:
        on: the stage.
        clicks: how many, once unobserved and once observed.
        shape: how the gateway is set up; with limits so low that clicks wait, those are profiled.
    """
    cookies = [person.cookie for person in people.signed_in(on.redis_url, _PEOPLE)]
    on.upstream.set()
    with (on.directory / "profile.log").open("w") as log, contextlib.redirect_stderr(log):
        app = create_app(load(gateway.environment(on, PORT, shape)))
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
        rooms=_sums((_room(stack), share) for stack, share in shares),
        libraries=_sums((_package(stack[0]), share) for stack, share in shares),
        functions=_sums((_name(stack[0]), share) for stack, share in shares),
        inclusive=_sums((name, share) for stack, share in shares for name in set(_our_names(stack))),
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
        if not statuses.pop().startswith(_ANSWERS):
            raise ValueError("a click was answered neither with a redirect nor with a waiting page")

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


def _room(stack: Sequence[Place]) -> str:
    """Return the innermost room of ours on the stack; Flask's own work outside of any is named as such."""
    for filename, _ in stack:
        parts = _ours(filename)
        if parts:
            return "/".join(parts[:2]).removesuffix(".py")
    return "Flask, outside the house"


def _package(place: Place) -> str:
    parts = _ours(place[0])
    if parts:
        return parts[0]
    _, found, rest = place[0].rpartition("site-packages/")
    return rest.partition("/")[0] if found else "standard library"


def _name(place: Place) -> str:
    filename, function = place
    shown = "/".join(_ours(filename) or Path(filename).parts[-2:])
    return f"{shown} {function}"


def _our_names(stack: Sequence[Place]) -> list[str]:
    return [_name(place) for place in stack if _ours(place[0])]


def _ours(filename: str) -> list[str]:
    path = Path(filename)
    parts = list(path.relative_to(REPOSITORY).parts) if path.is_relative_to(REPOSITORY) else []
    return parts if parts and parts[0] in _OURS else []


def lines(profile: Profile, most: int) -> list[str]:
    """Return the profile as text, the longest entries of each list."""
    said = [
        f"CPU per click in the application {profile.click:.0f} µs, {profile.samples} samples",
        f"CPU per empty Flask 302 {profile.empty:.0f} µs",
    ]
    for title, shares in (
        ("by room", profile.rooms),
        ("by package, itself", profile.libraries),
        ("by function, itself", profile.functions),
        ("by function of ours, with what it calls", profile.inclusive),
    ):
        said += ["", title]
        said += [
            f"  {share:6.1%} {share * profile.click:6.0f} µs  {name}" for name, share in list(shares.items())[:most]
        ]
    return said


def main() -> None:
    """Profile, and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.profile", description=__doc__)
    parser.add_argument("--clicks", type=int, default=5000)
    parser.add_argument("--most", type=int, default=25, help="entries of each list")
    parser.add_argument("--plain", action="store_true", help="TalentLMS without TLS")
    parser.add_argument("--waiting", action="store_true", help="clicks that have to wait for the budget")
    given = parser.parse_args()
    limit = 1 if given.waiting else gateway.UNREACHED_PER_5_SECONDS
    with stage.running() as on:
        os.sched_setaffinity(0, {on.cores.contestants})
        profile = measure(on, given.clicks, gateway.Shape(tls=not given.plain, per_5_seconds=limit))
    sys.stdout.write("\n".join(lines(profile, given.most)) + "\n")


if __name__ == "__main__":
    main()
