"""The way out: bounded in time and size, whoever answers; no redirects, nothing from the environment."""

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

from gateway import deadline
from gateway.oidc import outbound
from gateway.oidc.outbound import BODY_BYTES, BoundedAdapter, bounded
from tests.gateway.oidc.raw_server import raw_server

pytestmark = pytest.mark.timeout(10)


@pytest.fixture
def server():
    with raw_server() as running:
        yield running


@pytest.fixture
def get(monkeypatch):
    """Return a function that asks with half a second of patience."""
    monkeypatch.setattr(outbound, "READ_SECONDS", 0.5)
    with bounded(requests.Session(), BoundedAdapter()) as session:
        yield lambda url: session.get(url, allow_redirects=False)


def drip(piece):
    """Return a piece again and again, without end."""
    return itertools.cycle([piece, 0.1])


def gives_up(get, url):
    """Whether asking ends with an error; where nothing is given up, the test's time-out ends it."""
    with pytest.raises(requests.RequestException):
        get(url)
    return True


@pytest.mark.statement(35)
def test_a_body_up_to_the_limit_is_read_whole(server, get):
    server.answer("/", b"x" * BODY_BYTES)
    assert len(get(f"{server.url}/").content) == BODY_BYTES


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
    deadline.start(0.3)
    try:
        with bounded(requests.Session(), BoundedAdapter()) as session:
            assert gives_up(session.get, f"{server.url}/")
    finally:
        deadline.clear()


@pytest.mark.statement(35)
@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See", "307 Same", "308 Same"])
def test_a_redirect_is_an_error_and_not_followed_even_where_a_caller_forgets_to_say_so(server, status):
    server.answer("/", status=status, Location=f"{server.url}/elsewhere")
    with bounded(requests.Session(), BoundedAdapter()) as session:
        for follow in (True, False):
            with pytest.raises(requests.TooManyRedirects):
                session.get(f"{server.url}/", allow_redirects=follow)
    assert {path for path, _ in server.requests} == {"/"}


@pytest.mark.statement(35)
def test_neither_proxies_nor_passwords_come_from_the_environment(server, get, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login kim password hunter2\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.answer("/", json.dumps({}).encode())
    assert get(f"{server.url}/").json() == {}
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


@pytest.mark.statement(35)
def test_a_certificate_of_an_unknown_authority_is_refused_whatever_a_caller_says(tmp_path):
    own = certificate(tmp_path / "own.pem")
    with over_tls(own) as url, bounded(requests.Session(), BoundedAdapter()) as session:
        session.verify = False
        for verify in (None, True, False):
            with pytest.raises(requests.exceptions.SSLError):
                session.get(url, verify=verify)


@pytest.mark.statement(35)
def test_a_certificate_of_a_configured_authority_is_believed_for_its_own_address_only(tmp_path):
    right, wrong = certificate(tmp_path / "right.pem"), certificate(tmp_path / "wrong.pem", "127.0.0.2")
    with over_tls(right) as url, bounded(requests.Session(), BoundedAdapter(right)) as session:
        assert session.get(url).json() == {}
    with (
        over_tls(wrong) as url,
        bounded(requests.Session(), BoundedAdapter(wrong)) as session,
        pytest.raises(requests.exceptions.SSLError),
    ):
        session.get(url)


@pytest.mark.statement(35)
def test_an_authority_that_only_another_bundle_knows_is_none(tmp_path, monkeypatch):
    own = certificate(tmp_path / "own.pem")
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(own))
    with over_tls(own) as url, bounded(requests.Session(), BoundedAdapter()) as session:
        for verify in (None, True, False, str(own)):
            with pytest.raises(requests.exceptions.SSLError):
                session.get(url, verify=verify)


@pytest.mark.statement(35)
def test_no_call_brings_further_authorities_along(tmp_path):
    own = certificate(tmp_path / "own.pem")
    adapter = BoundedAdapter(own)
    known = adapter._context.cert_store_stats()
    with over_tls(own) as url, bounded(requests.Session(), adapter) as session:
        for _ in range(3):
            session.get(url, headers={"Connection": "close"})
    assert adapter._context.cert_store_stats() == known
    assert adapter._context.verify_mode is ssl.CERT_REQUIRED


@pytest.mark.statement(35)
def test_what_drips_over_tls_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(outbound, "READ_SECONDS", 0.5)
    own = certificate(tmp_path / "own.pem")
    with over_tls(own) as url, bounded(requests.Session(), BoundedAdapter(own)) as session:
        assert gives_up(session.get, f"{url}drip")


# --- connections that are kept ---------------------------------------------------------------------------------


@pytest.fixture
def keeper():
    with serving(_Quiet(("127.0.0.1", 0), _Hello)) as server:
        server.url = f"http://127.0.0.1:{server.server_port}/"
        yield server


def ask_twice(url):
    adapter = BoundedAdapter()
    for _ in range(2):
        with bounded(requests.Session(), adapter) as session:
            assert session.get(url).json() == {}


def test_a_connection_outlives_the_session_that_opened_it(keeper):
    ask_twice(keeper.url)
    assert keeper.accepted == 1


def test_a_connection_that_lay_idle_for_too_long_is_not_used_again(keeper, monkeypatch):
    monkeypatch.setattr(outbound, "IDLE_SECONDS", 0.0)
    ask_twice(keeper.url)
    assert keeper.accepted == 2


def test_a_connection_that_the_other_side_has_closed_is_not_used_again(server):
    server.answer("/", b"{}", Connection="keep-alive")  # says so, and hangs up
    ask_twice(f"{server.url}/")
    assert len(server.requests) == 2


def test_sign_ins_share_a_connection(browser, monkeypatch):
    """The provider here hangs up after every answer, so it is the same connection that is opened anew."""
    opened, connect = [], outbound._Connection.connect
    monkeypatch.setattr(outbound._Connection, "connect", lambda self: opened.append(self) or connect(self))
    for visitor in (browser, browser.another()):
        assert visitor.sign_in().status_code == 302
    assert len(opened) > 2
    assert len(set(opened)) == 1
