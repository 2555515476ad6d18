"""The way out to identity providers: requests, bounded in time and size, following nobody's redirects."""

import io
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NameResolutionError, NewConnectionError, ProtocolError

from gateway import deadline
from gateway.errors import ProviderUnavailable, ProviderUnreachable
from gateway.in_flight import InFlight

AT_ONCE = 48
"""Calls to one address, of a worker's threads; the others go on serving clicks, pages and other providers' people."""
CONNECT_SECONDS = 3.0
READ_SECONDS = 6.0
IDLE_SECONDS = 30.0
"""How long a connection may lie idle; what is between may have forgotten an older one without telling."""
BODY_BYTES = 512 * 1024
_LEAST_SECONDS = 0.01
_FAILURES: tuple[tuple[tuple[type[BaseException], ...], type[ProviderUnavailable], str], ...] = (
    ((ssl.SSLCertVerificationError,), ProviderUnreachable, "TLS: the certificate is not accepted"),
    ((socket.gaierror, NameResolutionError), ProviderUnreachable, "DNS: the host name cannot be resolved"),
    ((ConnectionRefusedError,), ProviderUnreachable, "the connection is refused"),
    ((ssl.SSLError, requests.exceptions.SSLError), ProviderUnreachable, "TLS: no secure connection"),
    ((requests.ConnectTimeout,), ProviderUnreachable, "no connection in time"),
    ((NewConnectionError,), ProviderUnreachable, "no connection"),
    ((requests.Timeout,), ProviderUnavailable, "no answer in time"),
    ((requests.TooManyRedirects,), ProviderUnavailable, "a redirect, which is not followed"),
    ((ProtocolError,), ProviderUnavailable, "the connection ended before the answer"),
)
"""What is the matter, by what is found among the causes of an error; the first that fits."""


class BoundedAdapter(HTTPAdapter):
    """A transport of requests with our own bounds, whatever the caller asks for.

    It reads the whole body, at most ``BODY_BYTES`` and at most as long as the browser still waits; it believes
    the system's certificate authorities and those of ``GATEWAY_CA_FILE``, and no others. One object serves all threads
    of a process and all its sessions, so that a connection outlives the sign-in that opened it.

    Args:
        ca_file: further certificate authorities, PEM.
    """

    def __init__(self, ca_file: Path | None = None) -> None:
        self._context = ssl.create_default_context()
        if ca_file is not None:
            self._context.load_verify_locations(cafile=ca_file)
        self._in_flight: dict[str, InFlight] = {}
        super().__init__(pool_maxsize=AT_ONCE)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Give every connection the one context and a bound; see ``requests.adapters.HTTPAdapter``."""
        super().init_poolmanager(*args, **kwargs, ssl_context=self._context)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Demand a certificate, always; see ``requests.adapters.HTTPAdapter``.

        The authorities stand in the one context already. What requests does here besides would load those of another
        bundle into it with every connection, which costs more than the call, and would believe them from then on.
        """
        del url, verify, cert
        conn.cert_reqs = "CERT_REQUIRED"

    def close(self) -> None:
        """Keep the connections: a session that ends is one of many that share them."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send one request; see ``requests.adapters.HTTPAdapter.send``.

        Raises:
            requests.RequestException: among its usual reasons, when the body is too large or too slow.
            ProviderUnavailable: too many calls to this address are under way, and they hang.
        """
        del args, kwargs
        address = urlsplit(request.url or "").netloc
        refusal = partial(_too_many, address)
        with self._in_flight.setdefault(address, InFlight(AT_ONCE, refusal)).one():
            return self._answer(request)

    def _answer(self, request: requests.PreparedRequest) -> requests.Response:
        seconds = _seconds_left()
        timeout = (min(CONNECT_SECONDS, seconds), seconds)
        response = super().send(request, stream=True, timeout=timeout, verify=True)
        response.raw = io.BytesIO(_whole(response.raw))
        return response


def bounded(session: requests.Session, adapter: BoundedAdapter) -> requests.Session:
    """Return the session with our bounds: this adapter, no redirects, nothing from the environment."""
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.max_redirects = 0
    session.trust_env = False
    return session


def json_object(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object that a body holds; ``None`` for anything else, however it is nested."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def failed(endpoint: str, url: str, error: requests.RequestException) -> ProviderUnavailable:
    """Return what it means that a call to a provider ended without an answer.

    Args:
        endpoint: which one, for the note: ``token endpoint``, ``metadata``, ``keys`` and the like.
        url: of the call; its host stands in the note.
        error: what requests says.
    """
    causes = list(_causes(error))
    for kinds, meaning, text in _FAILURES:
        for cause in causes:
            if isinstance(cause, kinds):
                detail = f": {cause.verify_message}" if isinstance(cause, ssl.SSLCertVerificationError) else ""
                return meaning(f"{endpoint} at {urlsplit(url).netloc}: {text}{detail}")
    said = error.args[0] if error.args and isinstance(error.args[0], str) else type(error).__name__
    return ProviderUnavailable(f"{endpoint} at {urlsplit(url).netloc}: {said}")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Return an error and, however they are wrapped, the errors that it came from."""
    waiting: list[object] = [error]
    seen: list[BaseException] = []
    while waiting:
        cause = waiting.pop()
        if isinstance(cause, BaseException) and cause not in seen:
            seen.append(cause)
            yield cause
            hidden = cause.__suppress_context__
            waiting += [cause.__cause__, None if hidden else cause.__context__, *cause.args]
            waiting += [getattr(cause, "reason", None)]


def _too_many(address: str, note: str) -> ProviderUnavailable:
    return ProviderUnavailable(f"{address}: {note}")


def _whole(raw: Any) -> bytes:
    """Read the body as it comes, so that one that drips in or stops half-way does not outlive its time."""
    body = bytearray()
    try:
        with _shut_down_in_time(raw.socket):
            while piece := raw.read1(64 * 1024, decode_content=True):
                body += piece
                if len(body) > BODY_BYTES:
                    raise requests.ConnectionError("the answer is too large")
    except requests.RequestException:
        raw.close()
        raise
    except (TimeoutError, urllib3.exceptions.TimeoutError):
        raw.close()
        raise requests.ReadTimeout from None
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raw.close()
        raise requests.ConnectionError(f"the answer broke off: {type(error).__name__}") from None
    raw.release_conn()
    return bytes(body)


class _Connection(HTTPConnection):
    """A connection whose answer's head has to come in time, and which does not lie idle for long."""

    _used_at = 0.0

    @property
    def is_connected(self) -> bool:
        """Whether it may be used again, which urllib3 asks when it takes one out of the pool."""
        return super().is_connected and time.monotonic() - self._used_at < IDLE_SECONDS

    def getresponse(self) -> Any:
        """Return the answer, with the socket that its body comes from; http.client may have let go of it by then."""
        sock = self.sock
        response = self._head()
        response.socket = sock
        self._used_at = time.monotonic()
        return response

    def _head(self) -> Any:
        with _shut_down_in_time(self.sock):
            return super().getresponse()


class _SecureConnection(_Connection, HTTPSConnection):
    """The same over TLS."""


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


@contextmanager
def _shut_down_in_time(sock: socket.socket | None) -> Iterator[None]:
    """Shut the socket down when time is over: its own time-out begins anew with every byte that drips in.

    Raises:
        TimeoutError: time is over; what was read until then may look like a whole answer.
    """
    over = threading.Event()

    def shut_down() -> None:
        over.set()
        with suppress(OSError):
            if sock is not None:
                # not the TLS socket's own, which would pull the rug from under whoever reads in this moment
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    timer = threading.Timer(_seconds_left(), shut_down)
    timer.start()
    try:
        yield
    except (OSError, HTTPException, urllib3.exceptions.HTTPError):
        if not over.is_set():
            raise
    finally:
        timer.cancel()
    if over.is_set():
        raise TimeoutError from None


def _seconds_left() -> float:
    return deadline.remaining(READ_SECONDS) or _LEAST_SECONDS
