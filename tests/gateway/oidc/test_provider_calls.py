"""The way out: bounded in time and size; no redirects, nothing from the environment."""

import datetime as dt
import gzip
import ipaddress
import itertools
import json
import ssl
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway import context
from gateway.oidc import provider_calls
from gateway.oidc.provider_calls import BODY_BYTES, ProviderAdapter
from gateway.outbound import connection
from gateway.outbound.adapter import OutboundFailed, session
from gateway.outbound.client import HttpClient
from tests.gateway.oidc.raw_server import raw_server


@pytest.fixture
def server():
    with raw_server() as running:
        yield running


def asking(ca_file=None):
    """Return a session as the relying party has them."""
    return session(ProviderAdapter(HttpClient(ca_file)))


@pytest.fixture
def get(monkeypatch):
    """Return a function that asks with half a second of patience."""
    monkeypatch.setattr(provider_calls, "READ_SECONDS", 0.5)
    with asking() as asked:
        yield lambda url: asked.get(url, allow_redirects=False)


def drip(piece):
    """Return a piece again and again, without end."""
    return itertools.cycle([piece, 0.1])


def gives_up(get, url):
    """Whether asking ends with an error; where nothing is given up, the test's time-out ends it."""
    with pytest.raises(OutboundFailed):
        get(url)
    return True


@pytest.mark.statement(35)
def test_a_body_up_to_the_limit_is_read_whole(server):
    server.answer("/", b"x" * BODY_BYTES)
    with asking() as asked:
        assert len(asked.get(f"{server.url}/").content) == BODY_BYTES


@pytest.mark.statement(35)
@pytest.mark.parametrize("length", [True, False])
def test_a_larger_body_is_refused(server, get, length):
    server.answer("/", b"x" * (BODY_BYTES + 1), length=length)
    assert gives_up(get, f"{server.url}/")


@pytest.mark.statement(35)
def test_a_body_that_is_large_only_when_unpacked_is_refused(server, get):
    server.answer("/", gzip.compress(b"x" * (64 * BODY_BYTES)), Content_Encoding="gzip")
    assert gives_up(get, f"{server.url}/")


@pytest.mark.statement(35)
def test_a_body_that_drips_in_chunks_is_given_up(server, get):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    server.write("/", [head], drip(b"1\r\nx\r\n"))
    assert gives_up(get, f"{server.url}/")


@pytest.mark.statement(35)
@pytest.mark.parametrize("head", [b"Content-Length: 100000\r\n", b""], ids=["with length", "without length"])
def test_a_body_that_drips_without_chunks_is_given_up(server, get, head):
    server.write("/", [b"HTTP/1.1 200 OK\r\n" + head + b"\r\n"], drip(b" "))
    assert gives_up(get, f"{server.url}/")


@pytest.mark.statement(35)
def test_a_piece_of_a_body_that_drips_itself_is_given_up(server, get):
    server.write("/", [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"], drip(b"1"))
    assert gives_up(get, f"{server.url}/")


@pytest.mark.statement(35)
def test_a_body_that_ends_because_time_is_over_is_not_taken_for_a_whole_one(server, get):
    server.write("/", [b"HTTP/1.1 200 OK\r\n\r\n{}", 60.0])
    assert gives_up(get, f"{server.url}/")


@pytest.mark.statement(35)
def test_headers_that_drip_are_given_up(server, get):
    server.write("/", [b"HTTP/1.1 200 OK\r\nX: "], drip(b"x"))
    assert gives_up(get, f"{server.url}/")


@pytest.mark.statement(35)
def test_a_server_that_says_nothing_is_given_up(server, get):
    server.write("/", [60.0])
    assert gives_up(get, f"{server.url}/")


@pytest.mark.statement(35)
def test_what_the_browser_still_waits_bounds_it_further(server):
    server.write("/", [60.0])
    context.begin(seconds=0.3)
    try:
        with asking() as asked:
            assert gives_up(asked.get, f"{server.url}/")
    finally:
        context.end()


@pytest.mark.statement(35)
@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See", "307 Same", "308 Same"])
def test_a_redirect_is_an_error_and_not_followed_even_where_a_caller_forgets_to_say_so(server, status):
    server.answer("/", status=status, Location=f"{server.url}/elsewhere")
    with asking() as asked:
        for follow in (True, False):
            with pytest.raises(OutboundFailed) as raised:
                asked.get(f"{server.url}/", allow_redirects=follow)
            assert raised.value.cause.reason == "redirected"
    assert {path for path, _ in server.requests} == {"/"}


@pytest.mark.statement(35)
def test_no_password_comes_from_the_environment_and_no_proxy_that_the_client_was_not_given(
    server, monkeypatch, tmp_path
):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login kim password hunter2\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.answer("/", json.dumps({}).encode())
    with asking() as asked:
        assert asked.get(f"{server.url}/").json() == {}
    assert b"Authorization" not in server.requests[0][1]


# --- TLS -------------------------------------------------------------------------------------------------------


class _Hello(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        if self.path == "/drip":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            while True:
                self.wfile.write(b"1")
                time.sleep(0.1)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        """Say nothing."""


def certificate(path, address="127.0.0.1"):
    """Write a certificate for an address, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a provider")])
    now = dt.datetime.now(dt.UTC)
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(alternative, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(built.public_bytes(Encoding.PEM) + secret)
    return path


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """Say nothing: a client that does not trust us hangs up, and so does one that we let wait."""

    def get_request(self):
        self.accepted += 1
        return super().get_request()

    accepted = 0
    daemon_threads = True


@contextmanager
def serving(server):
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    with server:
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@contextmanager
def over_tls(path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    server = _Quiet(("127.0.0.1", 0), _Hello)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with serving(server):
        yield f"https://127.0.0.1:{server.server_port}/"


def assert_not_accepted(asked, url, **options):
    with pytest.raises(OutboundFailed) as raised:
        asked.get(url, **options)
    assert raised.value.cause.reason == "certificate not accepted"


@pytest.mark.statement(35)
def test_a_certificate_of_an_unknown_authority_is_refused_whatever_a_caller_says(tmp_path):
    own = certificate(tmp_path / "own.pem")
    with over_tls(own) as url, asking() as asked:
        asked.verify = False
        for verify in (None, True, False):
            assert_not_accepted(asked, url, verify=verify)


@pytest.mark.statement(35)
def test_a_certificate_of_a_configured_authority_is_believed_for_its_own_address_only(tmp_path):
    right, wrong = certificate(tmp_path / "right.pem"), certificate(tmp_path / "wrong.pem", "127.0.0.2")
    with over_tls(right) as url, asking(right) as asked:
        assert asked.get(url).json() == {}
    with (
        over_tls(wrong) as url,
        asking(wrong) as asked,
    ):
        assert_not_accepted(asked, url)


@pytest.mark.statement(35)
def test_an_authority_that_only_another_bundle_knows_is_none(tmp_path, monkeypatch):
    own = certificate(tmp_path / "own.pem")
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(own))
    with over_tls(own) as url, asking() as asked:
        for verify in (None, True, False, str(own)):
            assert_not_accepted(asked, url, verify=verify)


@pytest.mark.statement(35)
def test_no_call_brings_further_authorities_along(tmp_path):
    own = certificate(tmp_path / "own.pem")
    client = HttpClient(own)
    known = client._dialer._context.cert_store_stats()
    with over_tls(own) as url, session(ProviderAdapter(client)) as asked:
        for _ in range(3):
            asked.get(url, headers={"Connection": "close"})
    assert client._dialer._context.cert_store_stats() == known
    assert client._dialer._context.verify_mode is ssl.CERT_REQUIRED


@pytest.mark.statement(35)
def test_what_drips_over_tls_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(provider_calls, "READ_SECONDS", 0.5)
    own = certificate(tmp_path / "own.pem")
    with over_tls(own) as url, asking(own) as asked:
        assert gives_up(asked.get, f"{url}drip")


# --- connections that are kept ---------------------------------------------------------------------------------


@pytest.fixture
def keeper():
    with serving(_Quiet(("127.0.0.1", 0), _Hello)) as server:
        server.url = f"http://127.0.0.1:{server.server_port}/"
        yield server


def ask_twice(url):
    adapter = ProviderAdapter(HttpClient())
    for _ in range(2):
        with session(adapter) as asked:
            assert asked.get(url).json() == {}


def test_a_connection_outlives_the_session_that_opened_it(keeper):
    ask_twice(keeper.url)
    assert keeper.accepted == 1


def test_a_connection_that_lay_idle_for_too_long_is_not_used_again(keeper, monkeypatch):
    monkeypatch.setattr(connection, "IDLE_SECONDS", 0.0)
    ask_twice(keeper.url)
    assert keeper.accepted == 2


def test_a_connection_that_the_other_side_has_closed_is_not_used_again(server):
    server.answer("/", b"{}", Connection="keep-alive")  # says so, and hangs up
    ask_twice(f"{server.url}/")
    assert len(server.requests) == 2


def test_talentlms_and_all_providers_share_one_client(deployment, monkeypatch):
    made, make = [], HttpClient.__init__
    monkeypatch.setattr(HttpClient, "__init__", lambda self, *args: made.append(self) or make(self, *args))
    deployment.gateway(deployment.entry(), deployment.entry("other"))
    assert len(made) == 1
