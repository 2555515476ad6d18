"""Whether there are spans, and where they go, is set by OpenTelemetry's own variables."""

import subprocess
import sys

import pytest

from gateway import tracing

COLLECTOR = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}


@pytest.fixture(autouse=True)
def ended():
    yield
    for tracer in tracing.tracers:
        tracer.shut_down()


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, False),
        (COLLECTOR, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, True),
        ({"OTEL_TRACES_EXPORTER": "console"}, True),
        (COLLECTOR | {"OTEL_TRACES_EXPORTER": "none"}, False),
        (COLLECTOR | {"OTEL_SDK_DISABLED": "TRUE"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False),
    ],
)
def test_spans_are_made_where_the_variables_ask_for_them(environ, expected):
    assert tracing.start(environ, ()) == ""
    assert bool(tracing.tracers) is expected


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"OTEL_TRACES_EXPORTER": "jaeger"}, "OTEL_TRACES_EXPORTER is 'jaeger'"),
        (COLLECTOR | {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "OTEL_EXPORTER_OTLP_PROTOCOL is 'grpc'"),
    ],
)
def test_what_there_is_not_is_said(environ, says):
    assert says in tracing.start(environ, ())
    assert tracing.tracers == []


def test_without_the_extra_it_is_said_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "gateway.open_telemetry", None)
    assert "talentlms-gateway[otel]" in tracing.start(COLLECTOR, ())
    assert tracing.tracers == []


def test_the_gateway_starts_all_the_same_and_logs_it(gateway, logged, monkeypatch, capfd):
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "jaeger")
    gateway()
    assert '"event": "tracing.not_started"' in capfd.readouterr().err


def test_nothing_that_makes_spans_is_imported_where_nobody_asks_for_it():
    code = (
        "import sys, gateway, gateway.tracing; gateway.tracing.start({}, ()); "
        "print({'gateway.open_telemetry', 'opentelemetry.sdk.trace', 'opentelemetry.exporter'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({}, "talentlms-gateway"),
        ({"OTEL_SERVICE_NAME": "training"}, "training"),
        ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=other,deployment.environment=test"}, "other"),
    ],
)
def test_spans_say_whose_they_are(environ, name, monkeypatch):
    for variable, text in (COLLECTOR | environ).items():
        monkeypatch.setenv(variable, text)
    assert tracing.start(COLLECTOR | environ, ()) == ""
    assert tracing.tracers[0]._provider.resource.attributes["service.name"] == name
