"""The round trip to the identity provider, as far as the browser sees it."""

import time
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from gateway.web.transaction_cookies import AT_ONCE
from tests.gateway.threads import at_once
from tests.gateway.web.browser import HERE, MACHINE, own_part
from tests.patience import PATIENT_SECONDS

TWO = """
[[identity_providers]]
name = "acme"
label = "Acme <b>staff</b>"
issuer = "{issuer}"
client_id = "{client}"
client_secret = "{secret}"
[[identity_providers]]
name = "other"
issuer = "{issuer}"
client_id = "another-client"
client_secret = "{secret}"
"""
NO_DEFAULT = {"OIDC_ISSUER": None, "OIDC_CLIENT_ID": None, "OIDC_CLIENT_SECRET": None}


@pytest.fixture
def with_two(gateway, provider, browser_at):
    names = {"issuer": provider.issuer, "client": provider.client_id, "secret": provider.client_secret}
    return browser_at(gateway(file=TWO.format(**names), **NO_DEFAULT))


def query(url):
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def transactions(browser):
    return [name for name in browser.cookies() if "transaction_" in name]


def test_a_sign_in_begins_with_a_code_request_with_state_nonce_and_s256(browser, provider):
    asked = query(browser.get("/login").headers["Location"])
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{HERE}/callback/default"
    assert min(len(asked["state"]), len(asked["nonce"]), len(asked["code_challenge"])) >= 43
    again = query(browser.get("/login").headers["Location"])
    assert {asked[name] for name in ("state", "nonce", "code_challenge")}.isdisjoint(again.values())


def test_somebody_who_signed_in_has_a_session_beside_the_sign_ins_cookie(browser):
    answer = browser.sign_in()
    assert answer.headers["Location"] == "/"
    with_the_session = {"talentlms_gateway_session", "talentlms_gateway_arrival"}
    assert set(browser.cookies()) == with_the_session | set(transactions(browser))
    assert len(transactions(browser)) == 1
    assert "Kim Lee" in browser.get("/").text


def test_every_sign_in_begins_a_session_with_a_new_id(browser):
    browser.sign_in()
    first = browser.cookies()["talentlms_gateway_session"]
    browser.sign_in()
    assert browser.cookies()["talentlms_gateway_session"] != first


def test_an_id_that_the_browser_brings_along_never_becomes_a_session(browser):
    browser.client.set_cookie("talentlms_gateway_session", "chosen-by-somebody-else")
    browser.sign_in()
    assert browser.cookies()["talentlms_gateway_session"] != "chosen-by-somebody-else"


def test_somebody_else_who_signs_in_ends_the_session_before(browser):
    browser.sign_in()
    old = browser.cookies()["talentlms_gateway_session"]
    browser.sign_in("robin")
    assert "Robin Park" in browser.get("/").text
    browser.client.set_cookie("talentlms_gateway_session", old)
    assert browser.get("/go").headers["Location"].startswith("/login")


def test_with_one_provider_there_is_nothing_to_choose(browser, provider):
    assert browser.get("/login").headers["Location"].startswith(f"{provider.issuer}/authorize?")


def test_with_several_providers_the_person_chooses_and_the_target_goes_along(with_two):
    page = with_two.get("/login?next=/go/course/12")
    assert page.status_code == 200
    assert 'href="/login/acme?next=/go/course/12"' in page.text
    assert 'href="/login/other?next=/go/course/12"' in page.text
    assert "Acme &lt;b&gt;staff&lt;/b&gt;" in page.text
    assert "/login/password" not in page.text
    assert with_two.sign_in(path="/login/acme?next=/go/course/12").headers["Location"] == "/go/course/12"


def test_the_chooser_passes_no_foreign_target_on(with_two):
    assert "elsewhere" not in with_two.get("/login?next=//elsewhere.example").text


def test_with_passwords_the_choice_is_offered_even_where_there_is_one_provider(gateway, browser_at):
    browser = browser_at(gateway(GATEWAY_PASSWORD_SIGN_IN="on"))
    page = browser.get("/login")
    assert page.status_code == 200
    assert 'href="/login/password"' in page.text
    assert 'href="/login/default"' in page.text


def test_with_passwords_alone_there_is_still_a_way_in(gateway, browser_at):
    browser = browser_at(gateway(GATEWAY_PASSWORD_SIGN_IN="on", **NO_DEFAULT))
    assert 'href="/login/password"' in browser.get("/login").text
    assert browser.get("/login/default").status_code == 404
    assert browser.get("/readyz").status_code == 200


def test_a_provider_that_is_none_is_not_found(browser):
    for name in ("nobody", "DEFAULT", "default%00", "..", "password"):
        assert browser.get(f"/login/{name}").status_code == 404, name
        assert browser.get(f"/callback/{name}?state=x&code=y").status_code in (400, 404), name


def test_an_answer_of_another_provider_than_the_one_asked_is_none_to_what_was_begun(with_two, provider):
    callback = with_two.begun("/login/acme").replace("/callback/acme", "/callback/other")
    answer = with_two.get(callback)
    assert answer.status_code == 400
    assert "talentlms_gateway_session" not in with_two.cookies()
    assert provider.control.requests("token") == []


# --- what does not end in a session ---------------------------------------------------------------------------


def test_another_browser_cannot_end_a_sign_in_and_does_not_spoil_it(gateway, browser_at):
    app = gateway()
    kim, other = browser_at(app), browser_at(app)
    callback = kim.begun()
    assert other.get(callback).status_code == 400
    assert other.cookies() == {}
    assert kim.get(callback).status_code == 302


def test_a_callback_that_comes_again_leads_on_and_redeems_nothing(browser, provider):
    callback = browser.begun("/login?next=/go/course/12")
    held = browser.client.get_cookie(transactions(browser)[0])
    browser.get(callback)
    browser.client.set_cookie(held.key, held.value)
    provider.control.forget_requests()
    assert browser.get(callback).headers["Location"] == "/go/course/12"
    assert provider.control.requests("token") == []


def test_a_callback_that_comes_again_without_a_session_begins_anew(browser):
    callback = browser.begun("/login?next=/go/course/12")
    held = browser.client.get_cookie(transactions(browser)[0])
    browser.get(callback)
    browser.client.set_cookie(held.key, held.value)
    browser.client.delete_cookie("talentlms_gateway_session")
    answer = browser.get(callback)
    assert answer.status_code == 400
    assert 'href="/login?next=/go/course/12"' in answer.text


def test_of_ten_callbacks_at_once_one_redeems_the_code(browser, provider):
    callback = browser.begun()
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies().items())

    def arrive(_):
        client = browser.app.test_client(use_cookies=False)
        return client.get(callback, headers={"Cookie": cookie}).status_code

    assert at_once(10, arrive).count(302) == 1
    assert len(provider.control.requests("token")) == 1


def test_a_callback_that_nobody_waits_for_is_interrupted(browser):
    for query_string in ("", "?code=x", "?state=", "?state=x&code=y"):
        answer = browser.get(f"/callback/default{query_string}")
        assert (answer.status_code, 'href="/login"' in answer.text) == (400, True), query_string


def test_a_parameter_that_is_there_twice_is_refused_and_spoils_nothing(browser):
    callback = browser.begun()
    for name in ("code", "state", "iss", "error"):
        assert browser.get(f"{callback}&{name}=x&{name}=x").status_code == 400, name
    assert browser.get(callback).status_code == 302


def test_a_person_whom_the_provider_refuses_is_told_so_and_may_try_again(browser, provider):
    provider.control.misbehave("error-access-denied", times=1)
    answer = browser.get(browser.begun("/login?next=/go"))
    assert answer.status_code == 403
    assert 'href="/login?next=/go"' in answer.text
    assert "talentlms_gateway_session" not in browser.cookies()


def test_a_provider_that_is_away_is_told_so(gateway, browser_at, provider):
    browser = browser_at(gateway(OIDC_ISSUER="http://127.0.0.1:9"))
    answer = browser.get("/login")
    assert answer.status_code == 503
    assert browser.cookies() == {}


def test_what_the_provider_says_is_never_shown_as_markup(browser, provider):
    callback = browser.begun().partition("&code")[0]
    state = query(callback)["state"]
    nasty = urlencode({"state": state, "iss": provider.issuer, "error": "<script>", "error_description": "<img src=x>"})
    answer = browser.get(f"/callback/default?{nasty}")
    assert "<script>" not in answer.text
    assert "<img src=x>" not in answer.text


# --- many at once ----------------------------------------------------------------------------------------------


def test_ten_sign_ins_may_be_under_way_and_each_ends_where_it_was_to_end(browser):
    callbacks = [browser.begun(f"/login?next=/go/course/{number}") for number in range(1, AT_ONCE + 1)]
    assert len(transactions(browser)) == AT_ONCE == 10
    ends = [browser.get(callback).headers["Location"] for callback in callbacks]
    assert ends == [f"/go/course/{number}" for number in range(1, AT_ONCE + 1)]
    assert len(transactions(browser)) == AT_ONCE  # so that the back button finds its way


def test_the_oldest_of_more_than_ten_makes_room(browser):
    for number in range(AT_ONCE):
        browser.client.set_cookie(
            f"talentlms_gateway_transaction_{number:012x}", f"{1_700_000_000_000 + number}.browser"
        )
    callback = browser.begun()
    assert len(transactions(browser)) == AT_ONCE
    assert "talentlms_gateway_transaction_000000000000" not in browser.cookies()
    assert "talentlms_gateway_transaction_000000000001" in browser.cookies()
    assert browser.get(callback).status_code == 302


def test_what_is_no_cookie_of_ours_makes_room_first(browser):
    for number, value in enumerate(("zzz", "9" * 40, "9999999999999", "", "9999999999999.ä")):
        browser.client.set_cookie(f"talentlms_gateway_transaction_{number:012x}", value)
    callbacks = [browser.begun() for _ in range(AT_ONCE)]
    assert len(transactions(browser)) == AT_ONCE
    assert {browser.get(callback).status_code for callback in callbacks} == {302}


def test_a_browser_full_of_sign_ins_still_sends_short_headers(browser):
    for _ in range(AT_ONCE + 2):
        browser.begun("/login?next=/go/course/12")
    assert sum(len(name) + len(value) + 3 for name, value in browser.cookies().items()) < 3000


# --- begun by somebody else ------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_tile_in_the_providers_portal_begins_a_sign_in(browser, provider, method):
    asked = {"iss": provider.issuer, "login_hint": "robin", "target_link_uri": f"{HERE}/go/course/12"}
    kind = {"query_string": asked} if method == "GET" else {"data": asked}
    answer = browser.client.open("/login/initiate", method=method, **kind)
    if method == "POST":
        answer = browser.get(answer.headers["Location"])
    location = answer.headers["Location"]
    assert query(location)["login_hint"] == "robin"
    back = requests.get(location, allow_redirects=False, timeout=PATIENT_SECONDS)
    assert browser.get(own_part(back.headers["Location"])).headers["Location"] == "/go/course/12"


@pytest.mark.parametrize("issuer", ["", "https://elsewhere.example", None])
def test_a_tile_of_an_unknown_provider_leads_nowhere(browser, issuer):
    answer = browser.client.get(
        "/login/initiate", query_string={} if issuer is None else {"iss": issuer}, headers=MACHINE
    )
    assert answer.status_code == 400
    assert browser.cookies() == {}


@pytest.mark.parametrize("target", ["https://elsewhere.example/", f"{HERE}@elsewhere.example/", "//elsewhere.example"])
def test_a_tile_leads_nowhere_else(browser, provider, target):
    path = "/login/initiate?" + urlencode({"iss": provider.issuer, "target_link_uri": target})
    assert browser.sign_in(path=path).headers["Location"] == "/"


def test_the_transaction_cookie_tells_the_time_and_nothing_of_the_sign_in(browser):
    asked = query(browser.get("/login").headers["Location"])
    (value,) = browser.cookies().values()
    began, _, _ = value.partition(".")
    assert abs(int(began) / 1000 - time.time()) < 60
    assert asked["state"] not in value
    assert asked["nonce"] not in value
