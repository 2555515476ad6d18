"""What is sent to the authorization endpoint: always the same, whatever stands in the address that begins it."""

import re
from urllib.parse import urlencode, urlsplit

import pytest

from gateway.oidc.client_authentication import by_secret
from gateway.oidc.metadata import Metadata
from gateway.oidc.provider_calls import ProviderAdapter
from gateway.oidc.registration import Registration
from gateway.oidc.relying_party import RelyingParty
from gateway.outbound.client import HttpClient
from sandbox.idp.registry import MISBEHAVIOURS
from schemas.secret import Secret
from tests.gateway.oidc.deployment import PUBLIC_URL, SESSION, parameters

ALWAYS = {
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
}
STARTS = 10_000
REFUSED = {"par-401-html": r"status 401: text/html", "par-invalid-client": r"status 401: invalid_client: Traceback"}
PUSHED = {"par-500", "par-503", "par-html", "par-not-json", "par-empty", "par-list", "par-down", "par-redirect"}


@pytest.fixture
def browser(deployment, shared):
    """A new browser at the gateway that these tests share."""
    return deployment.browser(shared.app())


class Known:
    """A directory that has the metadata already."""

    def __init__(self, metadata):
        self._metadata = metadata

    def metadata(self):
        return self._metadata


def asked_for(answer):
    assert answer.status_code == 302, answer.text
    return parameters(answer.headers["Location"])


@pytest.mark.statement(1)
def test_ten_thousand_starts_repeat_nothing():
    us = Registration(
        name="acme",
        issuer="https://id.acme.example",
        client_id="client",
        authenticate=by_secret(Secret("secret"), "client_secret_basic"),
        redirect_uri=f"{PUBLIC_URL}/callback/acme",
        signed_out_uri=f"{PUBLIC_URL}/signed-out",
        scopes=("openid",),
        algorithms=("RS256",),
    )
    known = Known(Metadata(us.issuer, f"{us.issuer}/authorize", f"{us.issuer}/token", f"{us.issuer}/keys"))
    relying_party = RelyingParty(us, known, ProviderAdapter(HttpClient()), None)
    begun = [relying_party.begin("/")[1] for _ in range(STARTS)]
    values = [value for one in begun for value in (one.state, one.nonce, one.code_verifier)]
    assert len(set(values)) == 3 * STARTS
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43,128}", value) for value in values)


@pytest.mark.statement(2, 4)
@pytest.mark.conformance(
    "oidcc-client-test",
    "oidcc-client-test-scope-userinfo-claims",
    "oidcc-client-test-nonce-unless-code-flow",
    "rp-response_type-code",
    "rp-scope-userinfo-claims",
    "rp-nonce-unless-code-flow",
)
def test_a_request_is_for_a_code_with_s256_nonce_and_state_and_has_nothing_else(deployment, browser):
    asked = asked_for(browser.get("/login?next=/go/course/12"))
    assert set(asked) == ALWAYS
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert (asked["client_id"], asked["redirect_uri"]) == (
        deployment.provider.client_id,
        f"{PUBLIC_URL}/callback/default",
    )
    assert asked["scope"].split() == ["openid", "profile", "email"]
    assert len({asked[name] for name in ("state", "nonce", "code_challenge")}) == 3


@pytest.mark.statement(2)
def test_the_verifier_goes_to_the_token_endpoint_alone_and_fits_the_challenge(deployment, browser, wire):
    begun = browser.begin()
    browser.get(browser.at_provider(begun.headers["Location"]))
    (redeemed,) = wire.to("/token")
    assert redeemed.form["code_verifier"] not in str(browser.cookies()) + begun.headers["Location"]
    assert redeemed.form["redirect_uri"] == f"{PUBLIC_URL}/callback/default"
    assert redeemed.form["grant_type"] == "authorization_code"
    assert browser.is_signed_in  # the provider has compared them


SMUGGLED = {
    "scope": "openid offline_access admin",
    "scopes": "openid admin",
    "response_type": "token id_token",
    "response_mode": "form_post",
    "redirect_uri": "https://elsewhere.example/",
    "client_id": "another-client",
    "state": "chosen",
    "nonce": "chosen",
    "code_challenge": "chosen",
    "code_challenge_method": "plain",
    "code_verifier": "chosen",
    "acr_values": "0",
    "max_age": "99999999",
    "claims": '{"id_token":{"email":null}}',
    "request": "eyJhbGciOiJub25lIn0.e30.",
    "request_uri": "https://elsewhere.example/request",
    "id_token_hint": "eyJhbGciOiJub25lIn0.e30.",
    "auth_request_params": "scope=admin",
    "login_hint[]": "kim",
    "resource": "https://elsewhere.example/",
    "display": "popup",
    "authorization_endpoint": "https://elsewhere.example/",
}


@pytest.mark.statement(3)
@pytest.mark.parametrize("path", ["/login", "/login/default", "/login/initiate"])
def test_nothing_in_the_address_that_begins_a_sign_in_adds_to_the_request(deployment, browser, path):
    iss = {"iss": deployment.provider.issuer} if path == "/login/initiate" else {}
    asked = asked_for(browser.get(f"{path}?{urlencode({**SMUGGLED, **iss})}"))
    assert set(asked) == ALWAYS
    assert not set(asked.values()) & set(SMUGGLED.values())
    assert asked["scope"] == "openid profile email"


@pytest.mark.statement(3)
def test_the_scopes_are_those_of_the_settings(deployment):
    browser = deployment.browser(deployment.gateway(deployment.entry(scopes=("openid", "email"))))
    assert asked_for(browser.begin())["scope"] == "openid email"
    assert browser.sign_in().status_code == 302


@pytest.mark.statement(3)
@pytest.mark.parametrize(
    ("name", "value", "passes"),
    [
        ("login_hint", "kim@acme.example", True),
        ("login_hint", "Jürgen Müller", True),
        ("login_hint", "a" * 254, True),
        ("login_hint", "a" * 255, False),
        ("login_hint", "kim\r\nX-Header: 1", False),
        ("login_hint", "kim\x00", False),
        ("prompt", "login", True),
        ("prompt", "select_account", True),
        ("prompt", "consent", True),
        ("prompt", "none", False),
        ("prompt", "login none", False),
        ("prompt", "create", False),
        ("ui_locales", "de en-GB", True),
        ("ui_locales", "de;q=1", False),
        ("ui_locales", "<script>", False),
        ("ui_locales", "de " * 30, False),
    ],
)
@pytest.mark.parametrize("path", ["/login", "/login/initiate"])
def test_three_hints_are_passed_on_where_they_are_plain(deployment, browser, path, name, value, passes):
    iss = {"iss": deployment.provider.issuer} if path == "/login/initiate" else {}
    asked = asked_for(browser.get(f"{path}?{urlencode({name: value, **iss})}"))
    assert asked == {**asked, name: value} if passes else name not in asked
    assert set(asked) <= ALWAYS | {name}


@pytest.mark.statement(4, 59)
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "elsewhere.example"},
        {"X-Forwarded-Host": "elsewhere.example"},
        {"X-Forwarded-Proto": "http", "X-Forwarded-Port": "81", "X-Forwarded-Prefix": "/elsewhere"},
        {"X_Forwarded_Host": "elsewhere.example"},
        {"Forwarded": "host=elsewhere.example;proto=http"},
        {"X-Original-URL": "/elsewhere", "X-Rewrite-URL": "/elsewhere", "X-Original-Host": "elsewhere.example"},
    ],
    ids=str,
)
def test_no_header_moves_the_callback_or_the_way_back(deployment, headers):
    browser = deployment.browser()
    asked = asked_for(browser.gateway.get("/login?next=/go", headers={"Accept": "text/html", **headers}))
    assert asked["redirect_uri"] == f"{PUBLIC_URL}/callback/default"
    assert browser.sign_in().headers["Location"] == "/go"


@pytest.mark.statement(9)
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Purpose": "prefetch;prerender"}, 503),
        ({"Purpose": "prefetch"}, 503),
        ({"Sec-Fetch-Mode": "cors"}, 401),
        ({"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, 401),
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/login", "/login/default", "/login/initiate"])
def test_what_is_no_navigation_begins_no_sign_in(deployment, browser, path, headers, status):
    answer = browser.get(f"{path}?{urlencode({'iss': deployment.provider.issuer})}", **headers)
    assert answer.status_code == status
    assert "Retry-After" not in answer.headers
    assert browser.cookies() == {}


# --- pushed ----------------------------------------------------------------------------------------------------


@pytest.fixture
def pushing(deployment):
    """A browser at a gateway that pushes its requests to a provider that demands it."""
    deployment.provider.control.settings(pushed_requests="required")
    return deployment.browser(deployment.gateway(deployment.entry(pushed_authorization=True)))


@pytest.mark.statement(2, 3)
def test_a_pushed_request_shows_the_browser_nothing_but_its_name(deployment, pushing):
    begun = asked_for(pushing.get("/login?next=/go&login_hint=robin&scope=admin"))
    assert set(begun) == {"client_id", "request_uri"}
    (pushed,) = deployment.asked("par")
    assert pushed["query"] == {}
    assert set(pushed["form"]) - {"client_secret", "client_id"} == ALWAYS - {"client_id"} | {"login_hint"}
    assert pushed["form"]["scope"] == ["openid profile email"]
    assert pushed["authorization"]["scheme"] == "Basic"


@pytest.mark.statement(2)
def test_a_pushed_request_is_answered_and_redeemed_like_any_other(pushing):
    assert pushing.sign_in("/go/course/12").headers["Location"] == "/go/course/12"
    assert pushing.is_signed_in


@pytest.mark.statement(35)
@pytest.mark.parametrize("name", sorted(PUSHED))
def test_a_request_that_cannot_be_pushed_is_not_sent_in_the_open(deployment, pushing, name):
    deployment.provider.control.misbehave(name)
    answer = pushing.begin()
    assert (answer.status_code, answer.mimetype) == (503, "text/html")
    assert pushing.cookies() == {}
    assert deployment.asked("authorize") == deployment.asked("elsewhere_par") == []
    (audit,) = deployment.trail.audits()
    assert (audit.reason, audit.note.partition(" at ")[0].partition(":")[0]) == (
        "provider-unavailable",
        "pushed authorization request endpoint",
    )


@pytest.mark.statement(63)
@pytest.mark.parametrize(("name", "words"), REFUSED.items())
def test_a_pushed_request_that_is_refused_is_the_operators_to_look_at(deployment, pushing, name, words):
    deployment.provider.control.misbehave(name)
    answer = pushing.begin()
    assert (answer.status_code, "The sign-in is not set up correctly" in answer.text) == (502, True)
    assert "hunter2" not in answer.text
    assert pushing.cookies() == {}
    assert deployment.asked("authorize") == []
    (audit,) = deployment.trail.audits()
    assert audit.reason == "sign-in-misconfigured"
    assert re.match(rf"pushed authorization request endpoint at 127\.0\.0\.1:\d+: {words}", audit.note)


@pytest.mark.statement(63)
def test_a_wrong_secret_shows_where_the_request_is_pushed(deployment):
    deployment.provider.control.settings(pushed_requests="required")
    entry = deployment.entry(pushed_authorization=True, client_secret=Secret("wrong"))
    assert deployment.browser(deployment.gateway(entry)).begin().status_code == 502
    (audit,) = deployment.trail.audits()
    assert (audit.reason, "client_id or client_secret is wrong" in audit.note) == ("sign-in-misconfigured", True)


@pytest.mark.statement(2)
def test_a_provider_that_demands_pushed_requests_gets_them_although_no_setting_says_so(deployment, browser):
    deployment.provider.control.settings(pushed_requests="required")
    demanding = deployment.browser()
    assert set(asked_for(demanding.begin())) == {"client_id", "request_uri"}
    assert len(deployment.asked("par")) == 1
    assert demanding.sign_in("/go/course/12").headers["Location"] == "/go/course/12"


@pytest.mark.statement(2)
def test_a_provider_that_takes_pushed_requests_and_demands_none_gets_ordinary_ones(deployment):
    deployment.provider.control.settings(pushed_requests="on")
    assert set(asked_for(deployment.browser().begin())) == ALWAYS
    assert deployment.asked("par") == []


def test_a_provider_that_demands_what_it_does_not_take_is_the_operators_to_look_at(deployment):
    deployment.provider.control.misbehave("discovery-demands-pushing")
    assert deployment.browser().begin().status_code == 502
    (audit,) = deployment.trail.audits()
    assert (audit.reason, "demanded" in audit.note) == ("sign-in-misconfigured", True)


@pytest.mark.statement(35)
def test_a_provider_that_takes_no_pushed_requests_gets_an_ordinary_one(deployment):
    browser = deployment.browser(deployment.gateway(deployment.entry(pushed_authorization=True)))
    assert set(asked_for(browser.begin())) == ALWAYS


def test_every_way_in_which_pushing_may_fail_is_here():
    timed = {"par-slow", "par-drip", "par-huge"}
    assert PUSHED | timed | set(REFUSED) == {one.name for one in MISBEHAVIOURS if one.name.startswith("par-")}


# --- sent here by somebody else --------------------------------------------------------------------------------


def initiated(browser, method, asked):
    if method == "POST":
        answer = browser.post("/login/initiate", data=asked, **{"Sec-Fetch-Site": "cross-site", "Origin": "null"})
        return browser.get(answer.headers["Location"]) if answer.status_code == 303 else answer
    return browser.get(f"/login/initiate?{urlencode(asked)}", **{"Sec-Fetch-Site": "cross-site"})


both_methods = pytest.mark.parametrize("method", ["GET", "POST"])


@pytest.mark.statement(51)
@pytest.mark.conformance("oidcc-client-test-3rd-party-init-login", "rp-3rd_party-init-login")
@both_methods
def test_a_tile_of_the_provider_begins_a_whole_sign_in_that_ends_where_it_says(deployment, browser, method):
    asked = {
        "iss": deployment.provider.issuer,
        "login_hint": "robin",
        "target_link_uri": f"{PUBLIC_URL}/go/course/34?unit=1",
    }
    begun = initiated(browser, method, asked)
    assert set(asked_for(begun)) == ALWAYS | {"login_hint"}
    assert SESSION not in browser.cookies()
    assert browser.get(browser.at_provider(begun.headers["Location"])).headers["Location"] == "/go/course/34?unit=1"
    assert browser.is_signed_in


@pytest.mark.statement(51)
@both_methods
def test_somebody_signed_in_who_is_sent_here_signs_in_all_over_again(deployment, browser, method):
    browser.sign_in()
    session = browser.cookies()[SESSION]
    begun = initiated(browser, method, {"iss": deployment.provider.issuer, "login_hint": "robin"})
    assert asked_for(begun)["login_hint"] == "robin"
    assert browser.cookies()[SESSION] == session
    browser.get(browser.at_provider(begun.headers["Location"]))
    assert browser.cookies()[SESSION] != session


@pytest.mark.statement(7, 51)
def test_a_form_of_another_site_begins_nothing_by_itself_and_goes_on_as_a_navigation(browser, deployment):
    asked = {"iss": deployment.provider.issuer, "login_hint": "robin", "target_link_uri": "/go/course/12?" + "a" * 900}
    for _ in range(8):  # a browser sends no cookie along with such a form, but keeps those of its answer
        answer = browser.post("/login/initiate", data=asked, **{"Sec-Fetch-Site": "cross-site", "Origin": "null"})
        assert (answer.status_code, answer.headers.getlist("Set-Cookie")) == (303, [])
    assert answer.headers["Location"].startswith("/login/default?next=/go/course/12")
    assert deployment.asked("authorize") == []


@pytest.mark.statement(51)
@both_methods
@pytest.mark.parametrize(
    "issuer",
    ["", None, "https://elsewhere.example", "{}/", "{}#", "{} ", "HTTP{}", "{}/.well-known/openid-configuration"],
)
def test_nobody_is_sent_to_a_provider_that_is_not_configured(deployment, browser, method, issuer):
    named = {} if issuer is None else {"iss": issuer.format(deployment.provider.issuer)}
    answer = initiated(browser, method, named)
    assert (answer.status_code, browser.cookies()) == (400, {})


@pytest.mark.statement(51)
@both_methods
@pytest.mark.parametrize("name", ["iss", "login_hint", "target_link_uri"])
def test_a_parameter_of_a_tile_is_there_once(deployment, browser, method, name):
    once = {"iss": deployment.provider.issuer, "login_hint": "kim", "target_link_uri": "/go"}
    twice = [*once.items(), (name, once[name])]
    assert initiated(browser, method, dict(once)).status_code == 302
    if method == "GET":
        answer = browser.get(f"/login/initiate?{urlencode(twice)}")
    else:
        answer = browser.post(f"/login/initiate?{urlencode({name: once[name]})}", data=once)
    assert answer.status_code == 400


@pytest.mark.statement(48, 49, 51)
@both_methods
@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.example/",
        "//elsewhere.example/go",
        "/\\elsewhere.example",
        "javascript:alert(1)",
        f"{PUBLIC_URL}.elsewhere.example/go",
        f"{PUBLIC_URL}@elsewhere.example/go",
        f"{PUBLIC_URL}//elsewhere.example",
        f"{PUBLIC_URL}\\@elsewhere.example",
        f"http://{urlsplit(PUBLIC_URL).netloc}/go",
        PUBLIC_URL * 2,
    ],
)
def test_a_tile_leads_to_a_place_of_our_own_or_to_the_start_page(deployment, browser, method, target):
    begun = initiated(browser, method, {"iss": deployment.provider.issuer, "target_link_uri": target})
    assert browser.get(browser.at_provider(begun.headers["Location"])).headers["Location"] == "/"
