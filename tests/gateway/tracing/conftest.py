import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from gateway import tracing
from gateway.open_telemetry import OpenTelemetryTracer
from tests.gateway.web.conftest import browser_at, gateway, logged

__all__ = ["browser_at", "gateway", "logged"]


@pytest.fixture(autouse=True)
def no_spans_afterwards(monkeypatch):
    for name in tracing.WANTED_BY:
        monkeypatch.delenv(name, raising=False)
    yield
    tracing.trace_by(None)


@pytest.fixture
def traced():
    """Have spans made from here on; returns a way to get those that ended since the last look, in order of their end."""

    def begun(*told_hosts):
        exporter = InMemorySpanExporter()
        tracing.trace_by(OpenTelemetryTracer(SimpleSpanProcessor(exporter)), told_hosts)

        def ended():
            spans = exporter.get_finished_spans()
            exporter.clear()
            return spans

        return ended

    return begun
