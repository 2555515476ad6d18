"""npm's oidc-provider with each kind of key, claims from UserInfo alone, and notices of its own when somebody leaves."""

import base64
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.journeys.django_provider.providers import gateway_of, start_certified
from tests.journeys.pages import GatewayPages, PortalPages, ProviderPages
from tests.journeys.visitor import reference, title
from tests.ports import HOST, free_port

SESSION = "talentlms_gateway_session"
NOT_TRUSTED = "The sign-in could not be verified"
POST = "client_secret_post"
# by the provider's name: how it signs, how the gateway proves itself, when the gateway asks UserInfo
PROVIDERS = {
    "rs256": ("RS256", "client_secret_basic", "always"),
    "ps256": ("PS256", POST, "always"),
    "es256": ("ES256", "client_secret_basic", "missing"),
    "eddsa": ("EdDSA", POST, "missing"),
}
EACH = pytest.mark.parametrize("name", PROVIDERS)


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return tmp_path_factory.mktemp("signing-algorithms")


@pytest.fixture(scope="module")
def address():
    return f"http://{HOST}:{free_port()}"


@pytest.fixture(scope="module")
def providers(here, address):
    """By name; besides those above, one that the gateway is not set up for."""
    started = {name: _start(here, address, name, *how) for name, (*how, _) in PROVIDERS.items()}
    started["unsuited"] = _start(here, address, "unsuited", "ES256", POST)
    yield started
    for provider in started.values():
        provider.process.stop()


@pytest.fixture(scope="module")
def gateway(here, address, portal, redis_server, providers):
    entries = [
        providers[name].listed(algorithms=[algorithm], client_authentication=method, userinfo=userinfo)
        for name, (algorithm, method, userinfo) in PROVIDERS.items()
    ]
    entries.append(providers["unsuited"].listed(algorithms=["RS256", "PS256", "EdDSA"], client_authentication=POST))
    gateway = gateway_of(address, here, portal, redis_server.url(11), entries)
    yield gateway.start()
    gateway.end()


def test_a_browser_signs_in_and_out_with_an_eddsa_key(gateway, portal, page, newcomer):
    page.goto(f"{gateway.url}/login/eddsa?next=/go/course/12")
    ProviderPages(page).sign_in(newcomer.login)
    assert PortalPages(page).learner == newcomer.name

    page.goto(f"{gateway.url}/")
    GatewayPages(page).press("Sign out")
    ProviderPages(page).confirm_sign_out()

    assert GatewayPages(page).heading == "You are signed out"
    assert portal.is_online(newcomer.email) is False


@pytest.mark.statement(21, 29)
@EACH
def test_each_algorithm_signs_a_person_in_whose_name_and_address_only_userinfo_tells(
    gateway, portal, visit, newcomer, name
):
    visitor = visit(gateway.url, newcomer.login)

    arrived = _sign_in(visitor, name)

    assert newcomer.name in arrived.text
    user = portal.user(newcomer.email)
    assert (user["first_name"], user["last_name"]) == (newcomer.first_name, newcomer.last_name)
    visitor.sign_out()
    header, claims = _id_token(visitor)
    assert header["alg"] == PROVIDERS[name][0]
    assert claims["sub"] == newcomer.login
    assert claims.keys().isdisjoint({"email", "email_verified", "name", "given_name", "family_name"})


@EACH
def test_the_clients_secret_travels_in_the_header_or_in_the_form_as_it_is_set(
    gateway, providers, visit, newcomer, name
):
    _sign_in(visit(gateway.url, newcomer.login), name)

    requests_for_tokens = [line for line in providers[name].process.text().splitlines() if "POST /token " in line]
    proof = "none" if PROVIDERS[name][1] == POST else "Basic"
    assert requests_for_tokens[-1] == f"POST /token Authorization: {proof}"


@pytest.mark.statement(56)
@EACH
def test_whoever_signs_out_at_the_provider_is_signed_out_here_in_that_browser_alone(
    gateway, providers, visit, newcomer, name
):
    office, home = (visit(gateway.url, newcomer.login) for _ in range(2))
    for browser in (office, home):
        _sign_in(browser, name)

    office.go(f"{providers[name].issuer}/session/end")

    assert _is_signed_in(office) is False
    assert _is_signed_in(home) is True
    assert _last_notice(gateway, name) == {"outcome": "success", "sessions": 1}
    assert "back-channel logout" not in providers[name].process.text()
    assert newcomer.name in _sign_in(office, name).text


@EACH
def test_signing_out_here_comes_back_as_a_notice_that_finds_nothing_to_end(gateway, providers, visit, newcomer, name):
    visitor = visit(gateway.url, newcomer.login)
    _sign_in(visitor, name)

    signed_out = visitor.sign_out()

    assert title(signed_out) == "You are signed out"
    assert _last_notice(gateway, name) == {"outcome": "success", "sessions": 0}
    assert "back-channel logout" not in providers[name].process.text()


def test_every_browser_of_a_person_can_leave_one_after_the_other(gateway, providers, visit, newcomer):
    browsers = [visit(gateway.url, newcomer.login) for _ in range(3)]
    for browser in browsers:
        _sign_in(browser, "eddsa")

    for number, browser in enumerate(browsers, 1):
        browser.go(f"{providers['eddsa'].issuer}/session/end")
        assert [_is_signed_in(one) for one in browsers] == [False] * number + [True] * (3 - number)


def test_an_algorithm_that_the_gateway_is_not_set_up_for_signs_nobody_in(gateway, portal, visit, newcomer):
    visitor = visit(gateway.url, newcomer.login)

    answer = _sign_in(visitor, "unsuited")

    assert (answer.status_code, title(answer)) == (502, NOT_TRUSTED)
    assert "alg 'ES256' is not among" in _why(gateway, answer)
    assert visitor.cookies.get(SESSION) is None
    assert portal.operations() == []


def _start(here, address, name, algorithm, method):
    notices = ["--backchannel-logout-uri", f"{address}/backchannel-logout/{name}"]
    signing = ["--signing-alg", algorithm, "--token-auth-method", method]
    return start_certified(here, address, name, *notices, *signing, "--claims-only-userinfo")


def _sign_in(visitor, name):
    return visitor.go(f"/login/{name}?next=/go/course/12")


def _is_signed_in(visitor):
    return not visitor.ask("/go").headers["Location"].startswith("/login")


def _id_token(visitor):
    """Return header and claims of the ID token that this person's sign-out carried to the provider."""
    (step,) = [answer.request.url for answer in visitor.trail if "id_token_hint" in answer.request.url]
    (token,) = parse_qs(urlsplit(step).query)["id_token_hint"]
    return [json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in token.split(".")[:2]]


def _last_notice(gateway, name):
    notices = [one for one in gateway.events() if one["event"] == "provider_logout" and one["provider"] == name]
    return {key: notices[-1].get(key) for key in ("outcome", "sessions")}


def _why(gateway, answer):
    """Return what the audit trail says about an error page."""
    (refusal,) = [event for event in gateway.events(reference(answer)) if event["event"] == "sign_in"]
    return refusal["note"]
