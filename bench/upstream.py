"""``python -m bench.upstream``: a stand-in for TalentLMS that costs little and answers after a latency of choice.

It speaks what a click, a sign-in and an order need: ``gotocourse`` with a fresh link each time, ``users`` by the
address of one of ``bench.people``, ``addusertocourse``, ``ratelimit``, and a refusal for everything else. With a limit
set it throttles as TalentLMS does, and it writes down who was served when. One event loop serves a TLS port and a plain
one; ``/_bench/…`` on the plain one steers it.
"""

import argparse
import asyncio
import json
import re
import secrets
import ssl
import time
from collections import deque
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import cast
from urllib.parse import parse_qsl, urlsplit

import uvloop

from bench.figures import WINDOW_SECONDS
from bench.ports import HOST

BACKLOG = 4096
_HOUR = 3600
_PLENTY = 1_000_000
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_ENROL = "/api/v1/addusertocourse"
_GO_TO = re.compile(r"/api/v1/gotocourse/user_id:([0-9]+),course_id:([0-9]+)")
_BY_EMAIL = re.compile(r"/api/v1/users/email:person\.([0-9]+)(?:@|%40)example\.com")
_ERROR = b'{"error":{"type":"invalid_request_error","message":"%s"}}'


@dataclass
class Domain:
    """What the stand-in knows.

    Attributes:
        latency: seconds between a call and its answer.
        limit: calls within any five seconds; 0 for as many as come.
        calls: how many counted against the limit, throttled ones included.
        throttled: how many were refused for the limit.
        other: how many were refused for what they asked.
        served: when and for whom a link was given out: seconds of the monotonic clock, user id.
        enrolled: user ids, in the order in which they were enrolled.
        moments: when each call came that counted and was not refused for the limit: seconds of the monotonic clock.
    """

    latency: float = 0.0
    limit: int = 0
    calls: int = 0
    throttled: int = 0
    other: int = 0
    served: list[tuple[float, int]] = field(default_factory=list)
    enrolled: list[int] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    _recent: deque[float] = field(default_factory=deque)

    def answer(self, path: str, origin: str, body: bytes = b"") -> bytes:
        """Answer one call of the API.

        Args:
            path: what is asked for.
            origin: what links begin with.
            body: the form of a POST.
        """
        if path.startswith("/api/v1/ratelimit"):
            return _reply(HTTPStatus.OK, self._rate_limit())
        self.calls += 1
        now = time.monotonic()
        if not self._admits(now):
            self.throttled += 1
            message = _ERROR % b"API rate limit exceeded. Please try again later"
            return _reply(HTTPStatus.TOO_MANY_REQUESTS, message, b"Retry-After: 5\r\n")
        self.moments.append(now)
        if found := _BY_EMAIL.fullmatch(path):
            return _reply(HTTPStatus.OK, _account(int(found[1])))
        if path == _ENROL:
            return _reply(HTTPStatus.OK, self._enrolled(dict(parse_qsl(body.decode()))))
        asked = _GO_TO.match(path)
        if asked is None:
            self.other += 1
            return _reply(HTTPStatus.NOT_FOUND, _ERROR % b"The requested API action does not exist")
        self.served.append((now, int(asked[1])))
        link = f"{origin}/index/gotocourse/key:{secrets.token_hex(10)},course_id:{asked[2]}"
        return _reply(HTTPStatus.OK, json.dumps({"goto_url": link}).encode())

    def steer(self, target: str) -> bytes:
        """Answer ``/_bench/set?latency=…&limit=…``, ``/_bench/reset`` or ``/_bench/state``."""
        parts = urlsplit(target)
        if parts.path == "/_bench/set":
            given = dict(parse_qsl(parts.query))
            self.latency, self.limit = float(given["latency"]), int(given["limit"])
        if parts.path in ("/_bench/set", "/_bench/reset"):
            self.calls = self.throttled = self.other = 0
            for seen in (self.served, self.enrolled, self.moments, self._recent):
                seen.clear()
        names = ("calls", "throttled", "other", "served", "enrolled", "moments")
        return _reply(HTTPStatus.OK, json.dumps({name: getattr(self, name) for name in names}).encode())

    def _enrolled(self, form: dict[str, str]) -> bytes:
        self.enrolled.append(int(form["user_id"]))
        return json.dumps([{"user_id": form["user_id"], "course_id": form["course_id"], "role": "learner"}]).encode()

    def _admits(self, now: float) -> bool:
        if not self.limit:
            return True
        while self._recent and self._recent[0] <= now - WINDOW_SECONDS:
            self._recent.popleft()
        if len(self._recent) >= self.limit:
            return False
        self._recent.append(now)
        return True

    def _rate_limit(self) -> bytes:
        remaining, reset = str(max(0, _PLENTY - self.calls)), str(int(time.time()) + _HOUR)
        told = {"limit": str(_PLENTY), "remaining": remaining, "reset": reset, "formatted_reset": "23/11/2026, 09:00"}
        return json.dumps(told).encode()


class Connection(asyncio.Protocol):
    """One connection, kept alive until the caller ends it."""

    def __init__(self, domain: Domain, origin: str) -> None:
        self._domain = domain
        self._origin = origin
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note where answers go."""
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's has its methods, but is no subclass

    def data_received(self, data: bytes) -> None:
        """Answer each request that is there as a whole."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self._buffer, 0, end)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._buffer) < whole:
                return
            target = self._buffer[: self._buffer.index(b"\r\n")].split(b" ")[1].decode("latin-1")
            body, self._buffer = self._buffer[end + 4 : whole], self._buffer[whole:]
            self._take(target, body)

    def _take(self, target: str, body: bytes) -> None:
        if target.startswith("/_bench/"):
            self._write(self._domain.steer(target))
            return
        answer = self._domain.answer(target, self._origin, body)
        if self._domain.latency:
            asyncio.get_running_loop().call_later(self._domain.latency, self._write, answer)
        else:
            self._write(answer)

    def _write(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)


def _account(number: int) -> bytes:
    told = {"id": str(number), "login": f"person.{number}", "first_name": "Kim", "last_name": "Lee"}
    told |= {"email": f"person.{number}@example.com", "user_type": "Learner-Type", "status": "active"}
    return json.dumps(told).encode()


def _reply(status: HTTPStatus, body: bytes, headers: bytes = b"") -> bytes:
    return b"HTTP/1.1 %d %s\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n%s" % (
        status.value,
        status.phrase.encode(),
        headers,
        len(body),
        body,
    )


async def serve(plain: int, secure: int, chain: Path, key: Path) -> None:
    """Serve until cancelled.

    Args:
        plain: the port without TLS.
        secure: the port with TLS.
        chain: the certificate, PEM.
        key: its private key, PEM.
    """
    domain = Domain()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    loop = asyncio.get_running_loop()
    await loop.create_server(lambda: Connection(domain, f"http://{HOST}:{plain}"), HOST, plain, backlog=BACKLOG)
    await loop.create_server(
        lambda: Connection(domain, f"https://{HOST}:{secure}"), HOST, secure, ssl=context, backlog=BACKLOG
    )
    await asyncio.Event().wait()


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser(prog="python -m bench.upstream", description=__doc__)
    parser.add_argument("--plain", type=int, required=True)
    parser.add_argument("--secure", type=int, required=True)
    parser.add_argument("--chain", type=Path, required=True)
    parser.add_argument("--key", type=Path, required=True)
    given = parser.parse_args()
    uvloop.run(serve(given.plain, given.secure, given.chain, given.key))


if __name__ == "__main__":
    main()
