"""Errors said right: whose fault it is on the page, and in the log what the provider said, where, and how."""

import io
import json
import re
import socket
import time
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from gateway import log
from gateway.errors import (
    GatewayError,
    ProviderUnavailable,
    ProviderUnreachable,
    SignInDenied,
    SignInInterrupted,
    SignInMisconfigured,
)
from gateway.flows import sign_in
from gateway.oidc import provider_calls
from gateway.oidc.refusals import DESCRIPTION_LENGTH, ERROR_LENGTH, refused
from gateway.store.keys import tagged
from gateway.store.sessions import Sessions
from gateway.web.error_pages import page_of
from gateway.web.transaction_cookies import TARGET_LENGTH
from tests.gateway.oidc.deployment import SESSION, parameters
from tests.gateway.oidc.raw_server import raw_server
from tests.gateway.oidc.served import caught
from tests.gateway.oidc.test_provider_calls import certificate, over_tls

FAILURES = [
    *("error-access-denied", "error-invalid-scope", "error-authentication-expired", "error-server-error"),
    *("token-500", "token-down", "token-invalid-grant", "token-invalid-client", "token-401-html"),
    *("invalid-aud", "userinfo-invalid-sub", "userinfo-500", "code-missing", "callback-iss-foreign"),
]


def is_page_of(answer, error):
    page = page_of(error)
    return (answer.status_code, page.title in answer.text, page.advice in answer.text) == (page.status, True, True)


def is_interrupted(answer, target):
    wanted = "/login" if target == "/" else f"/login?next={target}"
    return (answer.status_code, f'href="{wanted}"' in answer.text) == (400, True)


def stray(callback, **changes):
    """Return the address with other parameters; ``None`` takes one away."""
    query = {**dict(parse_qsl(urlsplit(callback).query)), **changes}
    query = {name: value for name, value in query.items() if value is not None}
    return urlsplit(callback)._replace(query=urlencode(query)).geturl()


# --- what an error means ---------------------------------------------------------------------------------------


@pytest.mark.statement(13)
@pytest.mark.parametrize(
    ("meaning", "codes"),
    [
        (
            SignInDenied,
            "access_denied login_required consent_required interaction_required account_selection_required",
        ),
        (ProviderUnavailable, "server_error temporarily_unavailable"),
        (SignInInterrupted, "invalid_grant"),
        (
            SignInMisconfigured,
            "invalid_scope invalid_request invalid_client unauthorized_client unsupported_response_type x",
        ),
    ],
)
def test_every_error_is_somebodys(meaning, codes):
    assert {type(refused("here", code, "because")) for code in codes.split()} == {meaning}


@pytest.mark.parametrize(
    ("error", "description", "note"),
    [
        ("access_denied", "No.", "here: access_denied: No."),
        ("access_denied", None, "here: access_denied"),
        ("access_denied", ["No."], "here: access_denied"),
        (None, None, "here: None"),
        ({"code": 7}, "No.", "here: {'code': 7}: No."),
        ("e" * 9000, "d" * 9000, f"here: {'e' * ERROR_LENGTH}: {'d' * DESCRIPTION_LENGTH}"),
        ("e" * 9000, None, f"here: {'e' * ERROR_LENGTH}"),
    ],
)
def test_the_providers_words_are_kept_for_the_log_and_shortened(error, description, note):
    assert refused("here", error, description).note == note


@pytest.mark.statement(61, 63)
def test_no_secret_that_the_provider_repeats_stands_in_the_log(deployment, browser):
    written = io.StringIO()
    log.configure("debug", written)
    said = "client_secret=hunter2-of-ours and code=one-time-code are wrong; Basic dXNlcjpwYXNzd29yZA=="
    answer = browser.get(stray(browser.callback_address(), code=None, error="invalid_client", error_description=said))
    assert is_page_of(answer, SignInMisconfigured)
    (audit,) = [line for line in map(json.loads, written.getvalue().splitlines()) if line["event"] == "sign_in"]
    assert audit["note"].startswith("authorization response: invalid_client: client_secret=[")
    assert not re.search("hunter2|one-time-code|dXNlcjpwYXNzd29yZA", written.getvalue() + answer.text)


@pytest.mark.statement(13, 63)
@pytest.mark.parametrize(
    "misbehaviour", ["error-invalid-scope", "error-par-required", "token-invalid-client", "token-401-html"]
)
def test_what_the_operator_has_to_mend_is_neither_cancelled_nor_away(deployment, browser, misbehaviour):
    deployment.provider.control.misbehave(misbehaviour)
    answer = browser.sign_in()
    assert is_page_of(answer, SignInMisconfigured)
    assert not re.search("cancelled|not answering|cannot be reached|interrupted", answer.text)
    (problem,) = deployment.trail.events("problem")
    (audit,) = deployment.trail.audits()
    assert (problem.problem, problem.note) == ("sign-in-misconfigured", audit.note)


# --- no answer at all ------------------------------------------------------------------------------------------


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.fixture
def answer_from(deployment, monkeypatch):
    """Begin a sign-in at a provider of this address."""
    monkeypatch.setattr(provider_calls, "READ_SECONDS", 2.0)
    return lambda issuer, **changes: deployment.browser(
        deployment.gateway(deployment.entry(issuer=issuer), **changes)
    ).begin()


def noted(deployment, answer, error):
    assert is_page_of(answer, error)
    (audit,) = deployment.trail.audits()
    assert audit.reason == error.code
    return audit.note


@pytest.mark.statement(63)
def test_a_name_that_cannot_be_resolved_is_told_as_such(deployment, answer_from):
    note = noted(deployment, answer_from("https://login.acme.invalid"), ProviderUnreachable)
    assert note == "metadata at login.acme.invalid: DNS: the host name cannot be resolved"


@pytest.mark.statement(63)
def test_a_connection_that_is_refused_is_told_as_such(deployment, answer_from):
    port = closed_port()
    note = noted(deployment, answer_from(f"http://127.0.0.1:{port}"), ProviderUnreachable)
    assert note == f"metadata at 127.0.0.1:{port}: the connection is refused"


@pytest.mark.statement(35, 63)
def test_a_certificate_that_is_not_accepted_is_told_as_such_and_why(deployment, answer_from, tmp_path):
    unknown, other = certificate(tmp_path / "unknown.pem"), certificate(tmp_path / "other.pem", "127.0.0.2")
    with over_tls(unknown) as url:
        note = noted(deployment, answer_from(url.rstrip("/")), ProviderUnreachable)
    assert re.fullmatch(
        r"metadata at 127.0.0.1:\d+: TLS: the certificate is not accepted: self.signed certificate", note
    )
    deployment.trail.entries.clear()
    with over_tls(other) as url:
        note = noted(deployment, answer_from(url.rstrip("/"), ca_file=other), ProviderUnreachable)
    assert re.search(r"TLS: the certificate is not accepted: IP address mismatch", note)


@pytest.mark.statement(35, 63)
def test_what_speaks_no_tls_is_told_as_such(deployment, answer_from):
    note = noted(deployment, answer_from(deployment.provider.issuer.replace("http:", "https:")), ProviderUnreachable)
    assert re.fullmatch(r"metadata at 127.0.0.1:\d+: TLS: no secure connection", note)


@pytest.mark.statement(35, 63)
@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([60.0], "no answer in time"),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", 60.0], "no answer in time"),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"], "the answer broke off"),
        ([b""], "the connection ended before the answer"),
        ([b"HTTP/1.1 200 OK\r\n\r\n" + b" " * (provider_calls.BODY_BYTES + 1)], "the answer is too large"),
        ([b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"], "a redirect, which is not followed"),
        ([b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"], "status 404"),
    ],
    ids=["nothing", "slow body", "half a body", "hangs up", "large", "redirect", "404"],
)
def test_an_answer_that_is_none_is_told_as_such(deployment, answer_from, parts, words):
    with raw_server() as server:
        server.write("/.well-known/openid-configuration", parts)
        note = noted(deployment, answer_from(server.url), ProviderUnavailable)
    assert re.match(rf"metadata at .*{re.escape(words)}", note), note


@pytest.mark.statement(63)
@pytest.mark.parametrize(
    ("misbehaviour", "beginning"),
    [
        ("discovery-down", "metadata at 127.0.0.1:"),
        ("jwks-500", "keys at http://127.0.0.1:"),
        ("token-down", "token endpoint at 127.0.0.1:"),
        ("token-html", "token endpoint: not a token response"),
        ("userinfo-down", "UserInfo endpoint at 127.0.0.1:"),
        ("userinfo-401", "UserInfo endpoint at 127.0.0.1:"),
        ("invalid-aud", "ID token: aud "),
        ("exp-past", "ID token: exp "),
        ("nonce-invalid", "ID token: nonce "),
        ("sig-none", "ID token: alg "),
        ("token-without-id-token", "token endpoint: "),
        ("userinfo-signed-wrong-aud", "UserInfo: aud "),
        ("userinfo-invalid-sub", "UserInfo: "),
        ("callback-iss-foreign", "authorization response: "),
        ("discovery-issuer-mismatch", "the metadata names issuer "),
        ("jwks-without-keys", "the key set "),
    ],
)
def test_every_note_says_which_token_or_endpoint_it_speaks_of(deployment, misbehaviour, beginning):
    deployment.provider.control.misbehave(misbehaviour)
    deployment.browser().sign_in()
    (audit,) = deployment.trail.audits()
    assert audit.outcome == "refused"
    assert audit.note.startswith(beginning)


@pytest.mark.statement(56, 63)
def test_the_note_of_a_logout_token_says_so(deployment, browser):
    browser.sign_in()
    deployment.provider.control.client(client_id="another-client")
    token = caught(deployment, "any")
    deployment.provider.control.client(client_id=deployment.provider.client_id)
    assert browser.post("/backchannel-logout/default", {"logout_token": token}).status_code >= 400
    (audit,) = deployment.trail.audits("provider_logout")
    assert audit.note.startswith("logout token: aud ")


# --- the person took too long ----------------------------------------------------------------------------------


@pytest.mark.statement(8, 13)
def test_whoever_took_too_long_at_the_provider_begins_anew_by_itself_once(deployment, browser):
    deployment.provider.control.misbehave("error-authentication-expired", times=1)
    first = parameters(browser.begin("/go/course/12").headers["Location"])
    deployment.provider.control.behave()
    deployment.provider.control.misbehave("error-authentication-expired", times=1)
    expired = browser.callback_address("/go/course/12")
    again = browser.get(expired)
    second = parameters(again.headers["Location"])
    assert again.status_code == 302
    assert urlsplit(again.headers["Location"]).path == "/authorize"
    assert {first[name] for name in ("state", "nonce")}.isdisjoint(second.values())
    assert len(deployment.trail.events("sign_in.begun_again")) == 1
    assert deployment.trail.audits() == []
    ended = browser.get(browser.at_provider(again.headers["Location"]))
    assert (ended.status_code, ended.headers["Location"]) == (302, "/go/course/12")
    assert browser.is_signed_in


@pytest.mark.statement(8, 13, 58)
def test_and_never_twice(deployment, browser):
    deployment.provider.control.misbehave("error-authentication-expired")
    answer, sent = browser.wander("/login?next=/go/course/12")
    assert is_interrupted(answer, "/go/course/12")
    assert sent == 2
    assert len(deployment.asked("authorize")) == 2
    (audit,) = deployment.trail.audits()
    assert (audit.reason, "authentication_expired" in audit.note) == ("sign-in-interrupted", True)


@pytest.mark.statement(3, 13)
def test_it_is_begun_anew_as_it_was_asked_for(deployment, browser):
    hints = {"prompt": "consent", "login_hint": "kim.lee", "ui_locales": "de-AT en"}
    deployment.provider.control.misbehave("error-authentication-expired", times=1)
    begun = browser.get(f"/login?{urlencode({'next': '/go', **hints})}")
    again = browser.get(browser.at_provider(begun.headers["Location"]))
    asked = parameters(again.headers["Location"])
    assert {name: asked[name] for name in hints} == hints


@pytest.mark.statement(3, 7, 13)
def test_hints_for_which_the_cookie_has_no_room_beside_the_target_are_not_kept_but_for_the_prompt(deployment, browser):
    hints = {"prompt": "consent", "login_hint": "kim.lee", "ui_locales": "de-AT"}
    target = "/go/course/12?x=" + "a" * (TARGET_LENGTH - 16 - 20)
    deployment.provider.control.misbehave("error-authentication-expired", times=1)
    begun = browser.get(f"/login?{urlencode({'next': target, **hints})}")
    again = browser.get(browser.at_provider(begun.headers["Location"]))
    assert {"login_hint", "ui_locales"}.isdisjoint(parameters(again.headers["Location"]))
    assert parameters(again.headers["Location"])["prompt"] == "consent"
    assert browser.get(browser.at_provider(again.headers["Location"])).headers["Location"] == target


@pytest.mark.statement(11, 13)
def test_the_same_answer_begins_nothing_a_second_time(deployment, browser):
    deployment.provider.control.misbehave("error-authentication-expired", times=1)
    expired = browser.callback_address("/go/course/12")
    assert browser.get(expired).status_code == 302
    assert is_interrupted(browser.get(expired), "/go/course/12")


@pytest.mark.statement(63)
def test_a_code_that_the_provider_forgot_in_a_restart_is_a_page_to_go_on_from(deployment, browser):
    deployment.provider.control.misbehave("token-invalid-grant", times=1)
    assert is_interrupted(browser.sign_in("/go/course/12"), "/go/course/12")
    assert browser.sign_in("/go/course/12").headers["Location"] == "/go/course/12"


# --- an error that belongs to no sign-in -----------------------------------------------------------------------


@pytest.mark.statement(13)
@pytest.mark.parametrize("state", [None, "", "unknown"])
@pytest.mark.parametrize(
    ("error", "meaning"),
    [("access_denied", SignInDenied), ("invalid_scope", SignInInterrupted), ("server_error", SignInInterrupted)],
)
def test_a_denial_without_a_state_of_ours_is_told_as_one_and_any_other_error_wakes_nobody(
    deployment, browser, state, error, meaning
):
    callback = browser.callback_address("/go")
    answer = browser.get(stray(callback, code=None, state=state, error=error, error_description="<b>No.</b>"))
    assert is_interrupted(answer, "/") if meaning is SignInInterrupted else is_page_of(answer, meaning)
    assert "<b>No." not in answer.text
    (audit,) = deployment.trail.audits()
    assert audit.note == f"authorization response to nothing that this browser began: {error}: <b>No.</b>"
    assert deployment.asked("token") == []
    assert browser.get(callback).headers["Location"] == "/go"


@pytest.mark.statement(13, 15)
def test_an_error_of_somebody_else_is_none(deployment, browser):
    for answer in (
        browser.get("/callback/default?error=access_denied&iss=https://elsewhere.example"),
        browser.get("/callback/nowhere?error=access_denied"),
        browser.get("/callback/default?error=invalid_grant"),
    ):
        assert is_interrupted(answer, "/")


# --- another tab has just signed in ----------------------------------------------------------------------------


@pytest.mark.statement(6, 12)
@pytest.mark.parametrize("misbehaviour", FAILURES)
def test_a_tab_that_fails_goes_on_to_its_target_where_another_has_just_signed_in(deployment, browser, misbehaviour):
    deployment.provider.control.misbehave(misbehaviour)
    callback = browser.callback_address("/go/course/12")
    deployment.provider.control.behave()
    browser.sign_in("/go")
    session = browser.cookies()[SESSION]
    deployment.provider.control.misbehave(misbehaviour)
    answer = browser.get(callback)
    assert (answer.status_code, answer.headers.get("Location")) == (302, "/go/course/12")
    assert browser.cookies()[SESSION] == session
    assert len(deployment.asked("authorize")) == 2


@pytest.mark.statement(6, 12)
@pytest.mark.parametrize("misbehaviour", FAILURES)
def test_whoever_signed_in_before_it_was_begun_is_told_of_the_failure(deployment, browser, monkeypatch, misbehaviour):
    browser.sign_in("/go")
    monkeypatch.setattr(Sessions, "began_at", lambda *_: int(time.time()) - 5)
    deployment.provider.control.misbehave(misbehaviour)
    answer, _ = browser.wander("/login?next=/go/course/12")
    assert answer.status_code >= 400
    assert browser.is_signed_in


@pytest.mark.statement(6, 12)
def test_a_session_that_began_after_the_sign_in_that_fails_counts_however_long_ago(deployment, browser, monkeypatch):
    deployment.provider.control.misbehave("error-access-denied", times=1)
    callback = browser.callback_address("/go/course/12")
    browser.sign_in("/go")
    monkeypatch.setattr(sign_in, "JUST_NOW_SECONDS", 0)
    assert browser.get(callback).headers.get("Location") == "/go/course/12"


@pytest.mark.statement(6)
def test_a_tab_whose_sign_in_expired_or_is_unknown_goes_on_too(browser, monkeypatch):
    callback = browser.callback_address("/go/course/12")
    browser.sign_in("/go")
    assert browser.get("/callback/default?code=x&state=y").headers["Location"] == "/"
    assert browser.get("/callback/default?error=access_denied").headers["Location"] == "/"
    with monkeypatch.context() as later:
        later.setattr(sign_in, "TRANSACTION_SECONDS", 0)
        assert browser.get(callback).headers["Location"] == "/go/course/12"


@pytest.mark.statement(6)
def test_a_tab_that_cannot_begin_goes_on_too(deployment, stored, store):
    browser = deployment.browser(stored())
    browser.sign_in("/go")
    store.ask("DEL", *store.ask("KEYS", tagged("provider-*")))
    deployment.provider.control.misbehave("discovery-500")
    answer = browser.begin("/go/course/12")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/go/course/12")
    assert browser.another().begin("/go/course/12").status_code == 503
    assert [audit.outcome for audit in deployment.trail.audits()] == ["success", "refused", "refused"]


def test_the_pages_differ(deployment):
    kinds = [SignInDenied, SignInMisconfigured, ProviderUnavailable, ProviderUnreachable, SignInInterrupted]
    pages = [page_of(kind) for kind in kinds]
    assert len({page.title for page in pages}) == len({page.happened for page in pages}) == len(kinds)
    assert all(issubclass(kind, GatewayError) for kind in kinds)
