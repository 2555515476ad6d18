"""Signing out here (RP-Initiated Logout 1.0): our session first, then the provider's, and back whatever it brings."""

import re
from urllib.parse import urlsplit

import pytest

from tests.gateway.oidc.house import PUBLIC_URL, SESSION, identity_provider, parameters

EITHER_STATE = {
    "as sent": None,
    "another": "logout-other-state",
    "none": "logout-no-state",
    "twice": "logout-state-duplicated",
}


@pytest.fixture
def browser(house, shared):
    """A new browser at the gateway that these tests share."""
    return house.browser(shared.app())


@pytest.fixture
def kim(browser):
    browser.sign_in()
    return browser


def leave(browser, **headers):
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/logout").text)[1]
    return browser.post("/logout", {"csrf_token": token}, **headers)


def to_provider(browser):
    """Sign out, as far as the provider's address, and return it."""
    return browser.get(leave(browser).headers["Location"]).headers["Location"]


@pytest.mark.statement(54)
@pytest.mark.conformance("oidcc-client-test-rp-init-logout", "rp-init-logout")
def test_the_way_out_names_the_person_the_client_the_way_back_and_a_state(house, kim, wire):
    kim.sign_in()
    way = to_provider(kim)
    assert way.startswith(f"{house.provider.issuer}/end-session?")
    asked = parameters(way)
    assert set(asked) == {"id_token_hint", "client_id", "post_logout_redirect_uri", "state"}
    assert asked["id_token_hint"] == wire.tokens()[-1]
    assert asked["client_id"] == house.provider.client_id
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
@pytest.mark.parametrize("knob", EITHER_STATE.values(), ids=EITHER_STATE)
def test_the_end_is_reached_whatever_state_comes_back(house, kim, knob):
    if knob:
        house.provider.control.misbehave(knob)
    back = kim.at_provider(to_provider(kim))
    assert urlsplit(back).path == "/signed-out"
    answer = kim.get(back)
    assert (answer.status_code, "You are signed out" in answer.text) == (200, True)
    assert house.provider.control.state()["sessions"] == []
    assert kim.cookies() == {}


@pytest.mark.statement(54)
def test_our_session_ends_before_anybody_else_is_asked(house, kim):
    old = kim.cookies()[SESSION]
    house.provider.control.misbehave("everything-down")
    leave(kim)
    assert SESSION not in kim.cookies()
    kim.gateway.set_cookie(SESSION, old, domain=urlsplit(PUBLIC_URL).hostname, secure=True, path="/")
    assert not kim.is_signed_in
    assert house.asked("end_session") == []


@pytest.mark.statement(54)
@pytest.mark.parametrize("query", ["", "?state=made-up", "?state=a&state=b", "?error=x", "?next=//elsewhere.example"])
def test_the_last_page_is_a_page_for_everybody(browser, query):
    answer = browser.get(f"/signed-out{query}")
    assert (answer.status_code, browser.cookies()) == (200, {})
    assert "elsewhere" not in answer.text


@pytest.mark.statement(54)
def test_every_way_out_has_a_state_of_its_own(house, kim):
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


# --- where the form may lead -----------------------------------------------------------------------------------

PAGES = ("/", "/logout", "/signed-out")


def may_lead_to(browser, path):
    (targets,) = re.findall(r"form-action ([^;]*)", browser.get(path).headers["Content-Security-Policy"])
    return set(targets.split())


@pytest.mark.statement(54)
def test_the_form_may_lead_to_the_sessions_own_provider_and_to_no_other(house, second_provider):
    app = house.gateway(house.entry(), identity_provider(second_provider, "other"))
    for name, issuer in (("default", house.provider.issuer), ("other", second_provider.issuer)):
        browser = house.browser(app)
        browser.provider.params = {"login_hint": "kim.lee" if name == "default" else "robin"}
        browser.sign_in(provider=name)
        for path in PAGES:
            assert may_lead_to(browser, path) == {"'self'", house.academy.url, issuer}


@pytest.mark.statement(37, 54)
def test_the_form_leads_to_the_provider_although_its_metadata_has_expired(house, stored, store):
    browser = house.browser(stored())
    browser.sign_in()
    store.ask("DEL", *store.keys("provider-document:*"))
    before = len(house.asked("discovery"))
    for path in PAGES:
        assert may_lead_to(browser, path) == {"'self'", house.academy.url, house.provider.issuer}
    assert len(house.asked("discovery")) == before + 1
    assert to_provider(browser).startswith(f"{house.provider.issuer}/end-session?")


@pytest.mark.statement(37, 54)
def test_a_provider_that_is_away_by_then_is_asked_for_one_page_and_may_be_back_for_the_form(house, stored, store):
    browser = house.browser(stored())
    browser.sign_in()
    store.ask("DEL", *store.keys("provider-document:*"))
    house.provider.control.misbehave("everything-down")
    before = len(house.asked("discovery"))
    for path in PAGES:
        assert may_lead_to(browser, path) == {"'self'", house.academy.url, house.provider.issuer}
    assert len(house.asked("discovery")) == before + 1
    house.provider.control.behave()
    assert to_provider(browser).startswith(f"{house.provider.issuer}/end-session?")


@pytest.mark.statement(54)
def test_the_form_leads_to_no_provider_that_has_no_end_session_endpoint(house, provider):
    provider.control.misbehave("discovery-without-end-session")
    browser = house.browser(house.gateway())
    browser.sign_in()
    assert may_lead_to(browser, "/logout") == {"'self'", house.academy.url}
