"""Sign-ins that must not succeed: denied, expired, replayed, begun elsewhere, or wrong."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.store.keys import tagged
from tests.journeys.pages import GatewayPages, PortalPages, ProviderPages
from tests.journeys.visitor import reference, title

DENIED = "You were not signed in"
INTERRUPTED = "Your sign-in was interrupted"
MISCONFIGURED = "The sign-in is not set up correctly"
NOT_TRUSTED = "The sign-in could not be verified"
SESSION = "talentlms_gateway_session"


def test_whoever_says_no_gets_a_page_and_may_think_again(gateway, portal, page, newcomer):
    page.goto(f"{gateway.url}/go/course/12")
    ProviderPages(page).deny()
    assert GatewayPages(page).heading == DENIED
    assert gateway.events(GatewayPages(page).reference)

    GatewayPages(page).press("Try again")
    ProviderPages(page).sign_in(newcomer.login)

    assert PortalPages(page).where == "Intro to the academy"


def test_a_denied_sign_in_asks_talentlms_nothing(practising_gateway, practising_provider, portal, visit):
    practising_provider.control.misbehave("error-access-denied", times=1)
    visitor = visit(practising_gateway.url, "kim.lee")

    answer = visitor.go("/go/course/12")

    assert (answer.status_code, title(answer)) == (403, DENIED)
    assert "access_denied" not in answer.text
    assert portal.operations() == []
    assert _session(visitor) is None


@pytest.mark.parametrize(
    ("misbehaviour", "status", "heading"),
    [
        ("error-nasty", 403, DENIED),
        ("error-long", 403, DENIED),
        ("error-nasty-code", 502, MISCONFIGURED),
        ("error-unknown", 502, MISCONFIGURED),
    ],
)
def test_an_odd_refusal_gets_a_page_of_ours_that_repeats_nothing_of_it(
    practising_gateway, practising_provider, visit, misbehaviour, status, heading
):
    practising_provider.control.misbehave(misbehaviour, times=1)
    answer = visit(practising_gateway.url, "kim.lee").go("/go/course/12")
    practising_provider.control.behave()

    assert (answer.status_code, title(answer)) == (status, heading)
    assert "<script" not in answer.text


def test_a_sign_in_that_the_browser_has_forgotten_is_interrupted_and_goes_on_with_a_click(gateway, visit, newcomer):
    visitor = visit(gateway.url, newcomer.login)
    callback = _callback(visitor, gateway, "/go/course/12")
    for cookie in [cookie for cookie in visitor.cookies if "_transaction_" in cookie.name]:
        visitor.cookies.clear(cookie.domain, cookie.path, cookie.name)

    answer = visitor.ask(callback)

    assert (answer.status_code, title(answer)) == (400, INTERRUPTED)
    assert _session(visitor) is None
    assert newcomer.name in visitor.go("/go/course/12").text


def test_an_interrupted_sign_in_carries_a_reference_code_that_stands_in_the_log(gateway, visit):
    answer = visit(gateway.url, "somebody").ask("/callback/default?code=made-up&state=made-up")

    assert gateway.events(reference(answer))


def test_a_replayed_callback_begins_nothing_and_ends_nothing(gateway, visit, newcomer):
    visitor = visit(gateway.url, newcomer.login)
    callback = _callback(visitor, gateway, "/go/course/12")
    visitor.go(callback)
    session = _session(visitor)

    answer = visitor.ask(callback)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/go/course/12")
    assert _session(visitor) == session
    assert newcomer.name in visitor.go("/go/course/12").text


def test_a_replayed_callback_brings_nobody_back_who_has_signed_out(gateway, visit, newcomer):
    visitor = visit(gateway.url, newcomer.login)
    callback = _callback(visitor, gateway, "/go/course/12")
    visitor.go(callback)
    visitor.sign_out()

    assert visitor.ask(callback).status_code == 400
    assert _session(visitor) is None


def test_of_two_callbacks_at_once_one_signs_in_and_the_other_leads_nowhere_else(gateway, visit, newcomer):
    visitor = visit(gateway.url, newcomer.login)
    callback = _callback(visitor, gateway, "/go/course/12")
    cookies = visitor.cookies.get_dict()
    twins = [visit(gateway.url, newcomer.login) for _ in range(2)]
    for twin in twins:
        twin.cookies.update(cookies)
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda twin: twin.ask(callback), twins))

    assert sorted(answer.status_code for answer in answers) == [302, 400]
    assert len([twin for twin in twins if _session(twin)]) == 1


def test_a_callback_in_a_foreign_browser_signs_nobody_in_and_spoils_nothing(gateway, portal, visit, newcomers):
    victim, thief = newcomers(), newcomers()
    visitor = visit(gateway.url, victim.login)
    callback = _callback(visitor, gateway, "/go/course/12")
    stranger = visit(gateway.url, thief.login)

    answer = stranger.ask(callback)

    assert (answer.status_code, title(answer)) == (400, INTERRUPTED)
    assert _session(stranger) is None
    assert victim.name in visitor.go(callback).text


def test_a_foreign_callback_does_not_change_who_is_signed_in(gateway, visit, newcomers):
    victim, attacker = newcomers(), newcomers()
    visitor = visit(gateway.url, victim.login)
    visitor.go("/go/course/12")
    planted = _callback(visit(gateway.url, attacker.login), gateway, "/go/course/12")

    visitor.ask(planted)

    assert victim.name in visitor.ask("/").text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("?code=made-up", 400),
        ("?state=made-up", 400),
        ("?error=access_denied", 403),
        ("?code=a&code=b&state=c", 400),
        ("?code=a&state=b&state=c", 400),
    ],
)
def test_a_callback_that_nobody_asked_for_gets_a_page(gateway, visit, query, status):
    answer = visit(gateway.url, "somebody").ask(f"/callback/default{query}")

    assert answer.status_code == status
    assert "Set-Cookie" not in answer.headers


def test_a_provider_that_is_not_there_is_not_found_and_nobody_has_begun_what_its_callback_ends(gateway, visit):
    visitor = visit(gateway.url, "somebody")

    begun = visitor.ask("/login/nowhere")
    assert (begun.status_code, title(begun)) == (404, "Page not found")
    ended = visitor.ask("/callback/nowhere?code=a&state=b")
    assert (ended.status_code, title(ended)) == (400, INTERRUPTED)
    assert visitor.cookies.get_dict() == {}


@pytest.mark.parametrize(
    "misbehaviour",
    [
        *("invalid-iss", "invalid-aud", "nonce-invalid", "exp-past", "sig-none", "invalid-sig-rs256"),
        *("callback-iss-foreign", "token-without-id-token", "userinfo-invalid-sub"),
        "discovery-issuer-mismatch",
    ],
)
def test_a_wrong_answer_of_the_provider_signs_nobody_in(
    practising_gateway, practising_provider, redis_server, portal, visit, misbehaviour
):
    with redis_server.client(1) as store:
        store.delete(tagged("provider-document:") + practising_provider.issuer + "/.well-known/openid-configuration")
    practising_provider.control.misbehave(misbehaviour)
    visitor = visit(practising_gateway.url, "kim.lee")
    answer = visitor.go("/go/course/12")
    practising_provider.control.behave()

    assert (answer.status_code, title(answer)) == (502, NOT_TRUSTED)
    assert practising_gateway.events(reference(answer))
    assert portal.operations() == []
    assert _session(visitor) is None
    assert "Kim Lee" in visitor.go("/login?next=/go/course/12").text


def test_a_second_person_in_the_same_browser_takes_nothing_over(gateway, visit, newcomers):
    first, second = newcomers(), newcomers()
    visitor = visit(gateway.url, first.login)
    visitor.go("/go/course/12")
    before = visitor.cookies.get(SESSION)
    for cookie in [cookie for cookie in visitor.cookies if cookie.name.startswith("idp_")]:
        visitor.cookies.clear(cookie.domain, cookie.path, cookie.name)
    visitor.login = second.login

    arrived = visitor.go("/login?next=/go/course/12")

    assert second.name in arrived.text
    assert visitor.cookies.get(SESSION) != before
    old = visit(gateway.url, first.login)
    old.cookies.set(SESSION, before)
    assert old.ask("/go").headers["Location"].startswith("/login")


@pytest.mark.statement(17)
def test_a_session_id_that_was_planted_before_the_sign_in_is_worth_nothing(gateway, visit, newcomer):
    visitor = visit(gateway.url, newcomer.login)
    visitor.cookies.set(SESSION, "planted-session-id", domain="127.0.0.1", path="/")

    visitor.go("/go/course/12")

    assert visitor.cookies.get(SESSION) != "planted-session-id"


def _callback(visitor, gateway, target):
    """Sign in at the provider and return the address that leads back, without going there."""
    return visitor.go(f"/login?next={target}", until=f"{gateway.url}/callback/").headers["Location"]


def _session(visitor):
    return visitor.cookies.get(SESSION)
