"""A long day at the log level ``debug``: no secret that occurred anywhere stands in any output."""

import io
import socket
import threading
from contextlib import ExitStack, contextmanager
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from joserfc.jwk import ECKey

from sandbox.idp.client import Client
from sandbox.idp.control_client import Control
from sandbox.idp.logout_token import logout_token
from sandbox.idp.registry import logout_variant
from sandbox.idp.server import listening
from tests.journeys.backing_services import CLIENT_ID, PractisingProvider, start_redis
from tests.journeys.canary import Secrets, basic, occurring
from tests.journeys.gateway_process import CONFIG, gateway_at
from tests.journeys.visitor import csrf_token, visiting
from tests.patience import PATIENT_SECONDS
from tests.ports import HOST, free_port

CLIENT_SECRET = "client-secret-of-the-long-day-7c1d"
REDIS_PASSWORD = "redis-password-of-the-long-day"
SECRET_KEYS = ("new-key-of-the-long-day-0123456789abcdef", "old-key-of-the-long-day-0123456789abcdef")
TYPED = "Typed-by-mistake-1"
KEY = ECKey.generate_key("P-256")
WARY = """
[[identity_providers]]
name = "wary"
issuer = "{issuer}"
client_id = "{client_id}"
client_authentication = "private_key_jwt"
private_key_file = "wary.pem"
"""
BROKEN_OFF = "state-in-a-request-that-is-none"
SLUG = "no-such-course-9d21"
ADDRESSES = ("/go", "/go/course/12", "/buy/course/34?coupon=WELCOME10", "/buy/category/3", "/", "/go/course/34")
FAULTS = (
    {"kind": "status", "status": 401},
    {"kind": "status", "status": 500, "message": "failed at /index/autologin/key:abcdefgh12345678abcd"},
    {"kind": "html"},
    {"kind": "cut"},
    {"kind": "not_json"},
    {"kind": "dropped"},
    {"kind": "foreign_link"},
)
MISBEHAVIOURS = (
    *("token-500", "token-html", "token-invalid-grant", "token-error-with-200", "token-down", "token-not-a-jwt"),
    *("nonce-invalid", "sig-none", "exp-past", "huge-token", "userinfo-500", "userinfo-invalid-sub"),
    *("state-wrong", "code-unknown", "error-nasty", "error-long", "callback-iss-foreign", "discovery-500"),
)
LOGOUT_TOKENS = ("valid", "wrong-alg", "alg-none", "bad-signature", "wrong-iss", "expired")
KINDS = {
    *("API key", "client secret", "secret keys", "Redis password", "passwords", "links", "TalentLMS sessions"),
    *("codes", "states", "nonces", "code verifiers", "ID tokens", "access tokens", "form tokens"),
    *("private keys", "client assertions", "logout tokens"),
    *("session cookies", "transaction cookies", "departure cookies", "form cookies"),
}


@pytest.fixture(scope="module")
def day(tmp_path_factory, portal):
    """The outputs of a long day, and the secrets that occurred on it."""
    folder = tmp_path_factory.mktemp("canary")
    address = f"http://{HOST}:{free_port()}"
    secrets = _known(portal)
    with ExitStack() as deployment:
        seen, provider = deployment.enter_context(_provider(address))
        wary = deployment.enter_context(_wary_provider(address, secrets))
        store = start_redis(folder, password=REDIS_PASSWORD)
        deployment.callback(store.process.stop)
        gateway = gateway_at(address, folder, portal, seen, store.url(), _talkative(folder, wary.issuer, secrets))
        deployment.callback(gateway.stop)
        _live_through(gateway.start(), portal, seen.control, wary, store, secrets)
        store.process.stop()
        _click_once_more(gateway, secrets)
        secrets.add("access tokens", *provider.access_tokens._kept, *wary.access_tokens._kept)
    secrets.of_a_portal(portal)
    return {file.name: file.read_text(errors="replace") for file in folder.glob("*.log")}, secrets.by_kind


@pytest.mark.statement(61)
def test_no_secret_stands_in_any_output(day):
    outputs, secrets = day

    assert {kind: found for kind, values in secrets.items() if (found := occurring(values, outputs))} == {}


def test_a_request_that_is_none_leaves_no_secret_in_the_servers_own_log(day):
    outputs, _ = day

    assert occurring([BROKEN_OFF], outputs) == []


def test_the_day_brought_forth_every_kind_of_secret(day):
    _, secrets = day

    assert {kind for kind, values in secrets.items() if values} == KINDS


def test_the_log_was_at_its_most_talkative(day):
    outputs, _ = day
    (text,) = [text for name, text in outputs.items() if name.startswith("gateway")]

    assert "[DEBUG]" in text
    for event in (
        "sign_in",
        "provisioning",
        "enrolment",
        "launch",
        "checkout",
        "sign_out",
        "provider_logout",
        "problem",
    ):
        assert f'"event": "{event}"' in text


@pytest.mark.parametrize("disguise", ["plain", "quoted", "basic"])
def test_a_secret_that_did_stand_there_would_be_found(day, disguise):
    outputs, _ = day
    secret = "a/secret=that was+planted"
    planted = {"plain": secret, "quoted": quote(secret, safe=""), "basic": basic(secret)}[disguise]

    assert occurring([secret], outputs) == []
    assert occurring([secret], {**outputs, "a file": f'{{"note": "{planted}"}}'}) == [(secret, "a file")]


def test_what_the_gateway_really_logged_is_found(day):
    outputs, _ = day

    assert [secret for secret, _ in occurring([SLUG], outputs)] == [SLUG]


def _known(portal):
    secrets = Secrets()
    secrets.add("API key", portal.api_key)
    secrets.add("client secret", CLIENT_SECRET, basic(CLIENT_ID, CLIENT_SECRET))
    secrets.add("secret keys", *SECRET_KEYS)
    secrets.add("Redis password", REDIS_PASSWORD)
    secrets.add("passwords", TYPED)
    return secrets


def _talkative(folder, wary_issuer, secrets):
    """Return the settings: all of the log, and a second provider, to which the gateway proves itself by a key."""
    pem = KEY.as_pem(private=True).decode()
    secrets.add("private keys", KEY.as_dict(private=True)["d"], *pem.splitlines()[1:-1])
    (folder / "wary.pem").write_text(pem)
    (folder / "talkative.toml").write_text(CONFIG + WARY.format(issuer=wary_issuer, client_id=CLIENT_ID))
    return {
        "GATEWAY_CONFIG": str(folder / "talkative.toml"),
        "GATEWAY_LOG_LEVEL": "debug",
        "GUNICORN_CMD_ARGS": "--log-level debug",
        "GATEWAY_SECRET_KEYS": ",".join(SECRET_KEYS),
        "GATEWAY_PASSWORD_SIGN_IN": "on",
    }


@contextmanager
def _provider(address):
    """A provider in this process, so that its access tokens can be read where it keeps them."""
    client = Client(CLIENT_ID, CLIENT_SECRET, (f"{address}/callback/default",), (f"{address}/signed-out",))
    with _served(client) as (_, provider):
        yield PractisingProvider(provider.issuer, CLIENT_SECRET, Control(provider.issuer)), provider


@contextmanager
def _wary_provider(address, secrets):
    """A provider that wants assertions; what it is sent is noted."""
    keys = {"keys": [KEY.as_dict(private=False, use="sig")]}
    client = Client(CLIENT_ID, "", (f"{address}/callback/wary",), (f"{address}/signed-out",), jwks=keys)
    with _served(client) as (server, provider):
        server.app = _overheard(server.app, secrets)
        Control(provider.issuer).settings(token_auth_methods=["private_key_jwt"])
        yield provider


def _overheard(app, secrets):
    """Return an application whose client assertions and code verifiers are noted."""

    def heard(environ, start_response):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        form = parse_qs(body.decode())
        secrets.add_tokens("client assertions", *form.get("client_assertion", []))
        secrets.add("code verifiers", *form.get("code_verifier", []))
        return app({**environ, "wsgi.input": io.BytesIO(body)}, start_response)

    return heard


@contextmanager
def _served(client):
    """A provider in this process and its server."""
    with listening(0, client) as (server, provider):
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server, provider
        finally:
            provider.closing.set()
            server.shutdown()
            thread.join()


def _live_through(gateway, portal, provider, wary, store, secrets):
    for login in ("kim.lee", "robin", "felix", "ada.admin", "uma.unverified", "noel.nomail"):
        _visit(gateway, login, secrets, _come_click_and_leave)
    _visit(gateway, "juergen.mueller", secrets, lambda visitor: _meet_faults(visitor, portal))
    _visit(gateway, "amina.diallo", secrets, lambda visitor: _meet_a_bad_provider(visitor, provider))
    _visit(gateway, "robin", secrets, lambda visitor: _meet_a_wary_provider(visitor, wary, secrets))
    _visit(gateway, "cher", secrets, _type_passwords)
    _visit(gateway, "cher", secrets, lambda visitor: _write_nonsense(visitor, gateway, secrets))
    with store.client() as client:
        secrets.of_a_store(client.get(key) for key in client.scan_iter() if client.type(key) == b"string")


def _visit(gateway, login, secrets, what):
    with visiting(gateway.url, login) as visitor:
        what(visitor)
        secrets.of_a_visit(visitor)


def _come_click_and_leave(visitor):
    _sign_in(visitor)
    for address in (*ADDRESSES, f"/go/course/{SLUG}", "/completed/12"):
        visitor.go(address)
    visitor.ask("/logout", {"csrf_token": "made-up"})
    visitor.sign_out()


def _meet_faults(visitor, portal):
    portal.control.fault("usersignup", kind="dropped", carried_out=True)
    _sign_in(visitor)
    for fault in FAULTS:
        portal.control.fault(times=len(ADDRESSES) * 2, **fault)
        for address in ADDRESSES:
            visitor.ask(address)
        portal.control.clear_faults()
    portal.control.fault("userlogout", kind="foreign_link")
    visitor.sign_out()


def _meet_a_bad_provider(visitor, provider):
    for misbehaviour in MISBEHAVIOURS:
        provider.misbehave(misbehaviour, times=1)
        _sign_in(visitor)
        provider.behave()
    callback = visitor.go("/login/default", until=f"{visitor.gateway}/callback/").headers["Location"]
    for _ in range(2):
        visitor.go(callback)


def _meet_a_wary_provider(visitor, wary, secrets):
    """Sign in where the gateway proves itself by assertions, and be signed out from there by good notices and bad."""
    control = Control(wary.issuer)
    for misbehaviour in ("token-500", "token-html", "token-invalid-grant"):
        control.misbehave(misbehaviour, times=1)
        visitor.go("/login/wary?next=/go/course/12")
    visitor.go("/login/wary?next=/go/course/12")
    (session,) = control.state()["sessions"]
    for name in LOGOUT_TOKENS:
        token = logout_token(logout_variant(name), wary.context(), session["sub"], session["sid"])
        secrets.add_tokens("logout tokens", token)
        for _ in range(2):
            visitor.ask("/backchannel-logout/wary", {"logout_token": token})


def _type_passwords(visitor):
    for username, password in (("robin", "Sandbox-1"), ("robin", TYPED), ("nobody", TYPED), (TYPED, "Sandbox-1")):
        token = csrf_token(visitor.ask("/login/password"))
        visitor.go("/login/password")
        visitor.ask("/login/password", {"csrf_token": token, "username": username, "password": password})


def _write_nonsense(visitor, gateway, secrets):
    """Send secrets where none belong, and requests that are none."""
    token, code = "planted-token-5a1f77", "planted-code-5a1f77"
    secrets.add("codes", code)
    secrets.add("access tokens", token)
    visitor.ask(f"/callback/default?code={code}&state={token}&state={token}")
    visitor.ask(f"/login?next=/go%3Ftoken={token}")
    visitor.ask("/go", Authorization=f"Bearer {token}", Cookie=f"talentlms_gateway_session={token}")
    visitor.ask("/login/password", {"csrf_token": token, "password": TYPED, "username": "x"})
    parts = urlsplit(gateway.url)
    for line in (f"GET /callback/default?code=made-up &state={BROKEN_OFF} HTTP/1.1", f"GET /go?token={token} HTTP/9.9"):
        with socket.create_connection((parts.hostname, parts.port), timeout=PATIENT_SECONDS) as connection:
            connection.sendall(f"{line}\r\nHost: x\r\nCookie: talentlms_gateway_session={token}\r\n\r\n".encode())
            connection.recv(4096)


def _click_once_more(gateway, secrets):
    """Click while Redis is away."""
    with visiting(gateway.url, "kim.lee") as visitor:
        visitor.cookies.set("talentlms_gateway_session", "a-session-id-that-was-once")
        visitor.ask("/go")
        visitor.ask("/login/default")
        secrets.of_a_visit(visitor)
    secrets.add("session cookies", "a-session-id-that-was-once")


def _sign_in(visitor):
    return visitor.go("/login/default?next=/go/course/12")
