"""``/l/<id>``: the page that uses nothing up, and the button that does, once."""

import re
import threading
import time

import pytest
import requests

from gateway.store import launches as store_launches
from gateway.store.connection import connect
from tests.conftest import API_KEY
from tests.gateway.web.browser import LINK_HEADERS, MACHINE, csrf_token
from tests.gateway.web.storefront import FILE, OTHER_KEY, Storefront
from tests.patience import PATIENT_SECONDS, wait_until

BACK = '<a class="button" href="https://shop.example/account">Back to Corner Shop</a>'


@pytest.fixture
def app(gateway):
    return gateway(file=FILE)


@pytest.fixture
def shop(app):
    return Storefront(app)


@pytest.fixture
def browser(app, browser_at):
    return browser_at(app)


@pytest.fixture
def press(browser):
    """Press the button of a launch's page; returns the answer."""

    def pressed(path, window=browser, **headers):
        page = window.get(path)
        assert page.status_code == 200, page.text
        return window.post(path, {"csrf_token": csrf_token(page)}, **headers)

    return pressed


def heading(answer):
    return re.search(r"<h1>(.*?)</h1>", answer.text)[1]


def arrives(answer):
    """Return the page to which an answer leads."""
    assert answer.status_code == 302, answer.text
    return requests.get(answer.headers["Location"], timeout=PATIENT_SECONDS)


def test_the_page_says_whom_it_is_for_and_where_it_leads_and_uses_nothing_up(shop, browser, asked):
    path = shop.launch()
    for _ in range(3):
        page = browser.get(path)
        assert (page.status_code, heading(page)) == (200, "Hello, Kim")
        assert "Corner Shop brings you to your course." in page.text
        assert "<strong>Intro to the academy</strong>" in page.text
        assert "Price" not in page.text
        assert '<button class="button">Start the course</button>' in page.text
        assert "kim@example.com" not in page.text
    assert asked() == ["courses/id"]
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert page.headers["Cache-Control"] == "no-store"
    assert "session" not in "".join(browser.cookies())


def test_the_button_signs_in_and_leads_into_the_course_that_the_shop_sells(shop, browser, press, asked, portal):
    answer = press(shop.launch())
    assert LINK_HEADERS.items() <= dict(answer.headers).items()
    assert asked()[-4:] == ["users/id", "gotocourse", "addusertocourse", "gotocourse"]
    assert "Intro to the academy" in arrives(answer).text
    (user,) = [user for user in portal.control.state()["users"] if user["email"] == "kim@example.com"]
    assert (user["first_name"], user["last_name"]) == ("Kim", "Lee")
    assert "Kim Lee" in browser.get("/").text
    assert browser.get("/go/course/12").status_code == 302


@pytest.mark.parametrize(
    ("target", "button", "words", "arrival"),
    [
        ({"dashboard": True}, "Go to my training", ["brings you to your training"], "Dashboard"),
        ({"buy_course": 34}, "Go to payment", ["Data protection", "Price: $49.00"], "$49.00"),
        (
            {"buy_course": "gdpr-2026", "coupon": "WELCOME10"},
            "Go to payment",
            ["Data protection", "Price: $49.00", "Coupon: WELCOME10"],
            "$44.10",
        ),
        ({"buy_category": "compliance"}, "Go to payment", ["Compliance", "Price: $99.00"], "$99.00"),
    ],
)
def test_every_target_has_its_page_and_its_arrival(shop, browser, press, target, button, words, arrival):
    path = shop.launch(target)
    page = browser.get(path)
    assert f'<button class="button">{button}</button>' in page.text
    assert [word for word in words if word not in page.text] == []
    assert arrival in arrives(press(path)).text


def test_a_guest_without_a_name_is_greeted_and_a_hostile_name_is_only_shown(shop, browser):
    assert heading(browser.get(shop.launch(first_name="", customer_id="g"))) == "Hello"
    assert "You go on as k…@example.com. If that is not your address" in re.sub(
        r"</?bdi>", "", browser.get(shop.launch(first_name="", customer_id="g")).text
    )
    page = browser.get(shop.launch(first_name="<b>Kim</b>", customer_id="h"))
    assert heading(page) == "Hello, &lt;b&gt;Kim&lt;/b&gt;"


def test_the_page_is_shown_though_talentlms_cannot_say_what_the_course_is_called(shop, browser, portal):
    portal.control.fault("courses/id", kind="status", status=500, times=99)
    page = browser.get(shop.launch())
    assert (page.status_code, "Intro to the academy" in page.text) == (200, False)
    assert "Start the course" in page.text


def test_what_scans_mails_and_loads_in_advance_uses_nothing_up(shop, browser, press, asked):
    path = shop.launch()
    assert browser.head(path).status_code == 204
    for purpose in ("prefetch", "prefetch;prerender"):
        assert browser.get(path, Sec_Purpose=purpose).status_code == 503
        assert browser.post(path, {}, Sec_Purpose=purpose).status_code == 503
    assert browser.get(path, Sec_Fetch_Mode="cors").status_code == 401
    assert asked() == []
    assert press(path).status_code == 302


def test_a_launch_is_used_once_and_by_the_same_browser_again_within_a_minute(
    shop, browser, press, browser_at, app, monkeypatch
):
    path, other = shop.launch(), browser_at(app)
    theirs = other.get(path)
    assert press(path).status_code == 302
    refused = other.post(path, {"csrf_token": csrf_token(theirs)})
    assert (refused.status_code, heading(refused), BACK in refused.text) == (410, "This link has been used", True)
    assert other.get(path).status_code == 410
    assert press(path).status_code == 302
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + store_launches.REPEAT_SECONDS)
    used = browser.get(path)
    assert (used.status_code, heading(used)) == (410, "This link has been used")


def test_a_repetition_does_not_prolong_the_minute(shop, press, browser, monkeypatch):
    path, now = shop.launch(), time.time
    assert press(path).status_code == 302
    monkeypatch.setattr(time, "time", lambda: now() + 40)
    assert press(path).status_code == 302
    monkeypatch.setattr(time, "time", lambda: now() + 61)
    assert browser.get(path).status_code == 410


def test_of_two_browsers_that_press_at_once_one_gets_in(shop, app, browser_at, portal):
    path = shop.launch()
    windows = [browser_at(app) for _ in range(4)]
    tokens = [csrf_token(window.get(path)) for window in windows]
    portal.control.fault("usersignup", kind="slow", seconds=0.5)
    answers = []
    threads = [
        threading.Thread(target=lambda w=window, t=token: answers.append(w.post(path, {"csrf_token": t}).status_code))
        for window, token in zip(windows, tokens, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENT_SECONDS)
    assert sorted(answers) == [302, 410, 410, 410]


def test_a_launch_that_is_over_says_how_to_get_a_new_one(shop, browser, press, monkeypatch):
    monkeypatch.setattr(store_launches, "LIFE_SECONDS", 2)
    path = shop.launch()
    form = {"csrf_token": csrf_token(browser.get(path))}
    wait_until(lambda: browser.get(path).status_code != 200)
    for answer in (browser.get(path), browser.post(path, form)):
        assert (answer.status_code, heading(answer)) == (410, "This link is no longer valid")
        assert "Go back to the shop and open your training there again" in answer.text
    machine = browser.client.get(path, headers=MACHINE)
    assert (machine.status_code, machine.json["type"].rpartition(":")[2]) == (410, "launch-expired")


def test_what_never_was_a_launch_looks_like_one_that_is_over(browser, asked):
    assert browser.get("/l/" + "A" * 32).status_code == 410
    for path in ("/l/x", "/l/" + "A" * 31, "/l/" + "A" * 33, "/l/" + "ä" * 32, "/l/" + "A" * 31 + "%0a"):
        assert browser.get(path).status_code == 404, path
    assert asked() == []


def test_where_there_is_but_one_shop_its_way_back_is_offered_though_nobody_knows_the_launch(gateway, browser_at):
    alone = browser_at(gateway(file=FILE.partition('[[storefronts]]\nname = "other"')[0]))
    assert BACK in alone.get("/l/" + "A" * 32).text


def test_a_button_of_another_site_or_browser_does_nothing(shop, browser, browser_at, app, asked):
    path = shop.launch()
    token = csrf_token(browser.get(path))
    asked()
    mallory = browser_at(app)
    theirs = csrf_token(mallory.get(path))
    attempts = [
        browser.post(path, {}),
        browser.post(path, {"csrf_token": theirs}),
        browser.post(path, {"csrf_token": token}, Origin="https://evil.example"),
        browser.post(path, {"csrf_token": token}, Sec_Fetch_Site="cross-site"),
        browser_at(app).post(path, {"csrf_token": token}),
    ]
    assert [answer.status_code for answer in attempts] == [403] * 5
    assert f'<a class="button" href="{path}">Try again</a>' in attempts[0].text
    assert "session" not in "".join(browser.cookies())
    assert asked() == []


def test_whoever_is_signed_in_is_told_that_this_ends(shop, browser, press):
    browser.sign_in(path="/login/default")
    path = shop.launch(email="lou@example.com", first_name="Lou", customer_id="c-78")
    page = browser.get(path)
    assert "Kim Lee is signed in on this device. If you go on, that ends." in page.text
    before = browser.cookies()
    assert press(path).status_code == 302
    assert browser.cookies() != before
    assert "Lou Lee" in browser.get("/").text
    assert "is signed in on this device" not in browser.get(path).text


def test_an_account_of_somebody_elses_is_not_opened_and_the_launch_is_not_used_up(shop, browser, press, portal):
    portal.control.add_user("kim@example.com", login="kim.old")
    path = shop.launch()
    for _ in range(2):
        answer = press(path)
        assert (answer.status_code, heading(answer)) == (403, "Your e-mail address is not confirmed")
        assert BACK in answer.text
    assert "session" not in "".join(browser.cookies())


def test_a_course_that_the_shop_does_not_sell_is_not_given_but_its_customer_is_signed_in(shop, browser, press, asked):
    answer = press(shop.launch({"course": 56}))
    assert (answer.status_code, heading(answer)) == (403, "You are not enrolled in this course")
    assert "addusertocourse" not in asked()
    assert "Kim Lee" in browser.get("/").text


def test_a_fault_of_talentlms_is_told_and_the_button_can_be_pressed_again(shop, browser, press, portal):
    path = shop.launch()
    for operation in ("users/id", "gotocourse"):
        portal.control.fault(operation, kind="status", status=500, times=9)
        answer = press(path)
        assert answer.status_code == 503, operation
        assert f'<a class="button" href="{path}">Try again</a>' in answer.text
        portal.control.clear_faults()
    assert press(path).status_code == 302


@pytest.mark.parametrize(
    ("target", "where"),
    [
        ({"buy_course": 34, "coupon": "WELCOM10"}, "/buy/course/34?coupon=WELCOM10"),
        ({"buy_course": 34, "coupon": "a&b=c #?"}, "/buy/course/34?coupon=a%26b%3Dc+%23%3F"),
        ({"buy_category": 3, "coupon": "WELCOM10"}, "/buy/category/3?coupon=WELCOM10"),
    ],
)
def test_a_coupon_that_is_refused_is_told_where_it_can_be_corrected(shop, browser, press, target, where):
    answer = press(shop.launch(target))
    assert (answer.status_code, answer.headers["Location"]) == (302, where)
    assert browser.get(where).status_code == 422


def test_what_one_has_already_is_told_at_its_address(shop, browser, press):
    press(shop.launch({"course": 12}))
    answer = press(shop.launch({"buy_course": 12}))
    assert answer.headers["Location"] == "/buy/course/12"
    assert browser.get("/buy/course/12").status_code == 409


def test_a_guest_comes_again_with_the_same_address_and_is_the_same_learner(shop, app, browser_at, press, portal):
    for course in (12, 12):
        path = shop.launch({"course": course}, email="guest@example.com", customer_id="g-1")
        assert press(path, browser_at(app)).status_code == 302
    assert len([user for user in portal.control.state()["users"] if user["email"] == "guest@example.com"]) == 1


@pytest.mark.parametrize("target", [{"dashboard": True}, {"course": 12}, {"buy_course": 34}])
def test_a_guest_who_is_refused_has_no_session_afterwards(shop, app, browser_at, press, portal, target):
    guest = {"email": "guest@example.com", "customer_id": None, "email_verified": False}
    assert press(shop.launch(target, **guest), browser_at(app)).status_code == 302
    (user,) = [user for user in portal.control.state()["users"] if user["email"] == "guest@example.com"]
    own = {"user_id": user["id"], "password": "Own-Password-1"}
    requests.post(f"{portal.url}/api/v1/edituser", own, auth=(API_KEY, ""), timeout=PATIENT_SECONDS).raise_for_status()
    for _ in range(2):
        window = browser_at(app)
        assert press(shop.launch(target, **guest), window).status_code == 403
        assert "session" not in "".join(window.cookies())
        assert window.get("/go").headers["Location"].startswith("/login")


def test_a_customer_signs_out_to_the_end(shop, browser, press, portal):
    press(shop.launch())
    page = browser.get("/logout")
    answer = browser.post("/logout", {"csrf_token": csrf_token(page)})
    assert answer.status_code == 200
    browser.get("/logout/continue")
    assert "may still be" not in browser.get("/signed-out").text
    assert browser.get("/go").status_code == 302
    assert browser.get("/go").headers["Location"].startswith("/login")


def test_the_link_and_the_id_of_a_launch_are_stored_nowhere(gateway, browser_at, press, redis_server):
    app = gateway(file=FILE, GATEWAY_REDIS_URL=redis_server.url.reveal())
    path = Storefront(app).launch(request_key="order-1001")
    link = press(path, browser_at(app)).headers["Location"]
    ask = connect(redis_server.url).ask
    texts = [key for key in ask("KEYS", "*") if ask("TYPE", key) == b"string"]
    everything = b"".join([*ask("KEYS", "*"), *ask("MGET", *texts)])
    assert b"kim@example.com" in everything
    assert link.rpartition("key:")[2].encode() not in everything
    assert path.rpartition("/")[2].encode() not in everything


def test_a_shop_that_is_no_more_in_the_settings_hands_nobody_over(gateway, browser_at, redis_server):
    url = redis_server.url.reveal()
    path = Storefront(gateway(file=FILE, GATEWAY_REDIS_URL=url), OTHER_KEY).launch({"dashboard": True})
    without = browser_at(gateway(file=FILE.partition('[[storefronts]]\nname = "other"')[0], GATEWAY_REDIS_URL=url))
    assert without.get(path).status_code == 410
