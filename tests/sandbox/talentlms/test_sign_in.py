"""Signing in and out: the calls, the one-time links and what a browser meets behind them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.patience import PATIENT_SECONDS
from tests.sandbox.talentlms.api_client import BACK, Api, encoded

WRONG = "Your login or password is incorrect. Please try again, making sure that CAPS LOCK key is off"
INVALID = (400, "Invalid arguments provided")


@pytest.fixture
def browser():
    with requests.Session() as session:
        yield session


def login_key(api, user_id=4):
    return api.ask("users/id", id=user_id)["login_key"]


def test_a_login_key_is_the_same_until_it_is_used(api, browser):
    first = login_key(api)
    assert login_key(api) == first
    browser.get(first)
    assert login_key(api) != first


def test_a_login_key_signs_in_and_shows_the_dashboard(api, browser):
    page = browser.get(login_key(api))
    assert page.status_code == 200
    assert '<h1 id="where">Welcome, Robin</h1>' in page.text
    assert "Intro to the academy" in page.text
    assert api.ask("isuseronline", user_id=4) == {"online": True}


def test_the_session_of_a_browser_is_a_cookie(api, browser):
    browser.get(login_key(api))
    assert [cookie.name for cookie in browser.cookies] == ["PHPSESSID"]


def test_a_used_login_key_is_told_so(api, browser):
    link = login_key(api)
    browser.get(link)
    again = requests.get(link, timeout=PATIENT_SECONDS)
    assert again.status_code == 410
    assert "This link has already been used" in again.text


def test_of_many_who_use_a_login_key_at_once_one_gets_in(api, box):
    link = login_key(api)
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda _: requests.get(link, timeout=PATIENT_SECONDS).status_code, range(8)))
    assert sorted(answers) == [200] + [410] * 7
    assert len(box.control.state()["sessions"]) == 1


def test_an_unknown_key_is_not_valid(box):
    page = requests.get(f"{box.url}/index/autologin/key:nonsense", timeout=PATIENT_SECONDS)
    assert (page.status_code, "This link is not valid" in page.text) == (404, True)


def test_a_login_key_of_an_inactive_user_signs_nobody_in(api, browser):
    page = browser.get(login_key(api, 6))
    assert page.status_code == 403
    assert "Your account is inactive" in page.text
    assert api.ask("isuseronline", user_id=6) == {"online": False}


def test_userlogin_answers_a_link_of_its_own_each_time(api, browser):
    links = [api.ask("userlogin", login="robin", password="Sandbox-1")["login_key"] for _ in range(2)]
    assert len({*links, login_key(api)}) == 3
    assert all(requests.get(link, timeout=PATIENT_SECONDS).ok for link in links)


@pytest.mark.parametrize(("login", "password"), [("robin", "wrong"), ("nobody", "Sandbox-1"), ("gone", "Sandbox-1")])
def test_wrong_password_and_unknown_login_sound_the_same(api, login, password):
    assert api.refusal("userlogin", login=login, password=password) == (400, WRONG)


def test_an_inactive_user_cannot_log_in(api):
    status, message = api.refusal("userlogin", login="felix", password="Sandbox-1")
    assert status == 400
    assert message.startswith("Your account is inactive. Please activate the account using the instructions")


def test_logout_redirect_of_userlogin_is_where_log_out_leads(api, box, browser):
    link = api.ask("userlogin", login="robin", password="Sandbox-1", logout_redirect=encoded(BACK))["login_key"]
    browser.get(link)
    left = browser.post(f"{box.url}/index/signout", allow_redirects=False)
    assert (left.status_code, left.headers["Location"]) == (302, BACK)
    assert api.ask("isuseronline", user_id=4) == {"online": False}


def test_logout_redirect_of_userlogin_is_raw_where_the_quirk_says_so(api, box):
    person = {"login": "robin", "password": "Sandbox-1"}
    assert api.refusal("userlogin", **person, logout_redirect=BACK) == INVALID
    box.control.quirk(userlogin_redirect="raw")
    assert api.ask("userlogin", **person, logout_redirect=BACK)
    assert api.refusal("userlogin", **person, logout_redirect=encoded(BACK)) == INVALID


def test_log_out_without_a_redirect_says_that_it_happened(api, box, browser):
    browser.get(login_key(api))
    assert "You are signed out" in browser.post(f"{box.url}/index/signout").text
    assert browser.get(f"{box.url}/dashboard").status_code == 401


def test_userlogout_leads_through_talentlms_to_next(api, box, browser):
    browser.get(login_key(api))
    link = api.ask("userlogout", user_id=4, next=f"{BACK}?state=a,b:c")["redirect_url"]
    assert link.startswith(f"{box.url}/index/logout/token:")
    assert link.endswith(",next:" + encoded(f"{BACK}?state=a,b:c"))
    left = browser.get(link, allow_redirects=False)
    assert (left.status_code, left.headers["Location"]) == (302, f"{BACK}?state=a,b:c")
    assert api.ask("isuseronline", user_id=4) == {"online": False}


def test_the_link_of_userlogout_can_carry_next_raw(api, box, browser):
    box.control.quirk(logout_next="raw")
    browser.get(login_key(api))
    link = api.ask("userlogout", user_id=4, next=f"{BACK}?state=1")["redirect_url"]
    assert link.endswith(f",next:{BACK}?state=1")
    assert browser.get(link, allow_redirects=False).headers["Location"] == f"{BACK}?state=1"


def test_userlogout_without_next_ends_on_a_page(api, browser):
    browser.get(login_key(api))
    link = api.ask("userlogout", user_id=4)["redirect_url"]
    assert link.endswith(",next:")
    assert "You are signed out" in browser.get(link).text
    assert browser.get(link).status_code == 410


def test_userlogout_refuses_someone_who_is_not_online(api, box):
    assert api.refusal("userlogout", user_id=4)[0] == 400
    box.control.quirk(logout_needs_online=False)
    assert api.ask("userlogout", user_id=4)


def test_a_forgotten_username_is_mailed(api, box):
    domain = encoded("https://learn.example.com")
    assert api.ask("forgotusername", email="robin@example.com", domain_url=domain) == {"user_id": "4"}
    [mail] = box.control.state()["mails"]
    assert mail["to"] == "robin@example.com"
    assert "https://learn.example.com is robin" in mail["text"]


def test_a_forgotten_password_can_be_chosen_anew(api, box, browser):
    api.ask("forgotpassword", username="robin", redirect_url=encoded(BACK))
    link = box.control.state()["mails"][0]["text"].rpartition(" ")[2]
    assert 'id="password"' in browser.get(link).text
    assert browser.post(link, data={"password": "weak"}).status_code == 400
    left = browser.post(link, data={"password": "Another-1"}, allow_redirects=False)
    assert left.headers["Location"] == BACK
    assert browser.get(link).status_code == 410
    assert api.ask("userlogin", login="robin", password="Another-1")


@pytest.mark.parametrize("value", ["nonsense!", "aHR0", encoded("ftp://x"), "aHR0cDovL3g"])
def test_addresses_must_be_base64_of_a_web_address(api, value):
    assert api.refusal("forgotpassword", username="robin", redirect_url=value) == INVALID


def test_links_begin_with_the_public_url_and_can_be_moved(api, box):
    assert login_key(api).startswith(f"{box.url}/index/autologin/key:")
    box.control.quirk(link_host="learn.example.com")
    assert login_key(api).startswith("http://learn.example.com/index/autologin/key:")
    assert Api(box.url).ask("userlogin", login="robin", password="Sandbox-1")["login_key"].startswith("http://learn")
