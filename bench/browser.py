"""A browser that signs a person in at the identity provider and follows every redirect, until the link is there."""

import asyncio
import itertools
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

import uvloop

from bench.contestants.contestant import PATH
from bench.http_client import Broken, Connection, connect
from bench.load import PATIENCE_SECONDS, Check, request
from bench.ports import HOST

_COOKIE = re.compile(rb"\r\nset-cookie: *([^=;\r\n]+)=([^;\r\n]*)(?:[^\r\n]*; *(max-age=0))?", re.IGNORECASE)
_REDIRECTS = 4
"""To the provider, back, on to the course, and the link."""


@dataclass
class SignIns:
    """What came of a number of sign-ins.

    Attributes:
        began: when the first began, seconds of the monotonic clock.
        ended: when the last was over.
        good: how many led to a link.
        faults: what went wrong otherwise, and how often.
    """

    began: float = field(default_factory=time.monotonic)
    ended: float = 0.0
    good: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    @property
    def per_second(self) -> float:
        """How many were done in a second."""
        return self.good / (self.ended - self.began)


def sign_in(people: Sequence[str], port: int, check: Check, at_once: int) -> SignIns:
    """Sign people in, each in a new browser, as fast as they come in.

    Args:
        people: their ids at the provider, which signs in whomever ``login_hint`` names.
        port: the gateway's.
        check: what the last answer has to be.
        at_once: how many sign in at the same time.
    """
    return uvloop.run(_all(people, port, check, at_once))


async def _all(people: Sequence[str], port: int, check: Check, at_once: int) -> SignIns:
    done = SignIns()
    left = iter(people)
    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(_one_after_another(left, port, check, done))
    done.ended = time.monotonic()
    return done


async def _one_after_another(left: Iterator[str], port: int, check: Check, done: SignIns) -> None:
    for person in left:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                fault = await _signed_in(person, port, check)
        except (Broken, TimeoutError) as error:
            fault = f"no answer: {error or type(error).__name__}"
        if fault:
            done.faults[fault] += 1
        else:
            done.good += 1


async def _signed_in(person: str, port: int, check: Check) -> str:
    """Return what went wrong, nothing where the person got a link."""
    connections: dict[int, Connection] = {}
    cookies: dict[int, dict[str, str]] = {}
    path = f"/login?{urlencode({'next': PATH, 'login_hint': person})}"
    try:
        for step in itertools.count(1):
            if port not in connections:
                connections[port], cookies[port] = await connect(HOST, port), {}
            sent = "; ".join(f"{name}={value}" for name, value in cookies[port].items())
            answer = await connections[port].ask(request(port, path, sent))
            keep(cookies[port], answer.head)
            if step == _REDIRECTS:
                return check(answer)
            place = urlsplit(answer.header("Location"))
            if answer.status not in (302, 303):
                return f"{answer.status} in step {step}"
            port, path = place.port or port, f"{place.path}?{place.query}" if place.query else place.path
    finally:
        for connection in connections.values():
            connection.close()
    return ""


def keep(cookies: dict[str, str], head: bytes) -> None:
    """Take the cookies that an answer sets, and give up those that it ends."""
    for name, value, ended in _COOKIE.findall(head):
        if ended:
            cookies.pop(name.decode(), None)
        else:
            cookies[name.decode()] = value.decode()
