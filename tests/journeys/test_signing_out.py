"""Somebody signs out, and is out in all three places."""

from urllib.parse import urlsplit

import pytest

from gateway.store.keys import tagged
from tests.journeys.pages import GatewayPages, PortalPages, ProviderPages, path_of
from tests.journeys.visitor import csrf_token, title

SESSION = "talentlms_gateway_session"


def test_signing_out_ends_all_three_sessions_and_lands_on_signed_out(gateway, portal, provider, page, visit, newcomer):
    page.goto(f"{gateway.url}/go/course/12")
    ProviderPages(page).sign_in(newcomer.login)
    page.goto(f"{gateway.url}/")
    cookie = _session_of(page)
    GatewayPages(page).press("Sign out")
    ProviderPages(page).confirm_sign_out()

    assert path_of(page) == "/signed-out"
    assert GatewayPages(page).heading == "You are signed out"
    assert _signed_in_with(cookie, gateway, visit) is False
    assert portal.is_online(newcomer.email) is False
    page.goto(f"{portal.url}/learner/course/id:12")
    assert PortalPages(page).where == "Sign in"
    page.goto(f"{gateway.url}/go/course/12")
    assert ProviderPages(page).asks_who_it_is


def test_talentlms_own_log_out_leads_to_a_page_that_offers_the_rest(gateway, portal, page, newcomer):
    page.goto(f"{gateway.url}/go/course/12")
    ProviderPages(page).sign_in(newcomer.login)
    PortalPages(page).log_out()

    assert page.url == f"{gateway.url}/signed-out"
    assert GatewayPages(page).heading == "You are still signed in"
    assert newcomer.name in page.inner_text("main")

    GatewayPages(page).press("Sign out everywhere")
    ProviderPages(page).confirm_sign_out()

    assert path_of(page) == "/signed-out"
    assert GatewayPages(page).heading == "You are signed out"
    page.goto(f"{gateway.url}/go")
    assert ProviderPages(page).asks_who_it_is


def test_the_page_with_the_button_signs_out_too(gateway, page, newcomer):
    page.goto(f"{gateway.url}/login?next=/logout")
    ProviderPages(page).sign_in(newcomer.login)
    GatewayPages(page).press("Sign out")
    ProviderPages(page).confirm_sign_out()

    assert GatewayPages(page).heading == "You are signed out"


def test_after_signing_out_the_back_button_and_old_links_open_nothing(gateway, page, newcomer):
    page.goto(f"{gateway.url}/go/course/12")
    ProviderPages(page).sign_in(newcomer.login)
    page.goto(f"{gateway.url}/")
    GatewayPages(page).press("Sign out")
    ProviderPages(page).confirm_sign_out()

    page.goto(f"{gateway.url}/")

    assert GatewayPages(page).heading == "Welcome to your training"
    assert newcomer.name not in page.content()


def test_a_logout_that_the_provider_leads_over_another_origin_ends_on_signed_out(
    practising_gateway, practising_provider, portal, page
):
    elsewhere = practising_provider.issuer.replace("127.0.0.1", "localhost")
    practising_provider.control.settings(auto_pick=True, auto_person="kim.lee", logout_origin=elsewhere)
    page.goto(f"{practising_gateway.url}/go/course/12")
    page.goto(f"{practising_gateway.url}/")
    visited, complaints = [], []
    page.on("response", lambda answer: visited.append(answer.url))
    page.on("console", lambda message: complaints.append(message.text))

    page.locator("header").get_by_text("Sign out", exact=True).click()
    page.wait_for_url("**/signed-out*")
    practising_provider.control.reset()

    assert any(url.startswith(f"{elsewhere}/end-session") for url in visited)
    assert GatewayPages(page).heading == "You are signed out"
    assert portal.is_online("kim@acme.example") is False
    assert complaints == []


def test_the_page_on_the_way_out_goes_on_with_its_link_where_the_browser_does_not(gateway, portal, page, newcomer):
    page.goto(f"{gateway.url}/go/course/12")
    ProviderPages(page).sign_in(newcomer.login)
    page.goto(f"{gateway.url}/")
    page.route("**/logout", _without_refresh)
    GatewayPages(page).press("Sign out")
    assert GatewayPages(page).heading == "You are being signed out"
    assert _cookies_of_sessions(page) == []

    while page.evaluate("document.activeElement.textContent") != "Continue":
        page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    ProviderPages(page).confirm_sign_out()

    assert GatewayPages(page).heading == "You are signed out"
    assert portal.is_online(newcomer.email) is False


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 401},
        {"kind": "dropped"},
        {"kind": "html"},
        {"kind": "foreign_link"},
    ],
    ids=["500", "401", "dropped", "html", "foreign link"],
)
def test_without_talentlms_the_other_two_sessions_end_all_the_same(gateway, portal, visit, newcomer, fault):
    visitor = visit(gateway.url, newcomer.login)
    visitor.go("/go/course/12")
    cookie = visitor.cookies.get(SESSION)
    portal.control.fault("userlogout", times=5, **fault)

    signed_out = visitor.sign_out()

    assert (urlsplit(signed_out.url).path, title(signed_out)) == ("/signed-out", "You are signed out here")
    assert f'href="{portal.url}"' in signed_out.text
    assert _signed_in_with(cookie, gateway, visit) is False
    assert _provider_asks(visitor)


def test_without_the_provider_the_other_two_sessions_end_all_the_same(
    practising_gateway, practising_provider, portal, visit
):
    gateway = practising_gateway
    visitor = visit(gateway.url, "kim.lee")
    visitor.go("/go/course/12")
    cookie = visitor.cookies.get(SESSION)
    practising_provider.control.misbehave("everything-down")
    form = {"csrf_token": csrf_token(visitor.ask("/logout"))}

    on_the_way = visitor.follow(visitor.ask("/logout", form), until=practising_provider.issuer)
    practising_provider.control.behave()

    assert on_the_way.headers["Location"].startswith(f"{practising_provider.issuer}/end-session?")
    assert _signed_in_with(cookie, gateway, visit) is False
    assert portal.is_online("kim@acme.example") is False


def test_where_nothing_is_known_of_the_provider_the_way_out_ends_here(
    practising_gateway, practising_provider, portal, redis_server, visit
):
    visitor = visit(practising_gateway.url, "amina.diallo")
    visitor.go("/go/course/12")
    form = {"csrf_token": csrf_token(visitor.ask("/logout"))}
    practising_provider.control.misbehave("everything-down")
    with redis_server.client(1) as store:
        store.delete(*store.keys(tagged("provider-document:*")))

    signed_out = visitor.follow(visitor.ask("/logout", form))
    practising_provider.control.behave()

    assert (signed_out.status_code, title(signed_out)) == (200, "You are signed out here")
    assert "so you stay signed in there." in signed_out.text
    assert portal.is_online("amina@acme.example") is False


def test_the_id_token_never_travels_through_talentlms(gateway, portal, provider, visit, newcomer):
    visitor = visit(gateway.url, newcomer.login)
    visitor.go("/go/course/12")
    visitor.sign_out()

    steps = [answer.request.url for answer in visitor.trail]
    with_token = [step for step in steps if "id_token_hint" in step]
    assert [urlsplit(step).netloc for step in with_token] == [urlsplit(provider.issuer).netloc]
    (call,) = portal.control.calls("userlogout")
    assert call.arguments["next"] == f"{gateway.url}/logout/continue"


def test_the_way_to_the_provider_is_open_once_and_to_this_browser_alone(gateway, visit, newcomer):
    visitor = visit(gateway.url, newcomer.login)
    visitor.go("/go/course/12")
    visitor.sign_out()

    for passer_by in (visitor, visit(gateway.url, "somebody")):
        answer = passer_by.ask("/logout/continue")
        assert (answer.status_code, answer.headers["Location"]) == (302, "/signed-out")


@pytest.mark.parametrize("token", ["", "made-up", None], ids=["empty", "made up", "none"])
def test_a_form_without_this_sessions_token_signs_nobody_out(gateway, visit, newcomer, token):
    visitor = visit(gateway.url, newcomer.login)
    visitor.go("/go/course/12")

    answer = visitor.ask("/logout", {} if token is None else {"csrf_token": token}, "POST")

    assert (answer.status_code, title(answer)) == (403, "This form is no longer valid")
    assert visitor.ask("/go").status_code == 302


def test_another_persons_token_signs_nobody_out(gateway, visit, newcomers):
    one, other = (visit(gateway.url, newcomers().login) for _ in range(2))
    for visitor in (one, other):
        visitor.go("/go/course/12")

    answer = one.ask("/logout", {"csrf_token": csrf_token(other.ask("/logout"))})

    assert answer.status_code == 403
    assert one.ask("/go").status_code == 302


def test_opening_the_address_signs_nobody_out(gateway, visit, newcomer):
    visitor = visit(gateway.url, newcomer.login)
    visitor.go("/go/course/12")

    assert title(visitor.ask("/logout")) == "Sign out?"
    assert visitor.ask("/go").status_code == 302


def _session_of(page):
    (session,) = _cookies_of_sessions(page)
    return session


def _cookies_of_sessions(page):
    return [cookie["value"] for cookie in page.context.cookies() if cookie["name"] == SESSION]


def _without_refresh(route):
    """Answer as the gateway does, but for the header by which the page goes on by itself."""
    answer = route.fetch(max_redirects=0)
    headers = {name: value for name, value in answer.headers.items() if name != "refresh"}
    route.fulfill(response=answer, headers=headers)


def _signed_in_with(cookie, gateway, visit):
    """Return whether a session's cookie still opens anything."""
    thief = visit(gateway.url, "thief")
    thief.cookies.set(SESSION, cookie)
    return not thief.ask("/go").headers["Location"].startswith("/login")


def _provider_asks(visitor):
    begun = visitor.ask("/login")
    asked = visitor.ask(begun.headers["Location"])
    return "/interaction/" in asked.headers.get("Location", "")
