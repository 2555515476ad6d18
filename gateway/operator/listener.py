"""The operator listener: a WSGI application of its own, at a socket of its own, beside the public one.

Why gevent's server in each of gunicorn's workers, at a socket that gunicorn's master has opened (``gunicorn.conf.py``):

- A second address for gunicorn itself would bring operators' requests into the public application, which would have to
  tell them apart, and it is overruled by ``--bind`` on the command line.
- A server in the master, or a process of its own, would need somebody to watch over it. A worker that dies is replaced,
  the others answer meanwhile, and every one of them can tell of all.
"""

import hmac
import json
import socket
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from prometheus_client import CollectorRegistry, make_wsgi_app

from gateway.config.rules import BindAddress
from gateway.hosts import is_loopback
from gateway.readiness import Readiness
from schemas.secret import Secret

METRICS, READINESS = "/metrics", "/readyz"

SOCKETS: list[socket.socket] = []
"""What gunicorn's master has opened for its workers; kept here, where it outlives a reload of ``gunicorn.conf.py``."""


class OperatorListener:
    """What is answered at the operator listener.

    Args:
        registry: what a scrape reads.
        readiness: whether clicks can be served.
        bind: where it listens.
        token: what everything but the metrics asks for; ``None``: nothing on loopback, and no answer beyond it.
        own_name: the machine's name.
    """

    def __init__(
        self,
        registry: CollectorRegistry,
        readiness: Readiness,
        bind: BindAddress,
        token: Secret | None,
        own_name: str = "",
    ) -> None:
        self._metrics: WSGIApplication = make_wsgi_app(registry)
        self._readiness = readiness
        self._is_loopback = is_loopback(bind.host)
        self._token = token
        self._own_name = own_name.lower()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        if not self._is_ours(environ.get("HTTP_HOST", "")):
            return _said(start_response, "421 Misdirected Request", {"error": "address the listener by its IP address"})
        path, is_read = environ["PATH_INFO"], environ["REQUEST_METHOD"] == "GET"
        if path not in (METRICS, READINESS):
            return _said(start_response, "404 Not Found", {"error": f"here are {METRICS} and {READINESS}?deep"})
        if not is_read:
            return _said(start_response, "405 Method Not Allowed", {"error": "only GET"}, ("Allow", "GET"))
        if path == METRICS:
            return self._metrics(environ, start_response)
        if not self._is_operator(environ.get("HTTP_AUTHORIZATION", "")):
            error = {"error": "send the bearer token of GATEWAY_OPERATOR_TOKEN"}
            return _said(start_response, "401 Unauthorized", error, ("WWW-Authenticate", "Bearer"))
        is_deep = environ.get("QUERY_STRING", "") in ("deep", "deep=")
        state = self._readiness.look_deeper() if is_deep else self._readiness.look()
        status = "200 OK" if state.is_ready else "503 Service Unavailable"
        return _said(start_response, status, state.parts)

    def _is_ours(self, host: str) -> bool:
        """Return whether a browser that sends this Host may have meant us.

        A page of somebody else's can have a name of theirs lead here (DNS rebinding), but no address, and no name
        without a dot, as container networks use them.
        """
        name = host.rpartition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
        if self._is_loopback:
            return is_loopback(name)
        return bool(name) and (_is_address(name) or "." not in name or name.lower() == self._own_name)

    def _is_operator(self, authorization: str) -> bool:
        if self._token is None:
            return self._is_loopback
        scheme, _, given = authorization.partition(" ")
        told = given.strip().encode("latin-1", errors="replace")
        return scheme.lower() == "bearer" and hmac.compare_digest(told, self._token.reveal().encode())


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _said(start_response: StartResponse, status: str, content: Any, *further: tuple[str, str]) -> Iterable[bytes]:
    body = json.dumps(dict(content)).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
    start_response(status, [*headers, *further])
    return [body]
