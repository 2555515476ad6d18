"""The settings in the deployment files are accepted as they stand."""

import re
from pathlib import Path

import pytest
import yaml

from gateway import BODY_BYTES
from gateway.config import load
from gateway.web.webhooks import WEBHOOK_BYTES
from tests.docs.documents import DEPLOY, DOCS, text_of

GUNICORN = Path(__file__).parents[2] / "gunicorn.conf.py"

SETTING = r"((?:GATEWAY|TALENTLMS|OIDC)_[A-Z0-9_]+)"
SPELLINGS = {
    "compose.yaml": re.compile(rf"^ +{SETTING}: (\S+)", re.MULTILINE),
    "kubernetes.yaml": re.compile(rf'\{{name: {SETTING}, value: "?([^"}}]+)"?\}}'),
    "talentlms-gateway.service": re.compile(rf"^Environment={SETTING}=(\S+)", re.MULTILINE),
}
SECRETS = {
    "gateway-keys": "key-of-the-documents-key-of-the-documents",
    "database-url": "postgresql://gateway:password@db.acme.com/gateway?sslmode=verify-full",
    "redis-url": "rediss://:password@redis.acme.com:6379/0",
    "talentlms-api-key": "api-key-of-acme",
    "oidc-client-secret": "secret-of-the-client",
}

DATABASES = {
    "compose.yaml": "sqlite:////var/lib/talentlms-gateway/gateway.db",
    "kubernetes.yaml": SECRETS["database-url"],
    "talentlms-gateway.service": "sqlite:////var/lib/talentlms-gateway/gateway.db",
}


@pytest.fixture
def environment(tmp_path):
    """Return the variables that a file sets, its secrets in real files."""
    for name, secret in SECRETS.items():
        (tmp_path / name).write_text(f"{secret}\n")

    def variables(file):
        found = dict(SPELLINGS[file].findall(text_of(DEPLOY / file)))
        state = re.search(r"^StateDirectory=(\S+)", text_of(DEPLOY / file), re.MULTILINE)
        if state:
            found["STATE_DIRECTORY"] = f"/var/lib/{state[1]}"
        return {
            name: str(tmp_path / value.rpartition("/")[2]) if name.endswith("_FILE") else value
            for name, value in found.items()
        }

    return variables


def test_the_access_log_of_nginx_holds_no_id_of_a_launch_and_no_code_of_a_seat():
    text = text_of(DEPLOY / "nginx.conf")
    (logged,) = re.findall(r"log_format \w+ '(.*)';", text)
    assert "$talentlms_gateway_uri" in logged
    assert not {"$uri", "$request", "$request_uri"} & set(re.findall(r"\$\w+", logged))
    (mapping,) = re.findall(r"map \$uri \$talentlms_gateway_uri \{\n(.*?)\}", text, re.DOTALL)
    rules = dict(line.strip(" ;").split(" ") for line in mapping.splitlines())
    assert rules == {"default": "$uri", "~^/l/": "/l/[redacted]", "~^/redeem/": "/redeem/[redacted]"}


@pytest.mark.parametrize("file", SPELLINGS)
def test_the_settings_of_a_deployment_are_accepted(file, environment):
    settings = load(environment(file))

    assert settings.redis_url is not None
    assert settings.database_url.reveal() == DATABASES[file]
    assert settings.secure
    assert len(settings.trusted_proxies) == 1
    assert [provider.issuer for provider in settings.identity_providers] == ["https://login.acme.com"]


@pytest.mark.parametrize("file", SPELLINGS)
def test_no_secret_stands_in_a_deployment(file):
    names = {name for name, _ in SPELLINGS[file].findall(text_of(DEPLOY / file))}

    assert {"GATEWAY_SECRET_KEYS_FILE", "TALENTLMS_API_KEY_FILE", "OIDC_CLIENT_SECRET_FILE"} <= names


def number(pattern, text):
    (found,) = re.findall(pattern, text, re.MULTILINE)
    return int(found)


def test_nginx_keeps_connections_shorter_than_the_gateway_does():
    theirs = number(r"keepalive_timeout (\d+)s;", text_of(DEPLOY / "nginx.conf"))
    ours = number(r"^keepalive = (\d+)$", text_of(GUNICORN))

    assert theirs + 5 <= ours
    assert ours > 60, "the default of nginx and of AWS's load balancers"


def test_nginx_takes_requests_that_are_as_large_as_the_gateway_takes():
    nginx, ours = text_of(DEPLOY / "nginx.conf"), text_of(GUNICORN)

    assert number(r"client_max_body_size (\d+)k;", nginx) * 1024 == BODY_BYTES
    assert number(r"client_max_body_size (\d+)m;", nginx) * 1024 * 1024 == WEBHOOK_BYTES
    assert number(r"client_max_body_size (\d+)m;", text_of(DOCS / "operating.md")) * 1024 * 1024 == WEBHOOK_BYTES
    assert (
        number(r"large_client_header_buffers \d+ (\d+)k;", nginx) * 1024
        == number(r"^limit_request_line = (\d+)$", ours) + 2
    )
    assert number(r"^limit_request_field_size = (\d+)$", ours) == number(r"^limit_request_line = (\d+)$", ours)


def test_systemd_allows_as_many_files_as_a_worker_asks_for():
    assert number(r"^LimitNOFILE=(\d+)$", text_of(DEPLOY / "talentlms-gateway.service")) == number(
        r"^_FILES = (\d+)$", text_of(GUNICORN)
    )


def test_prometheus_gets_to_the_listener_of_a_container_and_the_ingress_does_not():
    deployment, service, policy = yaml.safe_load_all(text_of(DEPLOY / "kubernetes.yaml"))
    pod = deployment["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    (bind,) = [one["value"] for one in container["env"] if one["name"] == "GATEWAY_METRICS_BIND"]
    assert bind == f"0.0.0.0:{ports['metrics']}"
    assert pod["metadata"]["annotations"]["prometheus.io/port"] == str(ports["metrics"])
    assert [port["targetPort"] for port in service["spec"]["ports"]] == ["http"]
    assert [[port["port"] for port in rule["ports"]] for rule in policy["spec"]["ingress"]] == [["http"], ["metrics"]]

    gateway = yaml.safe_load(text_of(DEPLOY / "compose.yaml"))["services"]["gateway"]
    assert gateway["environment"]["GATEWAY_METRICS_BIND"] == "0.0.0.0:9464"
    assert "127.0.0.1:9464:9464" in gateway["ports"]
    assert all(port.startswith("127.0.0.1:") for port in gateway["ports"])
