"""What a browser gets to see and to keep: bare cookies of its own, plain redirects, no token."""

import re
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

import pytest

from gateway.store.keys import tagged
from schemas.secret import Secret
from tests.gateway.oidc.deployment import COOKIE, PUBLIC_URL, SESSION, leads_to, parameters

LOOPBACK = "http://127.0.0.1:8000"


@pytest.fixture
def browser(deployment, shared):
    """A new browser at the gateway that these tests share."""
    return deployment.browser(shared.app())


class Watcher:
    """Notes everything that an answer of the gateway carries to the browser."""

    def __init__(self, browser):
        self.browser = browser
        self.seen = []

    def get(self, address):
        return self.noted(self.browser.get(address))

    def post(self, path, data):
        return self.noted(self.browser.post(path, data))

    def noted(self, answer):
        self.seen.append(f"{answer.headers}\n{answer.text}\n{self.browser.cookies()}")
        return answer


def set_cookies(answer):
    return [next(iter(SimpleCookie(header).values())) for header in answer.headers.getlist("Set-Cookie")]


def csrf_token(page):
    return re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]


# --- the answer to the callback --------------------------------------------------------------------------------


@pytest.mark.statement(18)
def test_the_answer_to_a_callback_is_a_plain_redirect_that_nothing_keeps(browser):
    callback = browser.callback_address("/go/course/12")
    answer = browser.get(callback)
    assert (answer.status_code, answer.headers["Location"], answer.data) == (302, "/go/course/12", b"")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    sent = str(answer.headers)
    assert not [name for name in ("code", "state") if parameters(callback)[name] in sent]


@pytest.mark.statement(18, 19)
@pytest.mark.parametrize("misbehaviour", ["error-access-denied", "invalid-aud", "token-500", "state-wrong"])
def test_a_page_in_answer_to_a_callback_keeps_the_address_to_itself_and_loads_nothing_from_elsewhere(
    deployment, browser, misbehaviour
):
    deployment.provider.control.misbehave(misbehaviour)
    callback = browser.callback_address("/go")
    answer = browser.get(callback)
    assert answer.status_code >= 400
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'; img-src 'self';")
    assert "'unsafe" not in answer.headers["Content-Security-Policy"]
    assert not re.search(r"(?i)<script|\son\w+=|\bstyle=", answer.text)
    loaded = re.findall(r"<(?:link|img|iframe)\b[^>]*?(?:href|src)=\"([^\"]*)", answer.text)
    assert all(address.startswith("/") and not address.startswith("//") for address in loaded)
    assert not [
        name for name, value in parameters(callback).items() if name in ("code", "state") and value in answer.text
    ]


# --- cookies ---------------------------------------------------------------------------------------------------


@pytest.mark.statement(52)
def test_over_https_every_cookie_of_a_sign_in_and_a_sign_out_is_bound_to_the_host(browser):
    begun = browser.begin()
    ended = browser.get(browser.at_provider(begun.headers["Location"]))
    left = browser.post("/logout", {"csrf_token": csrf_token(browser.get("/logout"))})
    continued = browser.get(leads_to(left))
    cookies = [cookie for answer in (begun, ended, left, continued) for cookie in set_cookies(answer)]
    assert {cookie.key.removeprefix(COOKIE).partition("_")[0] for cookie in cookies} == {
        "transaction",
        "session",
        "arrival",
        "departure",
    }
    for cookie in cookies:
        assert cookie.key.startswith("__Host-talentlms_gateway_")
        assert (cookie["secure"], cookie["httponly"], cookie["path"]) == (True, True, "/")
        assert (cookie["domain"], cookie["samesite"]) == ("", "Lax")


@pytest.mark.statement(52)
def test_on_this_machine_the_same_cookies_go_without_tls(deployment):
    deployment.provider.control.client(redirect_uris=[f"{LOOPBACK}/callback/default"])
    browser = deployment.browser(deployment.gateway(public_url=LOOPBACK), LOOPBACK)
    answer = browser.sign_in()
    (session,) = [cookie for cookie in set_cookies(answer) if cookie.key.endswith("session")]
    assert session.key == "talentlms_gateway_session"
    assert (session["secure"], session["httponly"], session["samesite"], session["domain"]) == ("", True, "Lax", "")


@pytest.mark.statement(53)
def test_the_session_cookie_is_a_bare_name_of_256_bits_and_the_store_knows_only_its_hash(deployment, stored, store):
    browser = deployment.browser(stored())
    browser.sign_in()
    name = browser.cookies()[SESSION]
    assert re.fullmatch(r"[0-9a-f]{32}\.[A-Za-z0-9_-]{43}", name)
    held = b"".join(key + (store.ask("GET", key) or b"") for key in store.ask("KEYS", tagged("session:*")))
    assert held
    assert name.encode() not in held


@pytest.mark.statement(53)
def test_idle_and_lifetime_are_held_by_the_server_whatever_the_browser_keeps(deployment, stored, store):
    browser = deployment.browser(stored(session_idle=600, session_lifetime=3600))
    browser.sign_in()
    (record,) = store.ask("KEYS", tagged("session:*"))
    assert 0 < store.ask("TTL", record) <= 600
    assert browser.is_signed_in
    store.ask("PEXPIRE", record, 0)
    assert not browser.is_signed_in


@pytest.mark.statement(17)
@pytest.mark.parametrize("planted", ["planted-by-somebody-else", "a" * 43, "the session of somebody else"])
def test_whatever_session_the_browser_brings_along_the_sign_in_begins_another(deployment, planted):
    app = deployment.gateway()
    if planted.startswith("the session"):
        attacker = deployment.browser(app)
        attacker.provider.params = {"login_hint": "robin"}
        attacker.sign_in()
        planted = attacker.cookies()[SESSION]
    victim = deployment.browser(app)
    victim.gateway.set_cookie(SESSION, planted, domain=urlsplit(PUBLIC_URL).hostname, secure=True, path="/")
    victim.sign_in()
    assert victim.cookies()[SESSION] != planted
    victim.gateway.set_cookie(SESSION, planted, domain=urlsplit(PUBLIC_URL).hostname, secure=True, path="/")
    assert "Kim Lee" not in victim.get("/logout").text


@pytest.mark.statement(17)
def test_nothing_of_the_person_before_is_carried_over(deployment, browser):
    browser.sign_in()
    browser.get("/go")
    first = deployment.calls()[-1]
    browser.provider.cookies.clear()
    browser.provider.params = {"login_hint": "robin"}
    browser.sign_in("/go/course/12")
    browser.get("/go")
    second = deployment.calls()[-1]
    assert first.arguments != second.arguments
    page = browser.get("/logout").text
    assert "Robin Park" in page
    assert "Kim" not in page


# --- tokens ----------------------------------------------------------------------------------------------------


@pytest.mark.statement(31, 54)
def test_no_token_reaches_the_browser_but_for_the_hint_of_the_logout(deployment, browser, wire):
    watcher = Watcher(browser)
    for target in ("/go", "/"):
        begun = watcher.get(f"/login?next={target}")
        watcher.get(browser.at_provider(begun.headers["Location"]))
    for path in ("/", "/go", "/go/course/12", "/logout", "/signed-out", "/completed/12"):
        watcher.get(path)
    deployment.provider.control.misbehave("userinfo-invalid-sub", times=1)
    watcher.get(browser.callback_address())
    left = watcher.post("/logout", {"csrf_token": csrf_token(browser.get("/logout"))})
    assert left.status_code == 200
    on = browser.get("/logout/continue")
    watcher.get("/signed-out")

    tokens = wire.tokens()
    assert len(tokens) == 6
    seen = "\n".join(watcher.seen)
    secret_parts = [part for token in tokens for part in token.split(".")[1:] or [token]]
    assert not [part for part in secret_parts if part in seen]
    assert parameters(on.headers["Location"])["id_token_hint"] in tokens
    assert str(browser.cookies()).count("eyJ") == 0


@pytest.mark.statement(31)
def test_refresh_tokens_are_neither_asked_for_nor_kept(deployment, stored, store, wire):
    browser = deployment.browser(stored())
    assert "offline_access" not in parameters(browser.begin().headers["Location"])["scope"]
    browser.sign_in()
    kept = b"".join(store.ask("GET", key) for key in store.ask("KEYS", tagged("session:*")))
    access_tokens = [token for token in wire.tokens() if token.count(".") != 2]
    assert access_tokens
    assert not [token for token in access_tokens if token.encode() in kept]
    assert b"refresh_token" not in kept


# --- key rotation ----------------------------------------------------------------------------------------------


@pytest.mark.statement(65)
def test_nobody_is_signed_out_and_no_form_is_lost_when_the_secret_key_is_rotated(deployment, stored):
    old, new = Secret("the old key of thirty-two bytes or more"), Secret("the new key of thirty-two bytes or more")
    before = deployment.browser(stored(secret_keys=(old,)))
    before.sign_in()
    form = csrf_token(before.get("/logout"))
    after = deployment.browser(stored(secret_keys=(new, old)))
    after.gateway._cookies.update(before.gateway._cookies)
    assert after.is_signed_in
    assert leads_to(after.post("/logout", {"csrf_token": form})) == "/logout/continue"
