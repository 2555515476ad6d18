"""Serving: connections, the command line, TLS, and who may steer."""

import datetime as dt
import ipaddress
import signal
import ssl
import subprocess
import sys
from http.client import HTTPConnection
from urllib.request import urlopen

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sandbox.talentlms import Config, Server, create_app, running_sandbox
from tests.patience import PATIENT_SECONDS
from tests.sandbox.talentlms.api_client import KEY, Api, encoded


def test_a_connection_is_kept_for_the_next_call(api, box):
    connection = HTTPConnection("127.0.0.1", box.config.port, timeout=PATIENT_SECONDS)
    headers = {"Authorization": f"Basic {encoded(KEY + ':')}"}
    form = headers | {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/api/v1/nonsense", "a=b", form)
    connection.getresponse().read()
    socket = connection.sock
    connection.request("GET", "/api/v1/siteinfo", headers=headers)
    assert connection.getresponse().status == 200
    assert connection.sock is socket
    connection.close()


def test_a_stopped_sandbox_answers_nobody_not_even_on_a_kept_connection():
    with running_sandbox(api_key=KEY) as box, requests.Session() as session:
        session.get(f"{box.url}/api/v1/siteinfo", auth=(KEY, ""))
        url = box.url
        box.stop()
        with pytest.raises(requests.exceptions.ConnectionError):
            session.get(f"{url}/api/v1/siteinfo", auth=(KEY, ""))


def test_two_sandboxes_know_nothing_of_each_other():
    with running_sandbox(api_key=KEY) as one, running_sandbox(api_key=KEY) as other:
        Api(one.url).sign_up("kim")
        assert Api(other.url).refusal("users/username", username="kim")[0] == 404


def test_without_a_seed_there_is_the_owner_alone():
    with running_sandbox(api_key=KEY, seed=False) as box:
        assert [user["user_type"] for user in Api(box.url).ask("users")] == ["SuperAdmin"]
        box.control.seed()
        assert len(Api(box.url).ask("users")) > 1
        box.control.reset()
        assert len(Api(box.url).ask("users")) == 1


def test_links_begin_with_the_public_url():
    with running_sandbox(api_key=KEY, public_url="https://learn.example.com/") as box:
        login_key = Api(box.url).ask("users/id", id=1)["login_key"]
        assert login_key.startswith("https://learn.example.com/index/autologin/key:")


def test_limits_can_be_given_at_the_start():
    with running_sandbox(api_key=KEY, calls_per_hour=1) as box:
        assert [Api(box.url).get("siteinfo").status_code for _ in range(2)] == [200, 429]


def test_only_the_machine_itself_may_steer():
    client = create_app(Config(api_key=KEY)).test_client()
    stranger = {"REMOTE_ADDR": "192.0.2.1"}
    assert client.get("/_control/state", environ_base=stranger).status_code == 403
    assert client.get("/", environ_base=stranger).status_code == 403
    assert client.get("/_control/state").status_code == 200


def test_the_command_line_starts_a_sandbox_and_ctrl_c_ends_it():
    command = [sys.executable, "-m", "sandbox.talentlms", "--port", "0", "--api-key", KEY, "--no-seed"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().split()[-1]
        assert len(Api(url).ask("users")) == 1
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=PATIENT_SECONDS) == 0


@pytest.mark.parametrize("arguments", [["--port", "0"], ["--port", "0", "--api-key", "k", "--certfile", "x.pem"]])
def test_a_command_line_that_cannot_be_is_explained(arguments):
    command = [sys.executable, "-m", "sandbox.talentlms", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENT_SECONDS, check=False)
    assert done.returncode == 2
    assert "usage: python -m sandbox.talentlms" in done.stderr


@pytest.fixture
def certificate(tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    certfile, keyfile = tmp_path / "cert.pem", tmp_path / "key.pem"
    certfile.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    plain, form = serialization.NoEncryption(), serialization.PrivateFormat.PKCS8
    keyfile.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    return str(certfile), str(keyfile)


def test_tls_is_served_where_a_certificate_is_given(certificate):
    certfile, keyfile = certificate
    with running_sandbox(api_key=KEY, certfile=certfile, keyfile=keyfile) as box:
        assert box.url.startswith("https://127.0.0.1:")
        box.control.quirk(unauthorized_is_html=False)
        context = ssl.create_default_context(cafile=certfile)
        with urlopen(box.url, context=context, timeout=PATIENT_SECONDS) as page:
            assert page.status == 200


def test_a_port_that_is_taken_is_an_error():
    with running_sandbox(api_key=KEY) as box, pytest.raises((OSError, SystemExit)):
        Server(Config(api_key=KEY, port=box.config.port))
