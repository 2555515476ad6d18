"""Sign-ins under way: many at once, each finished once, and only by the browser that began it."""

import random
import re
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from gateway.flows import sign_in
from gateway.store.keys import tagged
from gateway.web.next_page import LENGTH
from gateway.web.transaction_cookies import AT_ONCE, TOGETHER_BYTES
from schemas.secret import Secret
from tests.gateway.oidc.deployment import COOKIE, PUBLIC_URL, SESSION, identity_provider, parameters
from tests.gateway.threads import at_once

HEADER_BYTES = 8190
"""What gunicorn and nginx accept of one header field."""
TARGETS = [f"/go/course/{number}" for number in range(1, AT_ONCE + 1)]
ORDERS = {
    "as begun": list(range(AT_ONCE)),
    "backwards": list(reversed(range(AT_ONCE))),
    "shuffled": random.Random(1).sample(range(AT_ONCE), AT_ONCE),
    "otherwise": random.Random(2).sample(range(AT_ONCE), AT_ONCE),
}
every_order = pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)


@pytest.fixture
def browser(deployment, shared):
    """A new browser at the gateway that these tests share."""
    return deployment.browser(shared.app())


def under_way(browser):
    return [name for name in browser.cookies() if name.startswith(f"{COOKIE}transaction_")]


def is_friendly(answer, target="/"):
    """Whether an answer is the page that says what happened and offers to go on."""
    link = re.search(r'href="(/login[^"]*)"', answer.text)
    wanted = "/login" if target == "/" else f"/login?next={target}"
    return answer.status_code == 400 and link is not None and link[1] == wanted


def changed(address, **changes):
    """Return the address with other parameters; ``None`` takes one away."""
    query = {**dict(parse_qsl(urlsplit(address).query)), **changes}
    query = {name: value for name, value in query.items() if value is not None}
    return urlsplit(address)._replace(query=urlencode(query)).geturl()


# --- ten tabs --------------------------------------------------------------------------------------------------


@pytest.mark.statement(6)
@every_order
def test_ten_tabs_finish_in_any_order(deployment, browser, order):
    callbacks = [browser.callback_address(target) for target in TARGETS]
    for number in order:
        answer = browser.get(callbacks[number])
        assert (answer.status_code, answer.headers["Location"]) == (302, TARGETS[number])
    assert browser.is_signed_in
    assert len(deployment.asked("token")) == AT_ONCE


@pytest.mark.statement(6)
def test_ten_tabs_finish_at_the_same_moment(deployment, browser):
    callbacks = [browser.callback_address(target) for target in TARGETS]
    tabs = [browser.twin() for _ in TARGETS]
    answers = at_once(AT_ONCE, lambda number: tabs[number].get(callbacks[number]))
    assert [answer.headers.get("Location") for answer in answers] == TARGETS
    assert all(tab.is_signed_in for tab in tabs)
    assert len(deployment.asked("token")) == AT_ONCE


@pytest.mark.statement(6)
@every_order
def test_ten_tabs_finish_whichever_answer_to_login_arrives_first(browser, order):
    tabs = [browser.twin() for _ in TARGETS]
    callbacks = at_once(AT_ONCE, lambda number: tabs[number].callback_address(TARGETS[number]))
    for number in order:
        browser.gateway._cookies.update(tabs[number].gateway._cookies)
    assert [browser.get(callback).headers.get("Location") for callback in callbacks] == TARGETS


@pytest.mark.statement(7)
def test_of_more_than_ten_the_oldest_make_room(deployment, browser):
    callbacks = [browser.callback_address(target) for target in ("/", "/", *TARGETS)]
    assert len(under_way(browser)) == AT_ONCE
    for callback in callbacks[:2]:
        assert is_friendly(browser.get(callback))
    assert deployment.asked("token") == []
    assert [browser.get(callback).headers.get("Location") for callback in callbacks[2:]] == TARGETS


def target_of(length):
    """Return an address of ours of this length."""
    return "/go/course/12?x=" + "a" * (length - 16)


def size_of_header(browser):
    return sum(len(name) + len(value) + 3 for name, value in browser.cookies().items())


@pytest.mark.statement(7)
@pytest.mark.parametrize("length", [20, 200, 400])
def test_the_cookies_of_sign_ins_stay_below_six_kilobytes_and_the_oldest_make_room(browser, length):
    browser.sign_in()
    callbacks = []
    for _ in range(AT_ONCE + 3):
        callbacks.append(browser.callback_address(target_of(length)))
        cookies = {name: browser.cookies()[name] for name in under_way(browser)}
        assert sum(len(name) + len(value) for name, value in cookies.items()) < TOGETHER_BYTES <= 6000
        assert max(len(name) + len(value) for name, value in cookies.items()) <= 4096
        assert size_of_header(browser) < HEADER_BYTES
    kept = len(cookies)
    assert kept == {20: AT_ONCE, 200: AT_ONCE, 400: 8}[length]
    browser.gateway.delete_cookie(SESSION, domain=urlsplit(PUBLIC_URL).hostname)
    assert all(is_friendly(browser.get(callback)) for callback in callbacks[:-kept])
    for callback in callbacks[-kept:]:
        assert browser.get(callback).headers.get("Location") == target_of(length)


@pytest.mark.statement(7)
@pytest.mark.parametrize("length", [401, LENGTH])
def test_of_a_target_that_is_too_long_for_so_many_the_path_remains(browser, length):
    callback = browser.callback_address(target_of(length))
    assert browser.get(callback).headers["Location"] == "/go/course/12"
    callback = browser.callback_address("/go/" + "a" * (length - 4))
    assert browser.get(callback).headers["Location"] == "/"


@pytest.mark.statement(7)
@pytest.mark.parametrize(
    ("tabs", "length", "hint"),
    [
        (AT_ONCE, 400, ""),
        (AT_ONCE, LENGTH, ""),
        (2 * AT_ONCE, 100, ""),
        (AT_ONCE, 360, "ü" * 10),
        (AT_ONCE, 100, "é" * 130),
    ],
)
def test_no_header_is_too_long_although_none_of_those_begun_at_the_same_moment_knows_of_the_others(
    browser, tabs, length, hint
):
    browser.sign_in()
    twins = [browser.twin() for _ in range(tabs)]
    asked = urlencode({"next": target_of(length), "login_hint": hint, "prompt": "select_account"})
    at_once(tabs, lambda number: twins[number].get(f"/login?{asked}"))
    for twin in twins:
        browser.gateway._cookies.update(twin.gateway._cookies)
    assert len(under_way(browser)) > tabs - 1
    assert size_of_header(browser) < HEADER_BYTES
    browser.begin()
    assert len(under_way(browser)) <= AT_ONCE


# --- once ------------------------------------------------------------------------------------------------------


@pytest.mark.statement(11)
def test_two_identical_callbacks_at_the_same_instant_make_one_token_request(deployment, browser):
    deployment.provider.control.settings(slow_seconds=0.3)
    deployment.provider.control.misbehave("token-slow")
    callback = browser.callback_address("/go/course/12")
    tabs = [browser.twin() for _ in range(2)]
    answers = at_once(2, lambda number: tabs[number].get(callback))
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert (won.status_code, won.headers["Location"]) == (302, "/go/course/12")
    assert is_friendly(lost, "/go/course/12")
    assert len(deployment.asked("token")) == 1


@pytest.mark.statement(11, 12)
def test_a_callback_that_the_signed_in_browser_repeats_leads_where_it_should_have_gone(deployment, browser):
    callback = browser.callback_address("/go/course/12")
    browser.get(callback)
    session = browser.cookies()[SESSION]
    for _ in range(3):
        again = browser.get(callback)
        assert (again.status_code, again.headers.get("Location")) == (302, "/go/course/12")
    assert len(deployment.asked("token")) == 1
    assert browser.cookies()[SESSION] == session


@pytest.mark.statement(12)
def test_the_back_button_of_one_tab_leads_on_although_another_tab_has_signed_in_since(deployment, browser):
    callbacks = [browser.callback_address(target) for target in TARGETS[:2]]
    for callback in callbacks:
        browser.get(callback)
    assert [browser.get(callback).headers.get("Location") for callback in callbacks] == TARGETS[:2]
    assert len(deployment.asked("token")) == 2


@pytest.mark.statement(11)
def test_a_callback_that_is_repeated_after_the_sign_out_brings_nobody_back(deployment, browser):
    callback = browser.callback_address("/go/course/12")
    browser.get(callback)
    browser.gateway.delete_cookie(SESSION, domain=urlsplit(PUBLIC_URL).hostname)
    answer = browser.get(callback)
    assert answer.status_code == 400
    assert SESSION not in browser.cookies()
    assert len(deployment.asked("token")) == 1


@pytest.mark.statement(5, 10, 11)
def test_another_browser_gets_a_friendly_page_and_the_owner_can_still_finish(deployment, browser):
    callback = browser.callback_address("/go/course/12")
    stranger = browser.another()
    for _ in range(2):
        assert is_friendly(stranger.get(callback))
    assert stranger.cookies() == {}
    assert deployment.asked("token") == []
    assert browser.get(callback).headers["Location"] == "/go/course/12"


@pytest.mark.statement(5, 10, 11)
def test_neither_does_another_browser_that_is_signed_in_and_it_stays_who_it_is(deployment, browser, monkeypatch):
    stranger = browser.another()
    stranger.provider.params = {"login_hint": "robin"}
    stranger.sign_in()
    before = stranger.cookies()
    callback = browser.callback_address("/go/course/12")
    just_signed_in = stranger.get(callback)
    assert (just_signed_in.status_code, just_signed_in.headers["Location"]) == (302, "/")
    monkeypatch.setattr(sign_in, "JUST_NOW_SECONDS", 0)
    assert is_friendly(stranger.get(callback))
    assert stranger.cookies() == before
    assert len(deployment.asked("token")) == 1
    assert browser.get(callback).headers["Location"] == "/go/course/12"


@pytest.mark.statement(5, 10)
def test_a_cookie_of_another_sign_in_does_not_help(deployment, browser):
    """Somebody who plants a callback of their own in a browser with sign-ins under way gets nowhere (login CSRF)."""
    planted = browser.another().callback_address("/")
    own = [browser.callback_address("/go") for _ in range(3)]
    assert is_friendly(browser.get(planted))
    assert deployment.asked("token") == []
    assert browser.get(own[1]).headers["Location"] == "/go"


@pytest.mark.statement(10)
@pytest.mark.parametrize(
    "change",
    [str.swapcase, "{} ".format, "{}A".format, lambda state: state[:-1], lambda state: state[::-1], lambda _: ""],
    ids=range(6),
)
def test_the_state_has_to_be_the_very_one_before_anything_is_asked(deployment, browser, change):
    callback = browser.callback_address("/go")
    wrong = changed(callback, state=change(parameters(callback)["state"]))
    assert is_friendly(browser.get(wrong))
    assert deployment.asked("token") == []
    assert browser.get(callback).headers["Location"] == "/go"


@pytest.mark.statement(13)
def test_an_error_is_matched_to_its_sign_in_like_a_code_and_told_as_what_it_is_all_the_same(deployment, browser):
    callback = browser.callback_address("/go/course/12")
    error = changed(callback, code=None, error="access_denied")
    for stray in (browser.another().get(error), browser.get(changed(error, state="another"))):
        assert stray.status_code == 403
        assert "/go/course/12" not in stray.text
    denied = browser.get(error)
    assert denied.status_code == 403
    assert 'href="/login?next=/go/course/12"' in denied.text
    assert is_friendly(browser.get(error), "/go/course/12")


# --- what is in the cookie -------------------------------------------------------------------------------------


def replaced(browser, change):
    """Change the value of the cookie of the one sign-in under way."""
    (name,) = under_way(browser)
    key = next(key for key in browser.gateway._cookies if name in key)
    browser.gateway._cookies[key].value = change(browser.cookies()[name])


def one_letter_off(value, place):
    return value[:place] + ("A" if value[place] != "A" else "B") + value[place + 1 :]


@pytest.mark.statement(5, 10)
def test_a_cookie_that_is_changed_in_any_place_opens_nothing(deployment, browser):
    callback = browser.callback_address("/go/course/12")
    (right,) = (browser.cookies()[name] for name in under_way(browser))
    beginning = right.index(".") + 1
    for place in range(beginning, len(right) - 1):  # the last letter may hold bits that mean nothing
        replaced(browser, lambda _, place=place: one_letter_off(right, place))
        assert is_friendly(browser.get(callback)), place
    assert deployment.asked("token") == []
    replaced(browser, lambda _: right)
    assert browser.get(callback).headers["Location"] == "/go/course/12"


@pytest.mark.statement(5, 10)
@pytest.mark.parametrize(
    "change",
    [
        lambda value: value[:-1],
        lambda value: value[:14],
        lambda value: value[:13],
        lambda value: value[14:],
        lambda value: value + "A",
        lambda value: value + "=",
        lambda value: value[:14] + "A" * 16,
        lambda value: value[:14] + value[14:] * 12,
        lambda value: "1764000000000.c2VjcmV0LW9mLXRoZS1icm93c2Vy",
        lambda value: "\x00ÄÖ\u2028",
        lambda value: "." * 4000,
        lambda value: "",
    ],
    ids=range(12),
)
def test_a_cookie_that_is_cut_longer_or_something_else_is_a_page_to_go_on_from(deployment, browser, change):
    callback = browser.callback_address("/go/course/12")
    replaced(browser, change)
    assert is_friendly(browser.get(callback))
    assert deployment.asked("token") == []
    assert not deployment.trail.events("problem.unforeseen")


@pytest.mark.statement(5, 10)
def test_a_cookie_of_a_gateway_with_other_keys_opens_nothing(deployment, browser):
    callback = browser.callback_address("/go/course/12")
    other = deployment.browser(
        deployment.gateway(secret_keys=(Secret("a key of thirty-two bytes that is another one"),))
    )
    other.gateway._cookies.update(browser.gateway._cookies)
    assert is_friendly(other.get(callback))
    assert deployment.asked("token") == []


@pytest.mark.statement(65)
def test_a_sign_in_under_way_survives_the_rotation_of_the_secret_key(deployment, stored):
    old, new = Secret("the old key of thirty-two bytes or more"), Secret("the new key of thirty-two bytes or more")
    before = deployment.browser(stored(secret_keys=(old,)))
    callback = before.callback_address("/go/course/12")
    for keys, status in (((new,), 400), ((new, old), 302)):
        after = deployment.browser(stored(secret_keys=keys))
        after.gateway._cookies.update(before.gateway._cookies)
        assert after.get(callback).status_code == status


@pytest.mark.statement(31)
def test_the_cookie_shows_nothing_of_the_sign_in(browser):
    asked = parameters(browser.begin("/go/course/12").headers["Location"])
    (name,) = under_way(browser)
    shown = f"{name}={browser.cookies()[name]}"
    assert not [value for value in (asked["state"], asked["nonce"], "course") if value in shown]
    assert re.fullmatch(r"[0-9]{13}\.[A-Za-z0-9_-]+", browser.cookies()[name])


# --- in time ---------------------------------------------------------------------------------------------------


@pytest.mark.statement(8)
def test_an_expired_sign_in_ends_with_a_page_to_go_on_from_and_with_nothing_automatic(deployment, browser, monkeypatch):
    assert sign_in.TRANSACTION_SECONDS == 15 * 60
    callback = browser.callback_address("/go/course/12")
    with monkeypatch.context() as later:
        later.setattr(sign_in, "TRANSACTION_SECONDS", 0)
        answer = browser.get(callback)
    assert is_friendly(answer, "/go/course/12")
    assert {"Location", "Refresh"}.isdisjoint(answer.headers)
    assert "http-equiv" not in answer.text
    assert deployment.asked("token") == []
    assert browser.sign_in().headers["Location"] == "/go"


@pytest.mark.statement(8, 11)
def test_a_used_state_is_remembered_for_as_long_as_the_cookie_could_be_used(deployment, stored, store):
    browser = deployment.browser(stored())
    callback = browser.callback_address("/go/course/12")
    assert store.ask("KEYS", tagged("used-state:*")) == []
    browser.another().get(callback)
    assert store.ask("KEYS", tagged("used-state:*")) == []
    browser.get(callback)
    (record,) = store.ask("KEYS", tagged("used-state:*"))
    assert 800 < store.ask("TTL", record) <= sign_in.TRANSACTION_SECONDS


@pytest.mark.statement(8)
def test_the_browser_forgets_it_after_fifteen_minutes_too(browser):
    (cookie,) = browser.begin().headers.getlist("Set-Cookie")
    assert "Max-Age=900" in cookie


# --- once each -------------------------------------------------------------------------------------------------


@pytest.mark.statement(14)
@pytest.mark.parametrize("name", ["code", "state", "iss", "error"])
@pytest.mark.parametrize("value", ["same", "another", ""])
def test_a_parameter_that_is_there_twice_is_refused_and_spoils_nothing(deployment, browser, name, value):
    callback = browser.callback_address("/go")
    given = parameters(callback).get(name, "access_denied")
    twice = f"{callback}&{urlencode({name: given if value == 'same' else value})}"
    twice += f"&error={given}" if name == "error" else ""
    assert browser.get(twice).status_code == 400
    assert deployment.asked("token") == []
    assert browser.get(callback).headers["Location"] == "/go"


@pytest.mark.statement(20)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
def test_an_answer_comes_by_get_and_in_no_other_way(deployment, browser, method):
    callback = urlsplit(browser.callback_address("/go"))
    form = dict(parse_qsl(callback.query))
    for address, data in ((callback.path, form), (f"{callback.path}?{callback.query}", None)):
        answer = browser.gateway.open(address, method=method, data=data, base_url=PUBLIC_URL)
        assert answer.status_code == 405
    assert deployment.asked("token") == []
    assert browser.get(callback.geturl()).headers["Location"] == "/go"


# --- two providers ---------------------------------------------------------------------------------------------


@pytest.fixture
def with_two(deployment, second_provider):
    """A browser at a gateway that knows two providers."""
    second_provider.control.forget_requests()
    return deployment.browser(deployment.gateway(deployment.entry(), identity_provider(second_provider, "other")))


@pytest.mark.statement(16)
@pytest.mark.parametrize("iss", ["kept", "replaced", "left out"])
def test_a_code_of_one_provider_that_is_delivered_to_the_other_reaches_no_token_endpoint(
    deployment, with_two, second_provider, iss
):
    callback = with_two.callback_address("/go", "default")
    misled = callback.replace("/callback/default", "/callback/other")
    misled = {
        "kept": misled,
        "replaced": changed(misled, iss=second_provider.issuer),
        "left out": changed(misled, iss=None),
    }
    assert is_friendly(with_two.get(misled[iss]))
    assert SESSION not in with_two.cookies()
    assert (deployment.asked("token"), second_provider.control.requests("token")) == ([], [])


@pytest.mark.statement(15, 16)
@pytest.mark.parametrize("iss", ["of the first", "left out"])
def test_a_code_of_one_provider_with_the_state_of_the_other_reaches_no_token_endpoint(
    deployment, with_two, second_provider, iss
):
    """The mix-up attack: the browser was sent to one provider and answers as if from the other."""
    stolen = parameters(with_two.callback_address("/go", "default"))["code"]
    waiting = with_two.callback_address("/go", "other")
    mixed = changed(waiting, code=stolen, iss=deployment.provider.issuer if iss == "of the first" else None)
    assert with_two.get(mixed).status_code == 502
    assert SESSION not in with_two.cookies()
    assert (deployment.asked("token"), second_provider.control.requests("token")) == ([], [])


@pytest.mark.statement(16)
def test_sign_ins_at_two_providers_finish_side_by_side(with_two):
    callbacks = {name: with_two.callback_address(f"/go?{name}", name) for name in ("default", "other")}
    for name in ("other", "default"):
        assert with_two.get(callbacks[name]).headers["Location"] == f"/go?{name}"
