import json

import pytest

from tests.gateway.operator.conftest import ask
from tests.gateway.operator.scene import Scene

LOOPBACK, ALL = "127.0.0.1:9464", "0.0.0.0:9464"
TOKEN = "token-of-the-operators-0123456789"


@pytest.fixture
def listener(gateway):
    return lambda bind=LOOPBACK, **changes: gateway(GATEWAY_METRICS_BIND=bind, **changes).extensions[
        "talentlms-operator"
    ]


def test_without_an_address_there_is_no_listener(gateway):
    assert gateway().extensions["talentlms-operator"] is None


def test_the_metrics_are_told(listener):
    status, headers, text = ask(listener(), "/metrics")
    assert status == 200
    assert headers["Content-Type"].startswith("text/plain")
    assert "talentlms_gateway_ready 1.0" in text


def test_readiness_is_told_with_the_database_and_the_last_diagnosis(listener):
    status, _, text = ask(listener(), "/readyz?deep")
    assert status == 200
    assert json.loads(text) == {
        "store": "ok",
        "database": "ok",
        "providers": {"default": "unknown"},
        "diagnosis": None,
    }


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [("/", "DELETE", 405), ("/go", "GET", 404), ("/metrics", "POST", 405), ("/readyz", "DELETE", 405)],
)
def test_nothing_else_is_there(listener, path, method, status):
    assert ask(listener(), path, REQUEST_METHOD=method)[0] == status


def test_readiness_is_told_with_what_any_process_found_last(tmp_path):
    scene = Scene(tmp_path)
    scene.diagnosis(*scene.findings(), at=1_764_000_000)
    diagnosis = json.loads(ask(scene.listener, "/readyz?deep")[2])["diagnosis"]
    assert (diagnosis["at"], diagnosis["is_well"]) == (1_764_000_000, False)
    assert [row["state"] for row in diagnosis["rows"]] == ["ok", "fault", "warning"]
    assert "diagnosis" not in json.loads(ask(scene.listener, "/readyz")[2])


def test_nothing_of_it_is_at_the_public_address(gateway, browser_at):
    browser = browser_at(gateway(GATEWAY_METRICS_BIND=LOOPBACK))
    assert browser.get("/metrics").status_code == 404
    assert "diagnosis" not in browser.get("/readyz?deep").json


@pytest.mark.parametrize("host", ["localhost", "localhost:9464", "127.0.0.1", "127.8.8.8:80", "[::1]:9464"])
def test_on_loopback_it_has_the_names_of_loopback(listener, host):
    assert ask(listener(), "/metrics", HTTP_HOST=host)[0] == 200


@pytest.mark.parametrize("host", ["", "attacker.example", "attacker.example:9464", "10.0.0.7", "gateway", "[::2]", "["])
def test_on_loopback_every_other_name_is_refused(listener, host):
    for path in ("/metrics", "/readyz?deep"):
        assert ask(listener(), path, HTTP_HOST=host)[0] == 421


@pytest.mark.parametrize("host", ["10.0.0.7:9464", "[2001:db8::7]:9464", "gateway:9464", "localhost"])
def test_beyond_loopback_it_has_addresses_and_names_without_a_dot(listener, host):
    assert ask(listener(ALL), "/metrics", HTTP_HOST=host)[0] == 200


@pytest.mark.parametrize("host", ["", "attacker.example", "localhost.attacker.example:9464"])
def test_beyond_loopback_a_name_that_somebody_else_may_own_is_refused(listener, host):
    assert ask(listener(ALL), "/metrics", HTTP_HOST=host)[0] == 421


def test_beyond_loopback_only_the_metrics_are_told_to_everybody(listener):
    application = listener(ALL, GATEWAY_OPERATOR_TOKEN=TOKEN)
    assert ask(application, "/metrics")[0] == 200
    status, headers, _ = ask(application, "/readyz?deep")
    assert (status, headers["WWW-Authenticate"]) == (401, "Bearer")
    for wrong in ("", TOKEN, "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer \xe9"):
        assert ask(application, "/readyz?deep", HTTP_AUTHORIZATION=wrong)[0] == 401
    assert ask(application, "/readyz?deep", HTTP_AUTHORIZATION=f"Bearer {TOKEN}")[0] == 200


def test_beyond_loopback_nothing_but_metrics_is_told_where_there_is_no_token(listener):
    assert ask(listener(ALL), "/readyz?deep", HTTP_AUTHORIZATION="Bearer ")[0] == 401


def test_a_token_is_asked_for_on_loopback_too_where_there_is_one(listener):
    assert ask(listener(GATEWAY_OPERATOR_TOKEN=TOKEN), "/readyz")[0] == 401


def test_with_the_store_away_it_says_so(listener):
    application = listener(GATEWAY_REDIS_URL="redis://127.0.0.1:9/0")
    status, _, text = ask(application, "/readyz?deep")
    assert (status, json.loads(text)["store"]) == (503, "unavailable")
    _, _, metrics = ask(application, "/metrics")
    assert "talentlms_gateway_ready 0.0" in metrics
    assert 'talentlms_gateway_source_up{source="store"} 0.0' in metrics
    assert 'talentlms_gateway_source_up{source="database"} 1.0' in metrics
