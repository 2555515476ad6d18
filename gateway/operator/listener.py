"""The operator listener: a WSGI application of its own, at a socket of its own, beside the public one.

Why gevent's server in each of gunicorn's workers, at a socket that gunicorn's master has opened (``gunicorn.conf.py``):

- A second address for gunicorn itself would bring operators' requests into the public application, which would have to
  tell them apart, and it is overruled by ``--bind`` on the command line.
- A server in the master, or a process of its own, would need somebody to watch over it. A worker that dies is replaced,
  the others answer meanwhile, and every one of them can tell of all.
"""

import json
import logging
import socket
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from prometheus_client import CollectorRegistry, make_wsgi_app

from gateway.config.rules import BindAddress
from gateway.operator.access import CHALLENGES, Access
from gateway.operator.operators_page import OperatorsPage
from gateway.readiness import Readiness

PAGE, RETRY, METRICS, READINESS = "/", "/retry", "/metrics", "/readyz"
METHODS: Mapping[str, str] = {PAGE: "GET", RETRY: "POST", METRICS: "GET", READINESS: "GET"}
_EVERYWHERE = (("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"))

SOCKETS: list[socket.socket] = []
"""What gunicorn's master has opened for its workers; kept here, where it outlives a reload of ``gunicorn.conf.py``."""


def opened(bind: BindAddress) -> socket.socket:
    """Return a socket that listens there; at ``::`` for IPv4, too, where the system can.

    Raises:
        OSError: nothing can listen there.
    """
    family = socket.AF_INET6 if ":" in bind.host else socket.AF_INET
    is_both = bind.host == "::" and socket.has_dualstack_ipv6()
    return socket.create_server((bind.host, bind.port), family=family, dualstack_ipv6=is_both)


class OperatorListener:
    """What is answered at the operator listener.

    Args:
        registry: what a scrape reads.
        readiness: whether clicks can be served.
        access: who may use it.
        page: the page for people.
        last_diagnosis: returns what a diagnosis last found, as ``Readiness.look_deeper`` has it.
    """

    def __init__(
        self,
        registry: CollectorRegistry,
        readiness: Readiness,
        access: Access,
        page: OperatorsPage,
        last_diagnosis: Callable[[], object],
    ) -> None:
        self._metrics: WSGIApplication = make_wsgi_app(registry)
        self._readiness = readiness
        self._access = access
        self._page = page
        self._last_diagnosis = last_diagnosis

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        path = environ["PATH_INFO"]
        refused = self._refused(path, environ)
        if refused is not None:
            status, error, *headers = refused
            return _said(start_response, status, {"error": error}, *headers)
        try:
            return self._answered(path, environ, start_response)
        except Exception:  # the server itself would write a traceback of its own, of any length
            logging.getLogger("gateway").exception("operator.unforeseen")
            error = "a fault of the gateway's own; the log has a traceback as operator.unforeseen: report it"
            return _said(start_response, "500 Internal Server Error", {"error": error})

    def _answered(self, path: str, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if path == METRICS:
            return self._metrics(environ, start_response)
        if path == READINESS:
            return self._ready(environ, start_response)
        if path == RETRY:
            answer = self._page.retry(environ)
        else:
            answer = self._page.shown(parse_qs(environ.get("QUERY_STRING", "")[:200], keep_blank_values=True))
        length = ("Content-Length", str(len(answer.body)))
        start_response(answer.status, [length, *_EVERYWHERE, *answer.headers])
        return [answer.body]

    def _refused(self, path: str, environ: WSGIEnvironment) -> tuple[str, str, *tuple[tuple[str, str], ...]] | None:
        """Return status, sentence and headers for a request that is not answered; ``None`` for one that is."""
        if not self._access.is_ours(environ.get("HTTP_HOST", "")):
            return "421 Misdirected Request", "address the listener by its IP address"
        if path not in METHODS:
            return "404 Not Found", f"here are {PAGE}, {METRICS} and {READINESS}?deep"
        if environ["REQUEST_METHOD"] != METHODS[path]:
            return "405 Method Not Allowed", f"only {METHODS[path]}", ("Allow", METHODS[path])
        if path != METRICS and not self._access.is_operator(environ.get("HTTP_AUTHORIZATION", "")):
            sentence = "send the token of GATEWAY_OPERATOR_TOKEN, as bearer or as the password of any user name"
            return "401 Unauthorized", sentence, *CHALLENGES
        return None

    def _ready(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        is_deep = environ.get("QUERY_STRING", "") in ("deep", "deep=")
        state = self._readiness.look_deeper(self._last_diagnosis) if is_deep else self._readiness.look()
        status = "200 OK" if state.is_ready else "503 Service Unavailable"
        return _said(start_response, status, state.parts)


def _said(start_response: StartResponse, status: str, content: Any, *further: tuple[str, str]) -> Iterable[bytes]:
    body = json.dumps(dict(content)).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body))), *_EVERYWHERE]
    start_response(status, [*headers, *further])
    return [body]
