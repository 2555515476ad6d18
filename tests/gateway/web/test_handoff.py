"""``/handoff``: a storefront's signed token, a page that uses nothing up, and the button that does, once."""

import json
import re

import pytest
import requests

from gateway.database.used_handoffs import UsedHandoffs
from gateway.errors import DatabaseUnavailable, StoreUnavailable
from gateway.web.visitor import Visitor
from sandbox.idp.keys import new_key, public
from tests.gateway.oidc.raw_server import raw_server
from tests.gateway.storefronts.handoff_tokens import KEY, claims_now
from tests.gateway.storefronts.handoff_tokens import token as minted
from tests.gateway.web.browser import HERE, LINK_HEADERS, MACHINE, csrf_token
from tests.gateway.web.storefront import FILE
from tests.patience import PATIENT_SECONDS

SHOP = FILE.replace('name = "shop"\n', f'name = "shop"\nhandoff = {{ algorithm = "HS256", key = "{KEY}" }}\n')
BACK = '<a class="button" href="https://shop.example/account">Back to Corner Shop</a>'
SECRET = re.compile(r"eyJ[\w-]+\.")


def token(key=KEY, header=None, **changes):
    return minted(claims_now(aud=HERE, **changes), key=key, header=header)


def path_of(text):
    return f"/handoff?token={text}"


@pytest.fixture
def app(gateway):
    return gateway(file=SHOP)


@pytest.fixture
def browser(app, browser_at):
    return browser_at(app)


def press(window, text, **headers):
    """Open the page of a token and press its button."""
    page = window.get(path_of(text))
    assert page.status_code == 200, page.text
    return window.post("/handoff", {"csrf_token": csrf_token(page), "token": text}, **headers)


def heading(answer):
    return re.search(r"<h1>(.*?)</h1>", answer.text)[1]


def arrives(answer):
    assert answer.status_code == 302, answer.text
    return requests.get(answer.headers["Location"], timeout=PATIENT_SECONDS)


def test_the_page_says_whom_it_is_for_and_where_it_leads_and_uses_nothing_up(browser, asked):
    text = token()
    for _ in range(3):
        page = browser.get(path_of(text))
        assert (page.status_code, heading(page)) == (200, "Hello, Kim")
        assert "Corner Shop brings you to your course." in page.text
        assert "<strong>Intro to the academy</strong>" in page.text
        assert '<button class="button">Start the course</button>' in page.text
        assert "kim@example.com" not in page.text
        assert "k…@example.com" in page.text
    assert asked() == ["courses/id"]
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert page.headers["Cache-Control"] == "no-store"
    assert "session" not in "".join(browser.cookies())


def test_the_button_signs_in_and_leads_into_the_course_that_the_shop_sells(browser, asked, portal):
    answer = press(browser, token())
    assert LINK_HEADERS.items() <= dict(answer.headers).items()
    assert asked()[-4:] == ["users/id", "gotocourse", "addusertocourse", "gotocourse"]
    assert "Intro to the academy" in arrives(answer).text
    (user,) = [user for user in portal.control.state()["users"] if user["email"] == "kim@example.com"]
    assert (user["first_name"], user["last_name"]) == ("Kim", "Lee")
    assert "Kim Lee" in browser.get("/").text
    assert browser.get("/go/course/12").status_code == 302
    assert browser.cookies()["talentlms_gateway_sign_in_at"] == "shop"


@pytest.mark.parametrize(
    ("target", "words", "arrival"),
    [
        ({"dashboard": True}, ["brings you to your training"], "Dashboard"),
        (
            {"buy_course": "gdpr-2026", "coupon": "WELCOME10"},
            ["Data protection", "Price: $49.00", "Coupon: WELCOME10"],
            "$44.10",
        ),
        ({"buy_category": "compliance"}, ["Compliance", "Price: $99.00"], "$99.00"),
    ],
)
def test_every_target_has_its_page_and_its_arrival(browser, target, words, arrival):
    text = token(target=target)
    page = browser.get(path_of(text))
    assert [word for word in words if word not in page.text] == []
    assert arrival in arrives(press(browser, text)).text


def test_the_same_customer_is_the_same_person_by_a_launch_and_by_a_token(browser, portal):
    press(browser, token())
    press(browser, token(jti="another", target={"dashboard": True}))
    assert len([user for user in portal.control.state()["users"] if user["email"] == "kim@example.com"]) == 1


def test_the_browser_says_no_origin_and_presses_all_the_same(browser):
    assert press(browser, token(), Origin="null", Sec_Fetch_Site="same-origin").status_code == 302


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec_Fetch_Site": "cross-site", "Origin": "null"}]
)
def test_a_form_of_another_site_presses_nothing(browser, headers):
    text = token()
    assert press(browser, text, **headers).status_code == 403
    assert press(browser, text).status_code == 302


def test_a_form_without_its_token_presses_nothing_and_leads_back_to_the_page(browser):
    text = token()
    browser.get(path_of(text))
    answer = browser.post("/handoff", {"csrf_token": "x", "token": text})
    assert (answer.status_code, f'href="{path_of(text)}"' in answer.text) == (403, True)
    assert press(browser, text).status_code == 302


def test_what_scans_mails_and_loads_in_advance_uses_nothing_up(browser, asked):
    text = token()
    assert browser.head(path_of(text)).status_code == 204
    assert browser.get(path_of(text), Sec_Purpose="prefetch").status_code == 503
    assert browser.get(path_of(text), Sec_Fetch_Mode="no-cors").status_code == 401
    assert (browser.cookies(), asked()) == ({}, [])
    assert press(browser, text).status_code == 302


def test_the_same_browser_may_press_again_and_another_may_not(app, browser, browser_at):
    text = token()
    assert [press(browser, text).status_code for _ in range(3)] == [302] * 3
    other = browser_at(app)
    answer = other.get(path_of(text))
    assert (answer.status_code, heading(answer)) == (410, "This link was used already")
    assert BACK in answer.text


def test_whoever_comes_to_the_browser_after_the_sign_out_may_not_press_again(browser):
    text = token()
    page = browser.get(path_of(text))
    form = {"csrf_token": csrf_token(page), "token": text}
    assert browser.post("/handoff", form).status_code == 302
    browser.post("/logout", {"csrf_token": csrf_token(browser.get("/logout"))})
    assert browser.post("/handoff", form).status_code == 403
    assert browser.get(path_of(text)).status_code == 410


def test_of_two_browsers_with_the_page_open_one_presses(app, browser, browser_at):
    text, other = token(), browser_at(app)
    page = other.get(path_of(text))
    assert press(browser, text).status_code == 302
    answer = other.post("/handoff", {"csrf_token": csrf_token(page), "token": text})
    assert (answer.status_code, BACK in answer.text) == (410, True)
    assert "session" not in "".join(other.cookies())


def test_a_token_of_which_nothing_came_can_be_used_again_by_anybody(app, browser, browser_at, portal):
    text = token()
    portal.control.fault(kind="status", status=500, times=99)
    answer = press(browser, text)
    assert answer.status_code == 503
    assert f'href="{path_of(text)}">Try again</a>' in answer.text
    portal.control.clear_faults()
    assert press(browser_at(app), text).status_code == 302


def test_a_token_that_was_used_stays_used_though_its_browser_presses_again_and_fails(app, browser, browser_at, portal):
    text = token()
    assert press(browser, text).status_code == 302
    portal.control.fault(kind="status", status=500, times=99)
    assert press(browser, text).status_code == 503
    portal.control.clear_faults()
    assert browser_at(app).get(path_of(text)).status_code == 410


def test_a_press_while_the_store_is_away_leaves_the_token_to_anybody(app, browser, browser_at, monkeypatch):
    text = token()
    page = browser.get(path_of(text))
    with monkeypatch.context() as away:
        away.setattr(Visitor, "session", unavailable)
        assert browser.post("/handoff", {"csrf_token": csrf_token(page), "token": text}).status_code == 503
    assert press(browser_at(app), text).status_code == 302


def unavailable(*_):
    raise StoreUnavailable


def database_away(*_):
    raise DatabaseUnavailable


LOSSES = [(Visitor, "session", unavailable), (UsedHandoffs, "may_be_used", database_away)]


@pytest.mark.parametrize("loss", [*LOSSES, (UsedHandoffs, "claim", database_away)])
def test_whatever_is_away_the_page_keeps_a_long_token_for_another_try(browser, monkeypatch, loss):
    text = token(jti="j" * 255, sub="s" * 120, target={"buy_course": 34, "coupon": "C" * 64})
    assert len(path_of(text)) > 1024
    form = {"csrf_token": csrf_token(browser.get(path_of(text))), "token": text}
    monkeypatch.setattr(*loss)
    answers = [browser.post("/handoff", form)]
    if loss in LOSSES:
        answers.append(browser.get(path_of(text)))
    for answer in answers:
        assert (answer.status_code, f'href="{path_of(text)}">Try again</a>' in answer.text) == (503, True)


WRONG = {
    "expired": {"exp": 1},
    "for-another-gateway": {"aud": "https://other.example"},
    "signed-by-another-key": {"key": "another-key-of-thirty-two-bytes-or-more"},
    "of-another-kind": {"header": {"typ": "JWT"}},
    "of-no-algorithm": {"header": {"alg": "none"}},
    "no-address": {"email": "kim"},
    "no-such-slug": {"target": {"course": "nosuch"}},
}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG)
def test_whatever_is_wrong_the_page_is_the_same_and_the_log_says_what(browser, changes, logged, asked):
    lines = logged()
    text = minted(claims_now(**changes)) if "aud" in changes else token(**changes)
    answer = browser.get(path_of(text))
    assert (answer.status_code, heading(answer)) == (403, "This link does not work any more")
    assert BACK in answer.text
    (line,) = [line for line in lines() if line["event"] == "problem"]
    assert (line["problem"], line["path"]) == ("handoff-refused", "/handoff")
    assert line["note"].startswith("hand-off token: ")
    assert not [word for word in (line["note"].removeprefix("hand-off token: "), text) if word in answer.text]
    assert not SECRET.search(str(line))
    assert asked() == []


@pytest.mark.parametrize("query", ["", "?token=", "?token=a&token=b", "?token=%F0%9F%A6%89", "?token=" + "x" * 5000])
def test_what_is_no_token_meets_the_same_page(browser, query):
    answer = browser.get(f"/handoff{query}")
    assert (answer.status_code, heading(answer)) == (403, "This link does not work any more")
    machine = browser.client.get(f"/handoff{query}", headers=MACHINE)
    assert (machine.status_code, machine.json["type"].rpartition(":")[2]) == (403, "handoff-refused")


def test_keys_that_cannot_be_had_keep_the_token_for_another_try(gateway, browser_at, logged):
    with raw_server() as shop:
        keys = f'handoff = {{ algorithm = "ES256", jwks_url = "{shop.url}/keys" }}'
        browser = browser_at(gateway(file=FILE.replace('name = "shop"\n', f'name = "shop"\n{keys}\n')))
        key, lines = new_key("ES256"), logged()
        text = minted(
            claims_now(aud=HERE, jti="j" * 255, target={"buy_course": 34, "coupon": "C" * 64}, sub="s" * 120),
            key=key,
            alg="ES256",
        )
        assert len(path_of(text)) > 1024
        shop.answer("/keys", b'{"keys": 7}')
        answer = browser.get(path_of(text))
        assert (answer.status_code, heading(answer)) == (503, "The link cannot be checked now")
        assert f'href="{path_of(text)}">Try again</a>' in answer.text
        pressed = browser.post("/handoff", {"token": text, "csrf_token": "x"})
        assert (pressed.status_code, f'href="{path_of(text)}">Try again</a>' in pressed.text) == (503, True)
        (line, *_) = [line for line in lines() if line["event"] == "problem"]
        assert (line["level"], line["problem"]) == ("error", "handoff-keys-unavailable")
        assert line["note"] == f"storefront shop: keys at {shop.url}/keys: the key set holds no list of keys"
        shop.answer("/keys", json.dumps({"keys": [public(key)]}).encode())
        assert browser.get(path_of(text)).status_code == 200


def test_a_storefront_without_keys_hands_nobody_over(browser):
    assert browser.get(path_of(token(iss="other"))).status_code == 403


def test_a_course_that_the_shop_does_not_sell_is_not_given_by_a_token(browser):
    answer = press(browser, token(target={"course": 34}))
    assert (answer.status_code, "You are not enrolled in this course" in answer.text) == (403, True)


def test_the_log_and_the_database_hold_no_token(app, browser, logged, tmp_path):
    lines, text = logged(), token()
    press(browser, text)
    browser.client.delete_cookie("talentlms_gateway_form")
    browser.get(path_of(text))
    assert [line["problem"] for line in lines() if line["event"] == "problem"] == ["handoff-used"]
    assert not [line for line in lines() if SECRET.search(str(line))]
    assert not [file for file in tmp_path.rglob("*.db*") if text.rpartition(".")[2].encode() in file.read_bytes()]
