"""Sign-ins under way: many at once, each finished once, and only by the browser that began it."""

import random
import re
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from gateway.errors import SignInInterrupted
from gateway.store.transactions import TRANSACTION_SECONDS
from gateway.web.sign_in import AT_ONCE
from tests.gateway.oidc.house import COOKIE, PUBLIC_URL, SESSION, identity_provider, parameters
from tests.gateway.threads import at_once

TARGETS = [f"/go/course/{number}" for number in range(1, AT_ONCE + 1)]
ORDERS = {
    "as begun": list(range(AT_ONCE)),
    "backwards": list(reversed(range(AT_ONCE))),
    "shuffled": random.Random(1).sample(range(AT_ONCE), AT_ONCE),
    "otherwise": random.Random(2).sample(range(AT_ONCE), AT_ONCE),
}
every_order = pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)


@pytest.fixture
def browser(house, shared):
    """A new browser at the gateway that these tests share."""
    return house.browser(shared.app())


def under_way(browser):
    return [name for name in browser.cookies() if name.startswith(f"{COOKIE}transaction_")]


def is_friendly(answer, target="/"):
    """Whether an answer is the page that says what happened and offers to go on."""
    link = re.search(r'href="(/login[^"]*)"', answer.text)
    wanted = "/login" if target == "/" else f"/login?next={target}"
    return answer.status_code == SignInInterrupted.status and link is not None and link[1] == wanted


def changed(address, **changes):
    """Return the address with other parameters; ``None`` takes one away."""
    query = {**dict(parse_qsl(urlsplit(address).query)), **changes}
    query = {name: value for name, value in query.items() if value is not None}
    return urlsplit(address)._replace(query=urlencode(query)).geturl()


# --- ten tabs --------------------------------------------------------------------------------------------------


@pytest.mark.statement(6)
@every_order
def test_ten_tabs_finish_in_any_order(house, browser, order):
    callbacks = [browser.callback_address(target) for target in TARGETS]
    for number in order:
        answer = browser.get(callbacks[number])
        assert (answer.status_code, answer.headers["Location"]) == (302, TARGETS[number])
    assert browser.is_signed_in
    assert len(house.asked("token")) == AT_ONCE


@pytest.mark.statement(6)
def test_ten_tabs_finish_at_the_same_moment(house, browser):
    callbacks = [browser.callback_address(target) for target in TARGETS]
    tabs = [browser.twin() for _ in TARGETS]
    answers = at_once(AT_ONCE, lambda number: tabs[number].get(callbacks[number]))
    assert [answer.headers.get("Location") for answer in answers] == TARGETS
    assert all(tab.is_signed_in for tab in tabs)
    assert len(house.asked("token")) == AT_ONCE


@pytest.mark.statement(6)
@every_order
def test_ten_tabs_finish_whichever_answer_to_login_arrives_first(browser, order):
    tabs = [browser.twin() for _ in TARGETS]
    callbacks = at_once(AT_ONCE, lambda number: tabs[number].callback_address(TARGETS[number]))
    for number in order:
        browser.gateway._cookies.update(tabs[number].gateway._cookies)
    assert [browser.get(callback).headers.get("Location") for callback in callbacks] == TARGETS


@pytest.mark.statement(7)
def test_of_more_than_ten_the_oldest_make_room(house, browser):
    callbacks = [browser.callback_address(target) for target in ("/", "/", *TARGETS)]
    assert len(under_way(browser)) == AT_ONCE
    for callback in callbacks[:2]:
        assert is_friendly(browser.get(callback))
    assert house.asked("token") == []
    assert [browser.get(callback).headers.get("Location") for callback in callbacks[2:]] == TARGETS


@pytest.mark.statement(7)
def test_no_cookie_and_no_header_is_too_long_however_many_sign_ins_are_begun_at_once(house):
    browser = house.browser()
    longest = "/go/course/34?" + "a" * 1000
    for _ in range(2):
        tabs = [browser.twin() for _ in range(2 * AT_ONCE)]
        at_once(2 * AT_ONCE, lambda number, tabs=tabs: tabs[number].begin(longest))
        for tab in tabs:
            browser.gateway._cookies.update(tab.gateway._cookies)
    cookies = browser.cookies().items()
    assert max(len(name) + len(value) for name, value in cookies) <= 4096
    assert sum(len(name) + len(value) + 3 for name, value in cookies) <= 8192
    browser.begin()
    assert len(under_way(browser)) == AT_ONCE


# --- once ------------------------------------------------------------------------------------------------------


@pytest.mark.statement(11)
def test_two_identical_callbacks_at_the_same_instant_make_one_token_request(house, browser):
    house.provider.control.settings(slow_seconds=0.3)
    house.provider.control.misbehave("token-slow")
    callback = browser.callback_address("/go/course/12")
    tabs = [browser.twin() for _ in range(2)]
    answers = at_once(2, lambda number: tabs[number].get(callback))
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert (won.status_code, won.headers["Location"]) == (302, "/go/course/12")
    assert is_friendly(lost, "/go/course/12")
    assert len(house.asked("token")) == 1


@pytest.mark.statement(11, 12)
def test_a_callback_that_the_signed_in_browser_repeats_leads_where_it_should_have_gone(house, browser):
    callback = browser.callback_address("/go/course/12")
    browser.get(callback)
    session = browser.cookies()[SESSION]
    for _ in range(3):
        again = browser.get(callback)
        assert (again.status_code, again.headers.get("Location")) == (302, "/go/course/12")
    assert len(house.asked("token")) == 1
    assert browser.cookies()[SESSION] == session


@pytest.mark.statement(12)
def test_the_back_button_of_one_tab_leads_on_although_another_tab_has_signed_in_since(house, browser):
    callbacks = [browser.callback_address(target) for target in TARGETS[:2]]
    for callback in callbacks:
        browser.get(callback)
    assert [browser.get(callback).headers.get("Location") for callback in callbacks] == TARGETS[:2]
    assert len(house.asked("token")) == 2


@pytest.mark.statement(11)
def test_a_callback_that_is_repeated_after_the_sign_out_brings_nobody_back(house, browser):
    callback = browser.callback_address("/go/course/12")
    browser.get(callback)
    browser.gateway.delete_cookie(SESSION, domain=urlsplit(PUBLIC_URL).hostname)
    answer = browser.get(callback)
    assert answer.status_code == SignInInterrupted.status
    assert SESSION not in browser.cookies()
    assert len(house.asked("token")) == 1


@pytest.mark.statement(5, 10, 11)
def test_another_browser_gets_a_friendly_page_and_the_owner_can_still_finish(house, browser):
    callback = browser.callback_address("/go/course/12")
    stranger = browser.another()
    for _ in range(2):
        assert is_friendly(stranger.get(callback))
    assert stranger.cookies() == {}
    assert house.asked("token") == []
    assert browser.get(callback).headers["Location"] == "/go/course/12"


@pytest.mark.statement(5, 10, 11)
def test_neither_does_another_browser_that_is_signed_in_and_it_stays_who_it_is(house, browser):
    stranger = browser.another()
    stranger.provider.params = {"login_hint": "robin"}
    stranger.sign_in()
    before = stranger.cookies()
    callback = browser.callback_address("/go/course/12")
    assert is_friendly(stranger.get(callback))
    assert stranger.cookies() == before
    assert len(house.asked("token")) == 1
    assert browser.get(callback).headers["Location"] == "/go/course/12"


@pytest.mark.statement(5, 10)
def test_a_cookie_of_another_sign_in_does_not_help(house, browser):
    """Whoever plants a callback of their own in a browser with sign-ins under way gets nowhere (login CSRF)."""
    planted = browser.another().callback_address("/")
    own = [browser.callback_address("/go") for _ in range(3)]
    assert is_friendly(browser.get(planted))
    assert house.asked("token") == []
    assert browser.get(own[1]).headers["Location"] == "/go"


@pytest.mark.statement(10)
@pytest.mark.parametrize(
    "change",
    [str.swapcase, "{} ".format, "{}A".format, lambda state: state[:-1], lambda state: state[::-1], lambda _: ""],
    ids=range(6),
)
def test_the_state_has_to_be_the_very_one_before_anything_is_asked(house, browser, change):
    callback = browser.callback_address("/go")
    wrong = changed(callback, state=change(parameters(callback)["state"]))
    assert is_friendly(browser.get(wrong))
    assert house.asked("token") == []
    assert browser.get(callback).headers["Location"] == "/go"


@pytest.mark.statement(13)
def test_an_error_is_matched_to_its_sign_in_like_a_code(house, browser):
    callback = browser.callback_address("/go/course/12")
    error = changed(callback, code=None, error="access_denied")
    assert is_friendly(browser.another().get(error))
    assert is_friendly(browser.get(changed(error, state="another")))
    denied = browser.get(error)
    assert denied.status_code == 403
    assert 'href="/login?next=/go/course/12"' in denied.text


# --- in time ---------------------------------------------------------------------------------------------------


@pytest.mark.statement(8)
def test_an_expired_sign_in_ends_with_a_page_to_go_on_from_and_with_nothing_automatic(house, stored, store):
    browser = house.browser(stored())
    callback = browser.callback_address("/go/course/12")
    (record,) = store.keys("transaction:*")
    assert 0 < store.ask("TTL", record) <= TRANSACTION_SECONDS <= 15 * 60
    store.ask("DEL", record)

    answer = browser.get(callback)
    assert is_friendly(answer)
    assert {"Location", "Refresh"}.isdisjoint(answer.headers)
    assert "http-equiv" not in answer.text
    assert house.asked("token") == []
    assert browser.sign_in().headers["Location"] == "/go"


@pytest.mark.statement(8)
def test_the_browser_forgets_it_after_fifteen_minutes_too(browser):
    (cookie,) = browser.begin().headers.getlist("Set-Cookie")
    assert "Max-Age=900" in cookie


# --- once each -------------------------------------------------------------------------------------------------


@pytest.mark.statement(14)
@pytest.mark.parametrize("name", ["code", "state", "iss", "error"])
@pytest.mark.parametrize("value", ["same", "another", ""])
def test_a_parameter_that_is_there_twice_is_refused_and_spoils_nothing(house, browser, name, value):
    callback = browser.callback_address("/go")
    given = parameters(callback).get(name, "access_denied")
    twice = f"{callback}&{urlencode({name: given if value == 'same' else value})}"
    twice += f"&error={given}" if name == "error" else ""
    assert browser.get(twice).status_code == 400
    assert house.asked("token") == []
    assert browser.get(callback).headers["Location"] == "/go"


@pytest.mark.statement(20)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
def test_an_answer_comes_by_get_and_in_no_other_way(house, browser, method):
    callback = urlsplit(browser.callback_address("/go"))
    form = dict(parse_qsl(callback.query))
    for address, data in ((callback.path, form), (f"{callback.path}?{callback.query}", None)):
        answer = browser.gateway.open(address, method=method, data=data, base_url=PUBLIC_URL)
        assert answer.status_code == 405
    assert house.asked("token") == []
    assert browser.get(callback.geturl()).headers["Location"] == "/go"


# --- two providers ---------------------------------------------------------------------------------------------


@pytest.fixture
def with_two(house, second_provider):
    """A browser at a gateway that knows two providers."""
    second_provider.control.forget_requests()
    return house.browser(house.gateway(house.entry(), identity_provider(second_provider, "other")))


@pytest.mark.statement(16)
@pytest.mark.parametrize("iss", ["kept", "replaced", "left out"])
def test_a_code_of_one_provider_that_is_delivered_to_the_other_reaches_no_token_endpoint(
    house, with_two, second_provider, iss
):
    callback = with_two.callback_address("/go", "default")
    misled = callback.replace("/callback/default", "/callback/other")
    misled = {
        "kept": misled,
        "replaced": changed(misled, iss=second_provider.issuer),
        "left out": changed(misled, iss=None),
    }
    answer = with_two.get(misled[iss])
    assert answer.status_code == 502
    assert SESSION not in with_two.cookies()
    assert (house.asked("token"), second_provider.control.requests("token")) == ([], [])


@pytest.mark.statement(15, 16)
@pytest.mark.parametrize("iss", ["of the first", "left out"])
def test_a_code_of_one_provider_with_the_state_of_the_other_reaches_no_token_endpoint(
    house, with_two, second_provider, iss
):
    """The mix-up attack: the browser was sent to one provider and answers as if from the other."""
    stolen = parameters(with_two.callback_address("/go", "default"))["code"]
    waiting = with_two.callback_address("/go", "other")
    mixed = changed(waiting, code=stolen, iss=house.provider.issuer if iss == "of the first" else None)
    assert with_two.get(mixed).status_code == 502
    assert SESSION not in with_two.cookies()
    assert (house.asked("token"), second_provider.control.requests("token")) == ([], [])


@pytest.mark.statement(16)
def test_sign_ins_at_two_providers_finish_side_by_side(with_two):
    callbacks = {name: with_two.callback_address(f"/go?{name}", name) for name in ("default", "other")}
    for name in ("other", "default"):
        assert with_two.get(callbacks[name]).headers["Location"] == f"/go?{name}"
