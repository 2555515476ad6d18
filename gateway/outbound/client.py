"""One request out, one whole answer back."""

import logging
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import urllib3
from urllib3 import exceptions

from gateway.outbound import proxies
from gateway.outbound.addresses import Addresses
from gateway.outbound.connection import POOLS, KeptConnectionClosed
from gateway.outbound.errors import BadAnswer, NoAnswer, NotConnected, OutboundError

CONNECT_SECONDS = 3.0
"""How long a connection may take to come about, its TLS handshake included."""
FIRST_ADDRESS_SECONDS = 1.0
"""The same where the host has another address to try."""
KEPT_AT_MOST = 200
"""Connections of one host that are kept for the next request."""
KEPT_CONNECTIONS_TRIED = 3
"""How many kept connections may turn out to be closed before a safe request is given up."""
_PIECE_BYTES = 64 * 1024
_DEFAULT_PORTS = {"http": 80, "https": 443}
_REQUEST_TIMEOUT = 408
_FINAL = range(200, 600)

logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)  # it warns of each connection that is not kept


@dataclass(frozen=True)
class Request:
    """What is sent.

    Attributes:
        method: ``GET`` or ``POST``.
        url: https, or http to this machine (checked in ``config`` and ``oidc.metadata``); its path as it goes out.
        headers: by name. ``Host`` is set by the client.
        body: or ``None``.
        safe: whether sending it twice does no harm.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    safe: bool = False


@dataclass(frozen=True)
class Response:
    """An answer, read to its end.

    Attributes:
        status: 200 to 599.
        headers: names in lower case; the values of a repeated one, joined by commas.
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
        proxy_of: which proxy a host is reached through.
    """

    def __init__(self, ca_file: Path | None = None, proxy_of: proxies.Proxies = proxies.none) -> None:
        self._context = _context(ca_file)
        self._proxy_of = proxy_of
        self._addresses = Addresses()
        self._direct = self._prepared(urllib3.PoolManager(maxsize=KEPT_AT_MOST, ssl_context=self._context))
        self._through: dict[str, urllib3.PoolManager] = {}

    def send(self, request: Request, seconds: float, limit: int) -> Response:
        """Send a request and read its answer.

        A safe request is sent again where a kept connection turns out to be closed, or where the answer is a 408.

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
        for _ in range(KEPT_CONNECTIONS_TRIED):
            try:
                response = self._sent(request, end, limit)
            except _KeptConnectionClosed as closed:
                if not request.safe:
                    raise NoAnswer(closed.reason, closed.host, closed.detail) from None
                continue
            if response.status != _REQUEST_TIMEOUT or not request.safe:
                return response
        return self._sent(request, end, limit)

    def _sent(self, request: Request, end: float, limit: int) -> Response:
        parts = urlsplit(request.url)
        proxy = self._proxy_of(request.url)
        if proxy is not None:
            pool = self._proxied(proxy).connection_from_host(parts.hostname, _port(parts), parts.scheme)
            return self._exchanged(pool, request, parts, CONNECT_SECONDS, end, limit)
        return self._sent_directly(request, parts, end, limit)

    def _sent_directly(self, request: Request, parts: SplitResult, end: float, limit: int) -> Response:
        """Send to the first of the host's addresses that answers."""
        host, port = parts.hostname or "", _port(parts)
        try:
            addresses = self._addresses.of(host, port)
        except (OSError, UnicodeError) as error:
            raise NotConnected("name not found", parts.netloc, type(error).__name__) from None
        for address in addresses[:-1]:
            try:
                return self._exchanged(
                    self._pool(address, host, port, parts.scheme), request, parts, FIRST_ADDRESS_SECONDS, end, limit
                )
            except NotConnected as error:
                if error.reason not in ("timed out", "not reachable", "connection refused"):
                    raise
                self._addresses.failed(address)
        pool = self._pool(addresses[-1], host, port, parts.scheme)
        return self._exchanged(pool, request, parts, CONNECT_SECONDS, end, limit)

    def _exchanged(
        self,
        pool: urllib3.HTTPConnectionPool,
        request: Request,
        parts: SplitResult,
        connect: float,
        end: float,
        limit: int,
    ) -> Response:
        left = end - time.monotonic()
        if left <= 0:
            raise NotConnected("timed out", parts.netloc, "no time was left for the request")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            answer = pool.urlopen(
                request.method,
                target,
                body=request.body,
                headers={"Host": parts.netloc, **request.headers},
                retries=False,
                redirect=False,
                assert_same_host=False,
                timeout=urllib3.Timeout(total=left, connect=min(connect, left)),
                preload_content=False,
            )
        except (exceptions.HTTPError, OSError, ValueError) as error:
            raise _before_an_answer(error, parts.netloc) from None
        return _whole(answer, parts.netloc, limit)

    def _pool(self, address: str, host: str, port: int, scheme: str) -> urllib3.HTTPConnectionPool:
        names = {"server_hostname": host} if scheme == "https" else None
        return self._direct.connection_from_host(address, port, scheme, names)

    def _proxied(self, proxy: str) -> urllib3.PoolManager:
        if proxy not in self._through:
            url = urlsplit(proxy)
            credentials = f"{url.username}:{url.password or ''}" if url.username else None
            manager = urllib3.ProxyManager(
                f"{url.scheme}://{url.netloc.rpartition('@')[2]}",
                maxsize=KEPT_AT_MOST,
                ssl_context=self._context,
                proxy_ssl_context=self._context,
                proxy_headers=urllib3.make_headers(proxy_basic_auth=credentials) if credentials else None,
            )
            self._through[proxy] = self._prepared(manager)
        return self._through[proxy]

    def _prepared(self, manager: urllib3.PoolManager) -> urllib3.PoolManager:
        manager.pool_classes_by_scheme = dict(POOLS)
        return manager


class _KeptConnectionClosed(OutboundError):
    """A kept connection was closed before it carried an answer to this request."""


def _context(ca_file: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.hostname_checks_common_name = False
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return context


def _port(parts: SplitResult) -> int:
    return parts.port or _DEFAULT_PORTS[parts.scheme]


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
    headers: dict[str, str] = {}
    for name, value in answer.headers.items():
        headers[name.lower()] = f"{headers[name.lower()]}, {value}" if name.lower() in headers else value
    return Response(answer.status, headers, body)


def _body(answer: Any, host: str, limit: int) -> bytes:
    if answer.status not in _FINAL:  # after an interim answer that http.client does not know comes the real one
        raise BadAnswer("not HTTP", host, f"status {answer.status}")
    if "transfer-encoding" in answer.headers and "content-length" in answer.headers:
        raise BadAnswer("not HTTP", host, "two lengths")  # nobody knows where this answer ends (RFC 9112, 6.3)
    if (announced := answer.headers.get("content-length", "")).isdecimal() and int(announced[:12]) > limit:
        raise BadAnswer("too large", host, f"{announced[:12]} bytes announced")
    body = bytearray()
    while piece := answer.read(_PIECE_BYTES, decode_content=True):
        body += piece
        if len(body) > limit:
            raise BadAnswer("too large", host, f"more than {limit} bytes")
    return bytes(body)


def _before_an_answer(error: Exception, host: str) -> OutboundError:
    """Return what an error of urllib3's means that came before the answer's head did."""
    cause = error.args[-1] if isinstance(error, exceptions.ProtocolError) and error.args else error
    if isinstance(cause, KeptConnectionClosed):
        return _KeptConnectionClosed("closed without an answer", host, str(cause))
    if isinstance(error, exceptions.ReadTimeoutError) or isinstance(cause, TimeoutError):
        return NoAnswer("timed out", host)
    if isinstance(error, exceptions.ConnectTimeoutError | exceptions.SSLError | exceptions.ProxyError):
        return _not_connected(error, host)
    if isinstance(cause, OSError):
        return NoAnswer("closed without an answer", host, type(cause).__name__)
    return BadAnswer("not HTTP", host, type(cause).__name__)


def _not_connected(error: exceptions.HTTPError, host: str) -> NotConnected:
    if isinstance(error, exceptions.ProxyError):
        return NotConnected("proxy failed", host, type(error.original_error).__name__)
    if isinstance(error, exceptions.SSLError):
        return NotConnected("TLS failed", host, _said_by_tls(error))
    if not isinstance(error, exceptions.NewConnectionError):
        return NotConnected("timed out", host)
    refused = isinstance(error.__cause__, ConnectionRefusedError)
    return NotConnected("connection refused" if refused else "not reachable", host)


def _said_by_tls(error: exceptions.SSLError) -> str:
    """Return why a handshake failed: what is wrong with the certificate, or OpenSSL's own word for it."""
    cause = error.args[0] if error.args else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return str(cause.verify_message)
    return str(getattr(cause, "reason", None) or type(cause).__name__)
