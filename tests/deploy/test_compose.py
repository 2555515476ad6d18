"""compose.yaml: what is in it goes together, its settings are taken, and its nginx starts."""

import datetime as dt
import re
import subprocess
import tomllib

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.config import load
from tests.docs.documents import DEPLOY, ROOT, text_of
from tests.journeys.proxies import program
from tests.ports import HOST, free_port
from tests.test_image import stages

COMPOSE = yaml.safe_load(text_of(DEPLOY / "compose.yaml"))
SERVICES = COMPOSE["services"]
SECRETS = {
    "gateway-keys": "key-of-the-documents-key-of-the-documents",
    "talentlms-api-key": "api-key-of-acme",
    "oidc-client-secret": "secret-of-the-client",
}


@pytest.fixture
def settings(tmp_path):
    """The gateway's settings, its secrets in real files."""
    for name, secret in SECRETS.items():
        (tmp_path / name).write_text(f"{secret}\n")
    variables = SERVICES["gateway"]["environment"]
    return load({name: text.replace("/run/secrets/", f"{tmp_path}/") for name, text in variables.items()})


@pytest.fixture
def certificate(tmp_path):
    """Return the paths of a certificate and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "training.acme.com")])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + dt.timedelta(days=1))
    (tmp_path / "fullchain.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "privkey.pem").write_bytes(pem)
    return tmp_path


def test_what_a_service_names_is_there_and_nothing_is_left_over():
    networks = {name for service in SERVICES.values() for name in service.get("networks", [])}
    secrets = {name for service in SERVICES.values() for name in service.get("secrets", [])}
    named = [each.split(":")[0] for service in SERVICES.values() for each in service.get("volumes", [])]

    assert networks == set(COMPOSE["networks"])
    assert secrets == set(COMPOSE["secrets"])
    assert {each for each in named if not each.startswith(".")} == set(COMPOSE["volumes"])
    assert {each for each in named if each.startswith("./") and each != "./tls"} == {"./nginx.conf"}
    assert {secret["file"] for secret in COMPOSE["secrets"].values()} == {f"./secrets/{name}" for name in SECRETS}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_a_read_only_file_system_and_no_rights_that_it_does_not_need(name):
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    rights = {"nginx": ["CHOWN", "SETGID", "SETUID", "NET_BIND_SERVICE"]}
    assert service.get("cap_add", []) == rights.get(name, [])
    assert "privileged" not in service
    if name in ("redis", "postgresql"):
        assert service["user"] not in ("", "root", "0")


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in ("gateway", "demo")])
def test_an_image_from_elsewhere_has_a_version_and_says_whether_it_is_well(name):
    assert re.fullmatch(r"[a-z]+:\d+\.\d+(\.\d+)?-[a-z]+", SERVICES[name]["image"])
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"


def test_everybody_waits_for_whom_they_need_and_only_nginx_is_reached_from_outside():
    waits = {name: service["depends_on"] for name, service in SERVICES.items() if "depends_on" in service}
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    healthy = {"condition": "service_healthy"}
    assert waits == {"gateway": {"redis": healthy, "postgresql": healthy}, "nginx": {"gateway": healthy}}
    assert ports == {"gateway": ["127.0.0.1:9464:9464"], "nginx": ["80:80", "443:443"]}
    assert SERVICES["postgresql"]["network_mode"] == "none"
    assert SERVICES["redis"]["networks"] == ["store"]
    assert COMPOSE["networks"]["store"] == {"internal": True}
    assert any(word == "HEALTHCHECK" for word, _ in stages()["gateway"])


def test_the_settings_are_taken_and_their_addresses_are_those_of_the_other_services(settings):
    assert settings.secure
    assert [str(each) for each in settings.trusted_proxies] == [
        f"{SERVICES['nginx']['networks']['front']['ipv4_address']}/32"
    ]
    assert settings.redis_url.reveal() == "redis://redis:6379/0"
    assert settings.database_url.reveal() == "postgresql://gateway@/gateway?host=/run/postgresql"
    database = SERVICES["postgresql"]["environment"]
    assert (database["POSTGRES_USER"], database["POSTGRES_DB"]) == ("gateway", "gateway")
    assert "postgresql-socket:/run/postgresql:ro" in SERVICES["gateway"]["volumes"]
    assert "postgresql-socket:/var/run/postgresql" in SERVICES["postgresql"]["volumes"]
    assert not set(SERVICES["gateway"]["environment"]) & {
        "GATEWAY_SECRET_KEYS",
        "TALENTLMS_API_KEY",
        "OIDC_CLIENT_SECRET",
    }


def test_the_demo_is_a_stage_of_the_dockerfile_and_begins_where_nobody_asks_for_it_never():
    assert {name: service["profiles"] for name, service in SERVICES.items() if "profiles" in service} == {
        "demo": ["demo"]
    }
    assert SERVICES["demo"]["build"]["target"] in stages()
    assert (DEPLOY / SERVICES["demo"]["build"]["context"]).resolve() == ROOT


def test_nginx_takes_the_file_as_its_container_changes_it(certificate):
    program_, option, script = SERVICES["nginx"]["command"]
    assert (program_, option) == ("sh", "-c")
    changing, _, starting = script.partition(" && ")
    assert starting == "exec nginx -g 'daemon off;'"
    changed = certificate / "default.conf"
    command = changing.replace("/etc/nginx/talentlms-gateway.conf", str(DEPLOY / "nginx.conf"))
    subprocess.run(["sh", "-c", command.replace("/etc/nginx/conf.d/default.conf", str(changed))], check=True)
    text = changed.read_text()
    address = SERVICES["gateway"]["networks"]["front"]["ipv4_address"]
    assert re.findall(r"^    server (.*);$", text, re.MULTILINE) == [f"{address}:8000"]
    assert re.findall(r"access_log (\S+)", text) == ["/dev/stdout"]

    (mounted,) = [each for each in SERVICES["nginx"]["volumes"] if each.startswith("./tls")]
    text = text.replace(mounted.split(":")[1], str(certificate))
    text = re.sub(r"    listen \[::\]:.*\n", "", text)
    text = text.replace("listen 80;", f"listen {HOST}:{free_port()};")
    text = text.replace("listen 443 ssl;", f"listen {HOST}:{free_port()} ssl;")
    assert text.count(f"listen {HOST}:") == 2
    changed.write_text(text)
    places = " ".join(
        f"{kind}_temp_path {certificate}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = f"pid {certificate}/pid; error_log {certificate}/log; events {{}} http {{ {places} include {changed}; }}"
    (certificate / "nginx.conf").write_text(whole)
    tried = subprocess.run(
        [program("nginx"), "-t", "-e", certificate / "log", "-c", certificate / "nginx.conf"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert tried.returncode == 0, tried.stderr


def test_its_versions_are_ones_that_the_gateway_supports():
    assert int(SERVICES["redis"]["image"].partition(":")[2].partition(".")[0]) >= 7
    assert int(SERVICES["postgresql"]["image"].partition(":")[2].partition(".")[0]) >= 14
    assert tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]["name"] == COMPOSE["name"]
