"""Load: clicks sent to one contestant, bounded in number and time, each answer's status and Location checked."""

import asyncio
import itertools
import ssl
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar

import uvloop

from bench.http_client import Answer, Broken, Connection, connect
from bench.ports import HOST

PATIENCE_SECONDS = 30.0
"""How long one click may take before it counts as lost."""

T = TypeVar("T")

Check = Callable[[Answer], str]
"""Returns what is wrong with an answer, empty where nothing is."""


@dataclass(frozen=True)
class Target:
    """Who is asked what.

    Attributes:
        port: on loopback.
        requests: sent in turn, over and over.
        check: what an answer has to be.
        context: set for TLS.
    """

    port: int
    requests: Sequence[bytes]
    check: Check
    context: ssl.SSLContext | None = None


@dataclass
class Tally:
    """What came of it.

    Attributes:
        began: when the load began, seconds of the monotonic clock.
        ended: when the last answer was there.
        latencies: seconds, of the good answers.
        faults: what was wrong, and how often.
    """

    began: float = field(default_factory=time.monotonic)
    ended: float = field(default_factory=time.monotonic)
    latencies: list[float] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)

    @property
    def good(self) -> int:
        """How many answers were as they should be."""
        return len(self.latencies)

    @property
    def seconds(self) -> float:
        """How long the whole took."""
        return self.ended - self.began

    @property
    def per_second(self) -> float:
        """Good answers per second."""
        return self.good / self.seconds

    def add(self, answer: Answer, check: Check) -> None:
        """Count an answer."""
        fault = check(answer)
        if fault:
            self.faults[fault] += 1
        else:
            self.latencies.append(answer.seconds)
        self.ended = max(self.ended, answer.ended)

    def lost(self, error: Exception) -> None:
        """Count a click without an answer."""
        self.faults[f"no answer: {error or type(error).__name__}"] += 1
        self.ended = time.monotonic()


class FreshLinks:
    """Checks answers that have to lead to a link of their own, never seen before.

    Args:
        origin: what the links begin with.
    """

    def __init__(self, origin: str) -> None:
        self._beginning = f"{origin}/index/gotocourse/key:"
        self._seen: set[str] = set()

    def __call__(self, answer: Answer) -> str:
        """Return what is wrong with an answer."""
        link = answer.header("Location")
        if answer.status != HTTPStatus.FOUND or not link.startswith(self._beginning):
            return _unexpected(answer)
        if link in self._seen:
            return "a link that somebody else has got"
        self._seen.add(link)
        return ""


def fixed_link(link: str) -> Check:
    """Return a check of answers that have to lead to one address."""

    def check(answer: Answer) -> str:
        good = answer.status == HTTPStatus.FOUND and answer.header("Location") == link
        return "" if good else _unexpected(answer)

    return check


def _unexpected(answer: Answer) -> str:
    return f"{answer.status} to {answer.header('Location')[:60] or 'nowhere'}"


def request(port: int, path: str, cookie: str = "") -> bytes:
    """Return what a browser sends when a person follows a link to the path."""
    lines = (
        f"GET {path} HTTP/1.1",
        f"Host: {HOST}:{port}",
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "Accept-Language: en-US,en;q=0.5",
        "Accept-Encoding: gzip, deflate, br, zstd",
        "Upgrade-Insecure-Requests: 1",
        "Sec-Fetch-Dest: document",
        "Sec-Fetch-Mode: navigate",
        "Sec-Fetch-Site: none",
        "Sec-Fetch-User: ?1",
        *([f"Cookie: {cookie}"] if cookie else []),
    )
    return "\r\n".join((*lines, "", "")).encode()


def closed(target: Target, *, connections: int, clicks: int, seconds: float) -> Tally:
    """Click as fast as answers come.

    Args:
        target: whom.
        connections: how many click at once.
        clicks: how many at most.
        seconds: for how long at most.
    """
    return uvloop.run(_closed(target, connections, clicks, seconds))


async def _closed(target: Target, connections: int, clicks: int, seconds: float) -> Tally:
    tally = Tally()
    end = time.monotonic() + seconds
    ahead = itertools.islice(itertools.cycle(target.requests), clicks)
    left = itertools.takewhile(lambda _: time.monotonic() < end, ahead)
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(_one_after_another(target, left, tally))
    return tally


async def _one_after_another(target: Target, left: Iterator[bytes], tally: Tally) -> None:
    connection: Connection | None = None
    for words in left:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                if connection is None or not connection.usable:
                    connection = await connect(HOST, target.port, target.context)
                tally.add(await connection.ask(words), target.check)
        except (Broken, TimeoutError) as error:
            tally.lost(error)
            connection = None
    if connection is not None:
        connection.close()


def steady(target: Target, *, per_second: float, clicks: int, keep: bool = True) -> Tally:
    """Click at a fixed rate, whether or not answers come.

    Args:
        target: whom.
        per_second: how many clicks begin in a second.
        clicks: how many in all.
        keep: whether connections are kept for later clicks; otherwise each click opens its own.
    """
    return uvloop.run(_steady(target, per_second, clicks, keep=keep))


async def _steady(target: Target, per_second: float, clicks: int, *, keep: bool) -> Tally:
    tally = Tally()
    idle: list[Connection] = []
    requests = itertools.cycle(target.requests)
    steps = [(number / per_second, next(requests)) for number in range(clicks)]
    await at_their_times(steps, lambda words: _one(target, words, tally, idle, keep=keep))
    for connection in idle:
        connection.close()
    return tally


async def at_their_times(steps: Sequence[tuple[float, T]], do: Callable[[T], Coroutine[Any, Any, None]]) -> None:
    """Begin each step at its time, however long the others take, and wait for all.

    Args:
        steps: seconds from now, ascending, and what the step is done with.
        do: the step.
    """
    begin = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for moment, thing in steps:
            await asyncio.sleep(max(0.0, begin + moment - time.monotonic()))
            group.create_task(do(thing))


async def _one(target: Target, words: bytes, tally: Tally, idle: list[Connection], *, keep: bool) -> None:
    connection: Connection | None = None
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            connection = _taken(idle) or await connect(HOST, target.port, target.context)
            tally.add(await connection.ask(words), target.check)
    except (Broken, TimeoutError) as error:
        tally.lost(error)
    if connection is not None and keep:
        idle.append(connection)
    elif connection is not None:
        connection.close()


def _taken(idle: list[Connection]) -> Connection | None:
    """Return the connection that was used last and can be used again."""
    while idle:
        connection = idle.pop()
        if connection.usable:
            return connection
    return None
