"""``/redeem/<code>``: the page that uses nothing up, and the button that does; the buyer's list on *My training*."""

import re
import threading

import pytest
import requests

from gateway.config import load
from gateway.errors import DatabaseUnavailable
from gateway.flows.failed_codes import REDEEM_CODES_PER_ADDRESS
from gateway.services import Services
from gateway.worker.order_worker import worker_of
from schemas.order import Customer, LineItem, Order, OrderEvent, Refund
from tests.conftest import API_KEY
from tests.databases import new_database
from tests.gateway.web.browser import HERE, LINK_HEADERS, MACHINE, csrf_token
from tests.gateway.web.storefront import FILE, KIM, Storefront
from tests.patience import PATIENT_SECONDS

SIGN_IN = "/login/default"
ACCOUNT_PAGE = '<a class="button plain" href="https://shop.example/account">Go to Corner Shop</a>'
BUYER = Customer(KIM["email"], KIM["customer_id"], "Kim", "Lee")


class BackOffice:
    """What stands behind the gateway's pages: its database, and a worker that looks when it is told to."""

    def __init__(self, url, portal, folder):
        variables = {
            "GATEWAY_PUBLIC_URL": HERE,
            "GATEWAY_SECRET_KEYS": "key-of-the-tests-" * 3,
            "GATEWAY_DATABASE_URL": url,
            "GATEWAY_CONFIG": str(folder / "gateway.toml"),
            "GATEWAY_PASSWORD_SIGN_IN": "on",
            "TALENTLMS_URL": portal.url,
            "TALENTLMS_API_KEY": API_KEY,
        }
        self.services = Services(load(variables))
        self.version = 0

    def sells(self, quantity=3, sku="SKU-INTRO", order="1001", number=""):
        self.version += 1
        told = Order(order, self.version, "paid", BUYER, (LineItem("l1", sku, quantity, quantity),), number)
        self.services.orders.receive("shop", OrderEvent(f"{order}-{self.version}", "order.paid", order=told))
        worker_of(self.services).work_off()
        return [f"/redeem/{code}" for _, code in self.services.redeem_codes.shown("shop", order)]

    def refunds(self, order="1001"):
        refund = Refund(f"refund-{order}", order, None)
        self.services.orders.receive("shop", OrderEvent(f"refund-{order}", "order.refunded", refund=refund))
        worker_of(self.services).work_off()

    def used(self, order="1001"):
        return [seat.is_redeemed for seat in self.services.redeem_codes.of_order("shop", order)]


@pytest.fixture
def url(tmp_path):
    return new_database(tmp_path)


@pytest.fixture
def app(gateway, url):
    return gateway(file=FILE, GATEWAY_DATABASE_URL=url)


@pytest.fixture
def office(app, url, portal, tmp_path):
    return BackOffice(url, portal, tmp_path)


@pytest.fixture
def browser(app, browser_at):
    return browser_at(app)


@pytest.fixture
def press(browser):
    """Press the button of a code's page; returns the answer."""

    def pressed(path, window=browser):
        page = window.get(path)
        assert page.status_code == 200, page.text
        return window.post(path, {"csrf_token": csrf_token(page)})

    return pressed


@pytest.fixture
def buyer(app, browser_at):
    """A browser in which the buyer has come by a launch."""
    window, path = browser_at(app), Storefront(app).launch({"dashboard": True})
    assert window.post(path, {"csrf_token": csrf_token(window.get(path))}).status_code == 302
    return window


def heading(answer):
    return re.search(r"<h1>(.*?)</h1>", answer.text)[1]


def courses_of(portal, email):
    state = portal.control.state()
    ids = [user["id"] for user in state["users"] if user["email"] == email]
    return [one["course_id"] for one in state["enrolments"] if one["user_id"] in ids]


def test_the_page_says_what_the_code_opens_and_leads_to_the_sign_in_and_the_shop(office, browser):
    path = office.sells()[0]
    page = browser.get(path)
    assert (page.status_code, heading(page)) == (200, "A seat for you")
    assert "bought at Corner Shop" in page.text
    assert "Intro to the academy" in page.text
    assert f'<a class="button" href="/login?next={path}">Sign in</a>' in page.text
    assert ACCOUNT_PAGE in page.text
    assert "<form" not in page.text
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert page.headers["Cache-Control"] == "no-store"
    assert office.used() == [False] * 3


def test_who_signs_in_comes_back_and_the_button_leads_into_the_course(office, browser, press, portal):
    path = office.sells()[0]
    assert browser.sign_in(path=f"{SIGN_IN}?next={path}").headers["Location"] == path
    page = browser.get(path)
    assert "The seat will be for <bdi>Kim Lee</bdi>" in page.text
    assert office.used() == [False] * 3
    answer = press(path)
    assert answer.status_code == 302, answer.text
    assert LINK_HEADERS.items() <= dict(answer.headers).items()
    assert "Intro to the academy" in requests.get(answer.headers["Location"], timeout=PATIENT_SECONDS).text
    assert office.used() == [True, False, False]
    again = browser.get(path)
    assert "This seat is yours." in again.text
    assert press(path).status_code == 302
    assert browser.get("/go/course/12").status_code == 302


def test_another_person_meets_a_code_that_has_been_used(office, browser, browser_at, app, press):
    path = office.sells()[0]
    browser.sign_in(path=SIGN_IN)
    press(path)
    other = browser_at(app)
    nobody = other.get(path)
    assert (nobody.status_code, heading(nobody)) == (410, "This code has been used")
    assert f'<a class="button" href="/login?next={path}">Sign in</a>' in nobody.text
    other.sign_in("robin", SIGN_IN)
    refused = other.get(path)
    assert (refused.status_code, "Sign in</a>" in refused.text) == (410, False)
    machine = other.client.get(path, headers=MACHINE)
    assert (machine.status_code, machine.json["type"].rpartition(":")[2]) == (410, "redeem-code-used")


def test_a_code_that_was_refunded_says_so(office, browser, press, portal):
    used, unused, _ = office.sells()
    browser.sign_in(path=SIGN_IN)
    press(used)
    office.refunds()
    for path in (used, unused):
        page = browser.get(path)
        assert (page.status_code, heading(page)) == (403, "This seat was given back")


def test_what_scans_mails_and_loads_in_advance_uses_nothing_up(office, browser, asked):
    path = office.sells()[0]
    browser.sign_in(path=SIGN_IN)
    token = csrf_token(browser.get(path))
    asked()
    assert browser.head(path).status_code == 204
    for purpose in ("prefetch", "prefetch;prerender"):
        assert browser.get(path, Sec_Purpose=purpose).status_code == 503
        assert browser.post(path, {"csrf_token": token}, Sec_Purpose=purpose).status_code == 503
    assert browser.get(path, Sec_Fetch_Mode="cors").status_code == 401
    assert asked() == []
    assert office.used() == [False] * 3


def test_a_form_of_another_site_or_session_uses_nothing_up(office, browser, browser_at, app, press):
    path = office.sells()[0]
    away = browser.post(path, {})
    assert (away.status_code, away.headers["Location"]) == (302, path)
    browser.sign_in(path=SIGN_IN)
    token = csrf_token(browser.get(path))
    refused = browser.post(path, {"csrf_token": "x"})
    assert (refused.status_code, f'<a class="button" href="{path}">' in refused.text) == (403, True)
    assert browser.post(path, {"csrf_token": token}, Sec_Fetch_Site="cross-site").status_code == 403
    assert browser.post(path, {"csrf_token": token}, Origin="https://evil.example").status_code == 403
    other = browser_at(app)
    other.sign_in("robin", SIGN_IN)
    assert other.post(path, {"csrf_token": token}).status_code == 403
    assert office.used() == [False] * 3
    assert press(path).status_code == 302


def test_unknown_and_malformed_codes_have_one_and_the_same_page(office, browser):
    office.sells()
    pages = [browser.get(f"/redeem/{code}") for code in ("ABCDEFGHJKMNPQRS", "x", "%00", "%FF%FE", "A" * 900, "é")]
    texts = {re.sub(r"<code>.*?</code>", "", page.text) for page in pages}
    assert ({page.status_code for page in pages}, len(texts)) == ({404}, 1)
    assert heading(pages[0]) == "This code is not valid"


def test_a_code_may_be_typed_with_dashes_and_small_letters(office, browser):
    code = office.sells()[0].rpartition("/")[2]
    typed = "-".join(re.findall("....", code.lower()))
    assert browser.get(f"/redeem/{typed}").status_code == 200
    spaced = browser.get("/redeem/" + typed.replace("-", "%20"))
    assert spaced.status_code == 200
    assert f'/login?next=/redeem/{code.lower()}"' in spaced.text


def test_guesses_are_limited(office, browser):
    path = office.sells()[0]
    for number in range(REDEEM_CODES_PER_ADDRESS):
        assert browser.get(f"/redeem/{number}").status_code == 404
    limited = browser.get(path)
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "600")


def test_guesses_are_not_limited_where_limits_are_off(gateway, url, browser_at):
    browser = browser_at(gateway(file=FILE, GATEWAY_DATABASE_URL=url, GATEWAY_RATE_LIMITS="off"))
    answers = {browser.get(f"/redeem/{number}").status_code for number in range(REDEEM_CODES_PER_ADDRESS + 1)}
    assert answers == {404}


def test_no_code_is_ever_logged(office, browser, press, logged):
    lines = logged()
    used, refunded, _ = office.sells()
    typed = "ABCD EFGH JKMN PQRS"
    browser.sign_in(path=f"{SIGN_IN}?next={used}")
    press(used)
    browser.post(used, {})
    office.refunds()
    for path in (used, refunded, f"/redeem/{typed}"):
        assert browser.get(path).status_code in (403, 404)
    written = repr(lines())
    assert written.count("/redeem/[redacted]") >= 3
    for secret in (used, refunded, *typed.split()):
        assert secret.rpartition("/")[2] not in written


def test_talentlms_away_the_seat_stays_and_the_button_may_be_pressed_again(office, browser, press, portal):
    path = office.sells()[0]
    browser.sign_in(path=SIGN_IN)
    portal.control.fault("addusertocourse", kind="status", status=500, times=1)
    away = press(path)
    assert (away.status_code, f'<a class="button" href="{path}">Try again</a>' in away.text) == (503, True)
    assert office.used() == [True, False, False]
    assert press(path).status_code == 302


def test_two_who_press_at_once(office, browser, browser_at, app):
    path, other = office.sells()[0], browser_at(app)
    browser.sign_in(path=SIGN_IN)
    other.sign_in("robin", SIGN_IN)
    windows = [(window, csrf_token(window.get(path))) for window in (browser, other)]
    answers = []
    threads = [
        threading.Thread(target=lambda w=window, t=token: answers.append(w.post(path, {"csrf_token": t}).status_code))
        for window, token in windows
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [302, 410]
    assert office.used() == [True, False, False]


# --- the buyer's list ------------------------------------------------------------------------------------------


def test_the_buyer_sees_their_codes_and_which_are_used(office, buyer, browser, press):
    paths = office.sells(number="#1001")
    browser.sign_in(path=SIGN_IN)
    press(paths[1])
    page = buyer.get("/")
    assert "Seats to give away" in page.text
    assert "Order #1001" in page.text
    assert "Used: 1 of 3" in page.text
    links = re.findall(rf"<code>{HERE}(/redeem/[^<]*)</code>", page.text)
    assert [link.replace("-", "") for link in links] == [paths[0], paths[2]]
    assert browser.get(links[0]).status_code == 200
    assert paths[1].rpartition("/")[2] not in page.text.replace("-", "")


def test_the_buyer_may_take_a_seat_by_the_launch_alone(office, buyer, press, portal):
    path = office.sells()[2]
    assert press(path, buyer).status_code == 302
    assert courses_of(portal, KIM["email"]) == [12]


def test_nobody_else_sees_a_list(office, browser, buyer, app, browser_at):
    assert "Seats to give away" not in buyer.get("/").text
    office.sells()
    browser.sign_in(path=SIGN_IN)
    assert "Seats to give away" not in browser.get("/").text
    window, path = browser_at(app), Storefront(app).launch({"dashboard": True}, customer_id="c-78")
    window.post(path, {"csrf_token": csrf_token(window.get(path))})
    assert "Seats to give away" not in window.get("/").text


def test_the_list_is_one_question_to_the_database_and_an_employees_page_none(office, buyer, browser, app, monkeypatch):
    office.sells()
    browser.sign_in(path=SIGN_IN)
    for window in (buyer, browser):
        window.get("/")
    asked = []
    reading = type(office.services.database).reading

    def counted(database):
        asked.append(database)
        return reading(database)

    monkeypatch.setattr(type(office.services.database), "reading", counted)
    assert "Seats to give away" in buyer.get("/").text
    assert len(asked) == 1
    browser.get("/")
    assert len(asked) == 1


def test_my_training_is_there_though_the_database_cannot_say_which_seats_there_are(office, buyer, browser, monkeypatch):
    office.sells()
    browser.sign_in(path=SIGN_IN)
    for window in (buyer, browser):
        window.get("/")

    def away(_):
        raise DatabaseUnavailable("away")

    monkeypatch.setattr(type(office.services.database), "reading", away)
    page = buyer.get("/")
    assert (page.status_code, "cannot be shown at the moment" in page.text) == (200, True)
    assert "cannot be shown" not in browser.get("/").text
    assert browser.get("/redeem/ABCDEFGHJKMNPQRS").status_code == 503
