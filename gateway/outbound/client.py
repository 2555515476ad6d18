"""One request out, one whole answer back."""

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import urllib3
from urllib3 import exceptions

from gateway import context, tracing
from gateway.outbound import proxies
from gateway.outbound.connection import KeptConnectionClosed, TimedPool, pool
from gateway.outbound.dialer import Dialer
from gateway.outbound.errors import BadAnswer, NoAnswer, NotConnected, OutboundError
from gateway.outbound.origin import ORIGINS_AT_MOST, Origin, origin_and_target

KEPT_AT_MOST = 200
"""Connections of one host that are kept for the next request; in a rush there are more, closed as they end."""
_REQUEST_TIMEOUT = 408
_FINAL = range(200, 600)


@dataclass(frozen=True)
class Request:
    """What is sent.

    Attributes:
        method: ``GET`` or ``POST``.
        url: https, or http to this machine (checked in ``config`` and ``oidc.metadata``); its path as it goes out.
        headers: by name. ``Host`` is set by the client.
        body: or ``None``.
        safe: whether sending it twice does no harm.
        operation: what is asked for, a word of ours without what is secret; empty for none.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    safe: bool = False
    operation: str = ""


@dataclass(frozen=True)
class Response:
    """An answer, read to its end.

    Attributes:
        status: 200 to 599.
        headers: by name, in any case of letters; the values of a repeated one, joined by commas.
        body: unpacked where it was compressed.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class HttpClient:
    """The way out. One object serves all threads or greenlets of a process.

    Certificates are always verified, by their subject alternative names alone.

    Args:
        ca_file: further certificate authorities, PEM.
        proxy_of: which proxy an origin is reached through.
    """

    def __init__(self, ca_file: Path | None = None, proxy_of: proxies.Proxies = proxies.none) -> None:
        self._dialer = Dialer(ca_file, proxy_of)
        self._pools: dict[Origin, TimedPool] = {}
        self._lock = threading.Lock()
        # it warns of every connection of a rush that is not kept, which is meant to be so
        logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)

    def send(self, request: Request, seconds: float, limit: int) -> Response:
        """Send a request and read its answer.

        A safe request is sent once again, over a new connection, where a kept one turns out to be closed, or where the
        answer is a 408.

        Args:
            request: what to send.
            seconds: how long all of it may take.
            limit: bytes of the body, unpacked, at most.

        Raises:
            NotConnected: nothing was sent.
            NoAnswer: it may have been carried out.
            BadAnswer: the answer is none.
        """
        end = time.monotonic() + seconds
        origin, _ = origin_and_target(request.url)
        if not tracing.tracers:
            return self._sent(request, origin, end, limit)

        def send(headers: Mapping[str, str]) -> Response:
            told = replace(request, headers={**request.headers, **headers}) if headers else request
            return self._sent(told, origin, end, limit)

        answer: Response = tracing.call(request.method, origin.authority, request.operation, send)
        return answer

    def _sent(self, request: Request, origin: Origin, end: float, limit: int) -> Response:
        try:
            response = _exchanged(self._pool(origin), request, end, limit)
        except KeptConnectionClosed:
            if not request.safe:
                raise
        else:
            if response.status != _REQUEST_TIMEOUT or not request.safe:
                return response
        context.note_repeat()
        with pool(origin, self._dialer, kept=1) as fresh:
            return _exchanged(fresh, request, end, limit)

    def _pool(self, origin: Origin) -> TimedPool:
        with self._lock:
            found = self._pools.get(origin)
            if found is None:
                if len(self._pools) >= ORIGINS_AT_MOST:
                    self._pools.clear()  # those in use go on until they are no longer
                found = self._pools[origin] = pool(origin, self._dialer, KEPT_AT_MOST)
            return found


def _exchanged(pool_of: TimedPool, request: Request, end: float, limit: int) -> Response:
    origin, target = origin_and_target(request.url)
    left = end - time.monotonic()
    if left <= 0:
        raise NotConnected("timed out", origin.authority, "no time was left for the request")
    try:
        answer = pool_of.urlopen(
            request.method,
            target,
            body=request.body,
            headers={"Host": origin.authority, **request.headers},
            retries=False,
            redirect=False,
            assert_same_host=False,
            timeout=urllib3.Timeout(total=left),
            preload_content=False,
        )
    except (exceptions.HTTPError, OSError, ValueError) as error:
        raise _before_an_answer(error, origin.authority) from None
    return _whole(answer, origin.authority, limit)


def _whole(answer: Any, host: str, limit: int) -> Response:
    """Read the body to its end; a connection whose answer was not read to its end is never used again."""
    try:
        body = _body(answer, host, limit)
    except (exceptions.HTTPError, OSError, ValueError) as error:
        answer.close()
        if isinstance(error, exceptions.ReadTimeoutError | TimeoutError):
            raise NoAnswer("timed out", host, "in the middle of the answer") from None
        raise BadAnswer("broke off", host, type(error).__name__) from None
    except BadAnswer:
        answer.close()
        raise
    answer.release_conn()
    return Response(answer.status, answer.headers, body)


def _body(answer: Any, host: str, limit: int) -> bytes:
    if answer.status not in _FINAL:  # after an interim answer that http.client does not know comes the real one
        raise BadAnswer("not HTTP", host, f"status {answer.status}")
    if "transfer-encoding" in answer.headers and "content-length" in answer.headers:
        raise BadAnswer("not HTTP", host, "two lengths")  # nobody knows where this answer ends (RFC 9112, 6.3)
    if (announced := answer.headers.get("content-length", "")).isdecimal() and int(announced[:12]) > limit:
        raise BadAnswer("too large", host, f"{announced[:12]} bytes announced")
    body: bytes = answer.read(limit + 1, decode_content=True)
    if len(body) > limit:
        raise BadAnswer("too large", host, f"more than {limit} bytes")
    return body


def _before_an_answer(error: Exception, host: str) -> OutboundError:
    """Return what an error of urllib3's means that came before the answer's head did."""
    cause = error.args[-1] if isinstance(error, exceptions.ProtocolError) and error.args else error
    if isinstance(error, exceptions.ReadTimeoutError) or isinstance(cause, TimeoutError):
        return NoAnswer("timed out", host)
    if isinstance(cause, OSError):
        return NoAnswer("closed without an answer", host, type(cause).__name__)
    return BadAnswer("not HTTP", host, type(cause).__name__)
