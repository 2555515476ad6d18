"""OpenTelemetry: makes spans and sends them to a collector. The only module that knows it, of the extra ``otel``.

All of it is set by OpenTelemetry's own variables: where to (``OTEL_EXPORTER_OTLP_ENDPOINT`` and the like, by HTTP and
protobuf), how many (``OTEL_TRACES_SAMPLER``), by what name (``OTEL_SERVICE_NAME``, ``OTEL_RESOURCE_ATTRIBUTES``).
"""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

NAME = "talentlms-gateway"
_Attributes = Mapping[str, str | int | float | bool]


class OpenTelemetrySpan:
    """A span; ``gateway.tracing.Span`` says what its methods mean.

    Args:
        span: OpenTelemetry's.
    """

    def __init__(self, span: trace.Span) -> None:
        self.span = span
        self.trace_id = trace.format_trace_id(span.get_span_context().trace_id)

    def headers(self) -> Mapping[str, str]:
        """Return what tells another server of it."""
        carrier: dict[str, str] = {}
        TraceContextTextMapPropagator().inject(carrier, trace.set_span_in_context(self.span, Context()))
        return carrier

    def end(self, attributes: _Attributes, *, name: str = "", error: str = "") -> None:
        """End it."""
        self.span.set_attributes(dict(attributes))
        if name:
            self.span.update_name(name)
        if error:
            self.span.set_attribute("error.type", error)
            self.span.set_status(Status(StatusCode.ERROR))
        self.span.end()


class OpenTelemetryTracer:
    """Makes spans; ``gateway.tracing.Tracer`` says what its methods mean.

    Args:
        processor: takes spans that have ended.
        resource: what says of all spans whose they are.
    """

    def __init__(self, processor: SpanProcessor, resource: Resource | None = None) -> None:
        self._provider = TracerProvider(resource=resource)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer(NAME, version(NAME))

    def request(self, headers: Mapping[str, str]) -> OpenTelemetrySpan:
        """Begin one of a request."""
        parent = TraceContextTextMapPropagator().extract(dict(headers), Context())
        return OpenTelemetrySpan(self._tracer.start_span("HTTP", parent, SpanKind.SERVER))

    def call(self, parent: Any, name: str, attributes: _Attributes) -> OpenTelemetrySpan:
        """Begin one of a call of somebody else's server."""
        within = trace.set_span_in_context(parent.span, Context())
        return OpenTelemetrySpan(self._tracer.start_span(name, within, SpanKind.CLIENT, dict(attributes)))

    def work(self, name: str) -> OpenTelemetrySpan:
        """Begin one of a piece of background work."""
        return OpenTelemetrySpan(self._tracer.start_span(name, Context(), SpanKind.INTERNAL))

    def shut_down(self) -> None:
        """Send what was not sent, and end."""
        self._provider.shutdown()


def tracer_of(environ: Mapping[str, str]) -> OpenTelemetryTracer:
    """Return what makes spans as the variables say.

    Raises:
        ValueError: ``OTEL_TRACES_EXPORTER`` or a protocol names what there is not.
    """
    named = "OTEL_SERVICE_NAME" in environ or "service.name=" in environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    own = {"service.version": version(NAME)} | ({} if named else {"service.name": NAME})
    return OpenTelemetryTracer(BatchSpanProcessor(_exporter(environ)), Resource.create(own))


def _exporter(environ: Mapping[str, str]) -> SpanExporter:
    kind = environ.get("OTEL_TRACES_EXPORTER") or "otlp"
    if kind == "console":
        return ConsoleSpanExporter()
    if kind != "otlp":
        raise ValueError(f"OTEL_TRACES_EXPORTER is {kind[:40]!r}: otlp, console and none are there")
    for name in ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"):
        if environ.get(name, "http/protobuf") != "http/protobuf":
            raise ValueError(f"{name} is {environ[name][:40]!r}: http/protobuf is there, at port 4318 of a collector")
    return OTLPSpanExporter()
