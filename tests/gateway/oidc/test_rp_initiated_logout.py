"""Signing out here (RP-Initiated Logout 1.0): our session first, then the provider's, and back whatever it brings."""

import re
from urllib.parse import urlsplit

import pytest

from gateway.oidc.logout import ADDRESS_BYTES, end_session_address, logout_hint
from gateway.oidc.presets import PRESETS
from gateway.oidc.registration import Registration
from gateway.store.keys import tagged
from schemas.transaction import Departure
from tests.gateway.oidc.deployment import COOKIE, PUBLIC_URL, SESSION, leads_to, parameters
from tests.patience import PATIENT_SECONDS

EITHER_STATE = {
    "as sent": None,
    "another": "logout-other-state",
    "none": "logout-no-state",
    "twice": "logout-state-duplicated",
}


@pytest.fixture
def browser(deployment, shared):
    """A new browser at the gateway that these tests share."""
    return deployment.browser(shared.app())


@pytest.fixture
def kim(browser):
    browser.sign_in()
    return browser


def registration_of(**changes):
    usual = {"name": "acme", "issuer": "https://id.example", "client_id": "us", "authenticate": lambda client: client}
    usual |= {"redirect_uri": f"{PUBLIC_URL}/callback/acme", "signed_out_uri": f"{PUBLIC_URL}/signed-out"}
    return Registration(**usual | {"scopes": ("openid",), "algorithms": ("RS256",)} | changes)


def leave(browser, **headers):
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/logout").text)[1]
    return browser.post("/logout", {"csrf_token": token}, **headers)


def to_provider(browser):
    """Sign out, as far as the provider's address, and return it."""
    return browser.get(leads_to(leave(browser))).headers["Location"]


@pytest.mark.statement(54)
@pytest.mark.conformance("oidcc-client-test-rp-init-logout", "rp-init-logout")
def test_the_way_out_names_the_person_the_client_the_way_back_and_a_state(deployment, kim, wire):
    kim.sign_in()
    way = to_provider(kim)
    assert way.startswith(f"{deployment.provider.issuer}/end-session?")
    asked = parameters(way)
    assert set(asked) == {"id_token_hint", "client_id", "post_logout_redirect_uri", "state"}
    assert asked["id_token_hint"] == wire.tokens()[-1]
    assert asked["client_id"] == deployment.provider.client_id
    assert asked["post_logout_redirect_uri"] == f"{PUBLIC_URL}/signed-out"
    assert len(asked["state"]) >= 20


@pytest.mark.statement(54)
@pytest.mark.conformance(
    "oidcc-client-test-rp-init-logout",
    "oidcc-client-test-rp-init-logout-other-state",
    "oidcc-client-test-rp-init-logout-no-state",
    "rp-init-logout",
    "rp-init-logout-other-state",
    "rp-init-logout-no-state",
)
@pytest.mark.parametrize("misbehaviour", EITHER_STATE.values(), ids=EITHER_STATE)
def test_the_end_is_reached_whatever_state_comes_back(deployment, kim, misbehaviour):
    if misbehaviour:
        deployment.provider.control.misbehave(misbehaviour)
    back = kim.at_provider(to_provider(kim))
    assert urlsplit(back).path == "/signed-out"
    answer = kim.get(back)
    assert (answer.status_code, "You are signed out" in answer.text) == (200, True)
    assert deployment.provider.control.state()["sessions"] == []
    assert kim.cookies() == {}


@pytest.mark.statement(54)
def test_our_session_ends_before_anybody_else_is_asked(deployment, kim):
    old = kim.cookies()[SESSION]
    deployment.provider.control.misbehave("everything-down")
    leave(kim)
    assert SESSION not in kim.cookies()
    kim.gateway.set_cookie(SESSION, old, domain=urlsplit(PUBLIC_URL).hostname, secure=True, path="/")
    assert not kim.is_signed_in
    assert deployment.asked("end_session") == []


@pytest.mark.statement(54)
@pytest.mark.parametrize("query", ["", "?state=made-up", "?state=a&state=b", "?error=x", "?next=//elsewhere.example"])
def test_the_last_page_is_a_page_for_everybody(browser, query):
    answer = browser.get(f"/signed-out{query}")
    assert (answer.status_code, browser.cookies()) == (200, {})
    assert "elsewhere" not in answer.text


@pytest.mark.statement(54)
def test_every_way_out_has_a_state_of_its_own(deployment, kim):
    first = parameters(to_provider(kim))["state"]
    kim.sign_in()
    assert parameters(to_provider(kim))["state"] != first


@pytest.mark.statement(55)
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
        {"Referer": "https://elsewhere.example/"},
        {},
    ],
    ids=str,
)
def test_no_bare_get_signs_anybody_out(kim, headers):
    for path in ("/logout", "/logout/continue", "/signed-out", "/logout?confirm=1"):
        kim.get(path, **headers)
    assert kim.is_signed_in


@pytest.mark.statement(55)
@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://elsewhere.example"}],
    ids=str,
)
def test_no_form_of_another_site_signs_anybody_out(kim, headers):
    assert kim.post("/logout", {}, **headers).status_code == 403
    assert leave(kim, **headers).status_code == 403
    assert kim.is_signed_in


# --- a provider whose session cannot be ended ------------------------------------------------------------------

STAYS = "Your organisation's sign-in service could not be told, so you stay signed in there."
OPEN = f"{COOKIE}provider_open_default"


def prompt_of(browser, path="/login/default"):
    return parameters(browser.get(path).headers["Location"]).get("prompt")


@pytest.fixture
def endless(deployment):
    """A browser in which Kim is signed in, at a provider without an end session endpoint."""
    deployment.provider.control.misbehave("discovery-without-end-session")
    browser = deployment.browser(deployment.gateway(deployment.entry(), deployment.entry("other")))
    browser.sign_in()
    return browser


@pytest.mark.statement(54)
def test_without_an_end_session_endpoint_the_last_page_says_that_the_providers_session_stays(endless):
    assert to_provider(endless) == "/signed-out"
    for _ in range(2):
        page = endless.get("/signed-out").text
        assert ("You are signed out here" in page, STAYS in page) == (True, True)
    assert set(endless.cookies()) == {OPEN}


def test_the_next_sign_in_asks_the_person_anew_until_one_is_completed(endless):
    to_provider(endless)
    assert [prompt_of(endless), prompt_of(endless, "/login/default?prompt=consent")] == ["login", "login"]
    assert prompt_of(endless, "/login/other") is None
    endless.sign_in()
    assert OPEN not in endless.cookies()
    assert prompt_of(endless) is None


def test_a_tile_that_posts_asks_the_person_anew_too(deployment, endless):
    to_provider(endless)
    posted = endless.post(
        "/login/initiate", data={"iss": deployment.provider.issuer}, **{"Sec-Fetch-Site": "cross-site"}
    )
    assert posted.status_code == 303
    assert prompt_of(endless, posted.headers["Location"]) == "login"


def test_somebody_who_is_not_signed_out_is_not_asked_anew(endless):
    assert prompt_of(endless) is None
    assert "You are still signed in" in endless.get("/signed-out").text
    to_provider(endless)
    assert prompt_of(endless.another()) is None


def test_google_is_asked_in_its_own_words(deployment):
    deployment.provider.control.misbehave("discovery-without-end-session")
    deployment.provider.control.add_person("g", email="g@gmail.com", email_verified=True)
    deployment.provider.control.settings(auto_person="g")
    browser = deployment.browser(deployment.gateway(deployment.entry(preset="google")))
    browser.sign_in()
    to_provider(browser)
    assert prompt_of(browser) == "select_account"


def test_a_provider_of_which_nothing_is_known_any_more_stays_open_too(deployment, stored, store):
    browser = deployment.browser(stored())
    browser.sign_in()
    store.ask("DEL", *store.ask("KEYS", tagged("provider-document:*")))
    deployment.provider.control.misbehave("everything-down")
    assert to_provider(browser) == "/signed-out"
    deployment.provider.control.behave()
    assert "so you stay signed in there." in browser.get("/signed-out").text
    assert prompt_of(browser) == "login"


def test_what_is_remembered_of_it_lasts_half_a_day(endless):
    answer = endless.get(leads_to(leave(endless)))
    [cookie] = [header for header in answer.headers.getlist("Set-Cookie") if header.startswith(OPEN)]
    assert {"Max-Age=43200", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))


# --- how the way there is written ------------------------------------------------------------------------------


def large(number):
    """Return claims that make an ID token of at least so many bytes."""
    return {"groups": [f"Group {one:03} of all" for one in range(number // 27)]}


@pytest.mark.statement(22, 54)
@pytest.mark.parametrize("size", [3_000, 28_000, 60_000])
def test_a_token_too_long_for_an_address_signs_in_is_not_kept_and_a_hint_goes_in_its_place(
    deployment, stored, store, wire, size
):
    deployment.provider.control.add_person("large", **large(size))
    deployment.provider.control.settings(auto_person="large")
    browser = deployment.browser(stored())
    assert browser.sign_in().status_code == 302
    assert size < len(wire.tokens()[-1]) <= 64 * 1024
    [session] = store.ask("KEYS", tagged("session:*"))
    assert store.ask("STRLEN", session) < 2_000
    way = to_provider(browser)
    assert len(way) <= ADDRESS_BYTES
    asked = parameters(way)
    assert set(asked) == {"logout_hint", "client_id", "post_logout_redirect_uri", "state"}
    assert asked["logout_hint"] == "sandbox-large"
    assert browser.provider.get(way, timeout=PATIENT_SECONDS).status_code == 200


@pytest.mark.statement(54)
def test_an_address_is_never_longer_than_it_may_be(deployment):
    registration = registration_of(client_id="c" * 40)
    for length in range(1_500, 2_100):
        way = end_session_address("https://id.example/end", registration, Departure("acme", "t" * length, "s", "kim"))
        assert len(way) <= ADDRESS_BYTES
        assert ("id_token_hint" in way) is (len(way) > 1_000)
        assert ("logout_hint" in way) is not ("id_token_hint" in way)


@pytest.mark.parametrize(
    ("endpoint", "hint", "sent"),
    [
        ("https://id.example/end", "é" * 10, "logout_hint"),
        ("https://id.example/end", "%" * 700, None),
        (f"https://id.example/{'e' * 1_800}", "k" * 100, None),
        ("https://id.example/end", "", None),
    ],
)
def test_the_shortest_address_names_nobody(endpoint, hint, sent):
    way = end_session_address(endpoint, registration_of(), Departure("acme", "t" * 3_000, "s", hint))
    assert len(way) <= ADDRESS_BYTES
    assert {"id_token_hint", "logout_hint"} & set(parameters(way)) == ({sent} if sent else set())


def test_an_endpoint_that_leaves_no_room_is_none():
    endpoint = f"https://id.example/{'e' * 2_000}"
    assert end_session_address(endpoint, registration_of(), Departure("acme", "t", "s", "kim")) is None


@pytest.mark.parametrize(
    ("preset", "claims", "hint"),
    [
        ("generic", {}, "sub-1"),
        ("generic", {"sid": "sid-1"}, "sub-1"),
        ("entra", {"login_hint": "O.opaque"}, "O.opaque"),
        ("entra", {"login_hint": "x" * 256}, "sub-1"),
        ("entra", {"login_hint": ["x"]}, "sub-1"),
        ("entra", {"login_hint": "a\nb"}, "sub-1"),
        ("auth0", {"sid": "sid-1", "login_hint": "x"}, "sid-1"),
        ("auth0", {}, "sub-1"),
    ],
    ids=str,
)
def test_the_hint_is_what_the_product_understands(preset, claims, hint):
    assert logout_hint({"sub": "sub-1", **claims}, PRESETS[preset].logout_hint) == hint


@pytest.mark.statement(54)
def test_no_form_needs_to_know_where_the_provider_ends_its_session(deployment, shared, browser):
    browser.sign_in()
    before = len(deployment.asked("discovery"))
    for path in ("/", "/logout", "/signed-out"):
        policy = browser.get(path).headers["Content-Security-Policy"]
        assert re.findall(r"form-action ([^;]*)", policy) == ["'self'"]
    assert len(deployment.asked("discovery")) == before
