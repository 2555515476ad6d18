"""Spans: how long a request, a call of somebody else's server, or a piece of background work took.

Nothing here knows OpenTelemetry. ``gateway.open_telemetry`` does, and is imported where the variables ask for it; else
there are no spans, and nothing is spent on them.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from gateway import context

WANTED_BY = ("OTEL_TRACES_EXPORTER", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
"""The variables of OpenTelemetry of which one has to be set."""

Attributes = Mapping[str, str | int | float | bool]


class Span(Protocol):
    """Something that takes time, until it is ended.

    Attributes:
        trace_id: the trace that it is part of, 32 hexadecimal digits.
    """

    trace_id: str

    def headers(self) -> Mapping[str, str]:
        """Return what tells another server of it (W3C Trace Context): ``traceparent``, ``tracestate``."""

    def end(self, attributes: Attributes, *, name: str = "", error: str = "") -> None:
        """End it.

        Args:
            attributes: what is known by now; the caller sees to it that none holds a secret, a link or a whole address.
            name: what to call it; default: as it was called when it began.
            error: what went wrong, a word; empty for nothing.
        """


class Tracer(Protocol):
    """Makes spans."""

    def request(self, headers: Mapping[str, str]) -> Span:
        """Begin one of a request, as part of the trace that its headers (``traceparent``, ``tracestate``) name."""

    def call(self, parent: Span, name: str, attributes: Attributes) -> Span:
        """Begin one of a call of somebody else's server."""

    def work(self, name: str) -> Span:
        """Begin one of a piece of background work."""

    def shut_down(self) -> None:
        """Send what has ended and was not sent, and end."""


tracers: list[Tracer] = []
"""Who makes spans in this process: one, or nobody. Whoever is in a hurry looks here first."""
_told_hosts: set[str] = set()
_ERROR = 400


def wanted(environ: Mapping[str, str]) -> bool:
    """Return whether the environment asks for spans, by OpenTelemetry's own variables."""
    if environ.get("OTEL_SDK_DISABLED", "").lower() == "true" or environ.get("OTEL_TRACES_EXPORTER") == "none":
        return False
    return any(environ.get(name) for name in WANTED_BY)


def start(environ: Mapping[str, str], told_hosts: Collection[str]) -> str:
    """Have spans made and sent from here on in this process, if the environment asks for it.

    Args:
        environ: the environment.
        told_hosts: as ``trace_by`` has them.

    Returns:
        Why there are none although they are asked for, and what to do; empty where all is well.
    """
    trace_by(None)
    if not wanted(environ):
        return ""
    try:
        from gateway.open_telemetry import tracer_of  # noqa: PLC0415 - of an extra, and nothing of it where nobody asks
    except ImportError:
        return "OpenTelemetry is not installed: pip install 'talentlms-gateway[otel]'"
    try:
        trace_by(tracer_of(environ), told_hosts)
    except ValueError as error:
        return str(error)
    return ""


def trace_by(tracer: Tracer | None, told_hosts: Collection[str] = ()) -> None:
    """Have spans made from here on in this process; ``None``: none.

    Args:
        tracer: makes them.
        told_hosts: hosts, with ports where they have one of their own, whose servers are told of the trace.
    """
    tracers[:] = [] if tracer is None else [tracer]
    _told_hosts.clear()
    _told_hosts.update(told_hosts)


def request(environ: Mapping[str, Any]) -> Span | None:
    """Begin the span of a request; ``None`` where there are none.

    Args:
        environ: the request.
    """
    if not tracers:
        return None
    names = {"traceparent": "HTTP_TRACEPARENT", "tracestate": "HTTP_TRACESTATE"}
    return tracers[0].request({name: environ[key] for name, key in names.items() if key in environ})


@contextmanager
def work(name: str) -> Iterator[None]:
    """Give the work at hand a span for as long as the block lasts.

    Args:
        name: what kind of work it is.
    """
    if not tracers:
        yield
        return
    span, left = tracers[0].work(name), context.current().left
    left.span = span
    try:
        yield
    except BaseException as error:
        span.end(_of_work(), error=type(error).__name__)
        raise
    span.end(_of_work())


def call(method: str, host: str, operation: str, send: Callable[[Mapping[str, str]], Any]) -> Any:
    """Make a call of somebody else's server, with a span where the work at hand has one.

    Args:
        method: of HTTP.
        host: where to, with its port where it has one of its own; nothing else of the address becomes known.
        operation: what is asked for, a word of ours; empty for none.
        send: makes the call with further headers, and returns what has a ``status``.
    """
    parent = context.current().left.span
    if parent is None or not tracers:
        return send({})
    name, _, port = host.partition(":") if not host.startswith("[") else (host, "", "")
    asked: dict[str, str | int | float | bool] = {"http.request.method": method, "server.address": name}
    if port.isdecimal():
        asked["server.port"] = int(port)
    if operation:
        asked["talentlms_gateway.operation"] = operation
    span = tracers[0].call(parent, f"{method} {operation or host}", asked)
    try:
        answer = send(span.headers() if host in _told_hosts else {})
    except BaseException as error:
        span.end({}, error=type(error).__name__)
        raise
    status = answer.status
    span.end({"http.response.status_code": status}, error=str(status) if status >= _ERROR else "")
    return answer


def _of_work() -> Attributes:
    work = context.current()
    return {"talentlms_gateway.reference": work.reference, "talentlms_gateway.talentlms_calls": work.left.calls}
