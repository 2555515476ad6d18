"""Out again, in all three places, and the forms that lead there."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from gateway.errors import StoreUnavailable
from gateway.store.budget import SharedBudget
from gateway.store.provider_documents import ProviderDocuments
from gateway.store.sessions import Sessions
from gateway.store.transactions import Departures
from tests.gateway.web.browser import HERE, LINK_HEADERS, csrf_token, leads_to, own_part
from tests.patience import PATIENT_SECONDS


def leaving(browser, **headers):
    return browser.post("/logout", {"csrf_token": csrf_token(browser.get("/logout"))}, **headers)


def test_somebody_online_is_signed_out_here_there_and_at_the_provider(kim, portal, provider):
    requests.get(kim.get("/go").headers["Location"], timeout=PATIENT_SECONDS)
    assert portal.control.state()["online"] != []
    here = leaving(kim)
    assert "talentlms_gateway_session" not in kim.cookies()
    there = requests.get(leads_to(here), allow_redirects=False, timeout=PATIENT_SECONDS)
    assert portal.control.state()["online"] == []
    assert there.headers["Location"] == f"{HERE}/logout/continue"
    on = kim.get(own_part(there.headers["Location"]))
    asked = parse_qs(urlsplit(on.headers["Location"]).query)
    assert asked["post_logout_redirect_uri"] == [f"{HERE}/signed-out"]
    assert asked["id_token_hint"][0].count(".") == 2
    ended = requests.get(on.headers["Location"], allow_redirects=False, timeout=PATIENT_SECONDS)
    assert urlsplit(ended.headers["Location"])._replace(query="").geturl() == f"{HERE}/signed-out"
    assert "You are signed out" in kim.get("/signed-out").text
    assert kim.cookies() == {}


def test_the_id_token_never_travels_through_talentlms(kim, portal):
    requests.get(kim.get("/go").headers["Location"], timeout=PATIENT_SECONDS)
    here = leaving(kim)
    assert "eyJ" not in f"{here.headers}{here.text}"
    assert "eyJ" not in str([call.arguments for call in portal.control.calls()])


def test_the_page_that_leads_on_is_kept_nowhere_and_its_link_is_written_down_nowhere(gateway, browser_at, logged):
    kim = browser_at(gateway())
    written = logged()
    kim.sign_in()
    requests.get(kim.get("/go").headers["Location"], timeout=PATIENT_SECONDS)
    answer = leaving(kim)
    link = leads_to(answer)
    assert LINK_HEADERS.items() <= dict(answer.headers).items()
    assert "form-action 'none'" in answer.headers["Content-Security-Policy"]
    assert "/index/logout/token:" in link
    assert urlsplit(link).path.rpartition(":")[2] not in str(written())


def test_a_sign_out_is_continued_once(kim, provider):
    leaving(kim)
    departure = kim.cookies()["talentlms_gateway_departure"]
    assert kim.get("/logout/continue").headers["Location"].startswith(f"{provider.issuer}/end-session")
    kim.client.set_cookie("talentlms_gateway_departure", departure)
    assert kim.get("/logout/continue").headers["Location"] == "/signed-out"


def test_somebody_else_cannot_continue_a_sign_out(gateway, browser_at):
    app = gateway()
    kim, other = browser_at(app), browser_at(app)
    kim.sign_in()
    leaving(kim)
    assert other.get("/logout/continue").headers["Location"] == "/signed-out"


@pytest.mark.statement(54)
def test_an_old_cookie_opens_nothing_after_the_sign_out(kim):
    old = kim.cookies()["talentlms_gateway_session"]
    leaving(kim)
    kim.client.set_cookie("talentlms_gateway_session", old)
    assert kim.get("/go").headers["Location"] == "/login?next=/go"


@pytest.mark.parametrize("fault", [{"kind": "status", "status": 500}, {"kind": "html"}, {"kind": "foreign_link"}])
def test_a_talentlms_at_fault_keeps_nobody_signed_in(kim, portal, fault):
    requests.get(kim.get("/go").headers["Location"], timeout=PATIENT_SECONDS)
    portal.control.fault("userlogout", times=2, **fault)
    assert leads_to(leaving(kim)) == "/logout/continue"
    assert "talentlms_gateway_session" not in kim.cookies()


def test_whoever_talentlms_could_not_sign_out_is_told_so_at_the_end_of_the_way_once(kim, portal, provider):
    requests.get(kim.get("/go").headers["Location"], timeout=PATIENT_SECONDS)
    portal.control.fault("userlogout", kind="status", status=500, times=2)
    on = kim.get(leads_to(leaving(kim)))
    ended = requests.get(on.headers["Location"], allow_redirects=False, timeout=PATIENT_SECONDS)
    told = kim.get(own_part(ended.headers["Location"]))
    assert "You are signed out here" in told.text
    assert f'href="{portal.url}"' in told.text
    assert kim.cookies() == {}
    assert "You are signed out here" not in kim.get("/signed-out").text


def test_a_later_sign_out_that_reaches_talentlms_takes_the_word_back(kim, portal):
    requests.get(kim.get("/go").headers["Location"], timeout=PATIENT_SECONDS)
    portal.control.fault("userlogout", kind="status", status=500, times=2)
    leaving(kim)
    portal.control.clear_faults()
    kim.sign_in()
    assert "You are still signed in" in kim.get("/signed-out").text
    leaving(kim)
    assert "You are signed out here" not in kim.get("/signed-out").text


def away(*_):
    raise StoreUnavailable


def test_a_store_that_fails_after_the_session_has_ended_breaks_off_nothing(kim, portal, provider, monkeypatch):
    requests.get(kim.get("/go").headers["Location"], timeout=PATIENT_SECONDS)
    end = Sessions.end

    def end_and_lose_the_store(sessions, session):
        end(sessions, session)
        monkeypatch.setattr(SharedBudget, "admit", lambda *_: away())

    monkeypatch.setattr(Sessions, "end", end_and_lose_the_store)
    assert leads_to(leaving(kim)) == "/logout/continue"
    assert kim.get("/logout/continue").headers["Location"].startswith(f"{provider.issuer}/end-session")
    assert "You are signed out here" in kim.get("/signed-out").text


TAKE = Departures.take
LOSSES = {
    "before the record is taken": (Departures, "take", away),
    "with the answer": (Departures, "take", lambda *asked: away(TAKE(*asked))),
    "right afterwards": (ProviderDocuments, "find", away),
}


@pytest.mark.statement(54)
@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_whoever_the_store_keeps_from_the_provider_is_told_that_they_may_be_signed_in_there(
    kim, monkeypatch, logged, loss
):
    leaving(kim)
    written = logged()
    with monkeypatch.context() as lost:
        lost.setattr(*loss)
        assert kim.get("/logout/continue").headers["Location"] == "/signed-out"
    for _ in range(2):
        assert "sign-in service could not be told, so you stay signed in there" in kim.get("/signed-out").text
    assert kim.get("/logout/continue").headers["Location"] == "/signed-out", "there is no way on any more"
    assert "so you stay signed in there" in kim.get("/signed-out").text
    (line,) = [line for line in written() if line["event"] == "sign_out.provider_skipped"]
    assert (line["provider"], line["why"]) == ("default", "store-unavailable")
    assert parse_qs(urlsplit(kim.get("/login").headers["Location"]).query)["prompt"] == ["login"]


@pytest.mark.parametrize("made_up", ["secret", "nobody.secret", ".secret", "default; Path=/.secret"])
def test_only_a_provider_of_ours_is_remembered_as_left_open(browser, monkeypatch, made_up):
    browser.client.set_cookie("talentlms_gateway_departure", made_up)
    monkeypatch.setattr(Departures, "take", away)
    answer = browser.get("/logout/continue")
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (503, False)


def test_whoever_has_spent_their_calls_is_signed_out_here_all_the_same_and_told_what_is_left(
    gateway, browser_at, portal, asked
):
    kim = browser_at(gateway(TALENTLMS_CALLS_PER_PERSON="1,0.001,5%"))
    kim.sign_in()
    requests.get(kim.get("/go").headers["Location"], timeout=PATIENT_SECONDS)
    assert "You have opened many pages" in kim.get("/go").text
    asked()
    assert leads_to(leaving(kim)) == "/logout/continue"
    assert asked() == []
    assert kim.get("/go").headers["Location"].startswith("/login")
    assert "You are signed out here" in kim.get("/signed-out").text


def test_a_sign_out_is_counted_as_one_of_the_persons_calls(gateway, browser_at, asked):
    kim = browser_at(gateway(TALENTLMS_CALLS_PER_PERSON="9,0.001,5%"))
    kim.sign_in()
    kim.get("/go")
    spent = len(asked())
    for _ in range(9 - spent):
        leaving(kim)
        kim.sign_in()
    assert asked() == ["userlogout"] * (9 - spent)

    assert "You have opened many pages" in kim.get("/go").text


def test_looking_at_the_question_signs_nobody_out(kim):
    assert "You are signed in as" in kim.get("/logout").text
    assert kim.get("/go").headers["Location"].startswith("http")


def test_whoever_is_not_signed_in_is_told_so(browser):
    assert "Nobody is signed in" in browser.get("/logout").text
    assert browser.post("/logout", {}).headers["Location"] == "/signed-out"


def test_somebody_who_comes_back_from_talentlms_may_sign_out_everywhere(kim):
    page = kim.get("/signed-out")
    assert "You are still signed in" in page.text
    assert leads_to(kim.post("/logout", {"csrf_token": csrf_token(page)})) == "/logout/continue"
    assert "You are signed out" in kim.get("/signed-out").text


def end_and_lose_the_answer(sessions, session, end=Sessions.end):
    end(sessions, session)
    raise StoreUnavailable


def form_of(page):
    return dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text))


@pytest.mark.statement(54)
@pytest.mark.parametrize("path", ["/logout", "/", "/signed-out"])
def test_a_second_press_after_the_stores_answer_was_lost_does_not_say_that_all_is_over(kim, monkeypatch, path):
    form = form_of(kim.get(path))
    with monkeypatch.context() as lost:
        lost.setattr(Sessions, "end", end_and_lose_the_answer)
        assert kim.post("/logout", form).status_code == 503
    assert kim.post("/logout", form).headers["Location"] == "/signed-out"
    told = kim.get("/signed-out")
    assert "The training platform could not be told, so you may still be signed in there." in told.text
    assert "so you stay signed in there" in told.text
    assert parse_qs(urlsplit(kim.get("/login").headers["Location"]).query)["prompt"] == ["login"]


@pytest.mark.parametrize("named", [{}, {"provider": ""}, {"provider": "nobody"}, {"provider": "default; Path=/"}])
def test_only_a_provider_of_ours_is_said_to_be_open_after_a_second_press(kim, monkeypatch, named):
    form = {"csrf_token": csrf_token(kim.get("/logout"))} | named
    with monkeypatch.context() as lost:
        lost.setattr(Sessions, "end", end_and_lose_the_answer)
        assert kim.post("/logout", form).status_code == 503
    kim.post("/logout", form)
    assert [name for name in kim.cookies() if "open" in name] == ["talentlms_gateway_left_open"]


def test_a_second_press_after_a_session_that_goes_on_signs_out_everywhere(kim, provider, monkeypatch):
    form = {"csrf_token": csrf_token(kim.get("/logout"))}
    with monkeypatch.context() as lost:
        lost.setattr(Sessions, "end", away)
        assert kim.post("/logout", form).status_code == 503
    assert leads_to(kim.post("/logout", form)) == "/logout/continue"
    assert kim.get("/logout/continue").headers["Location"].startswith(f"{provider.issuer}/end-session")
    assert "You are signed out here" not in kim.get("/signed-out").text


@pytest.mark.parametrize("headers", [{}, {"Sec_Fetch_Site": "cross-site"}])
def test_only_a_press_on_our_own_page_says_that_something_was_left_open(kim, headers):
    token = csrf_token(kim.get("/logout")) if headers else "x"
    with_session = dict(kim.cookies())
    leaving(kim)
    kim.client.set_cookie("talentlms_gateway_session", with_session["talentlms_gateway_session"])
    kim.get("/logout/continue")
    assert kim.post("/logout", {"csrf_token": token}, **headers).headers["Location"] == "/signed-out"
    assert "You are signed out here" not in kim.get("/signed-out").text


# --- that the form is ours -------------------------------------------------------------------------------------


@pytest.mark.statement(50, 55)
def test_a_form_without_its_token_signs_nobody_out(kim):
    for form in ({}, {"csrf_token": ""}, {"csrf_token": "x"}, {"csrf_token": "A" * 43}, {"token": "x"}):
        assert kim.post("/logout", form).status_code == 403, form
    assert "Kim Lee" in kim.get("/logout").text


@pytest.mark.statement(50, 55)
def test_the_token_of_another_session_is_none(gateway, browser_at):
    app = gateway()
    kim, other = browser_at(app), browser_at(app)
    kim.sign_in()
    other.sign_in("robin")
    assert kim.post("/logout", {"csrf_token": csrf_token(other.get("/logout"))}).status_code == 403


def test_the_token_of_an_earlier_session_of_the_same_person_is_none(kim):
    token = csrf_token(kim.get("/logout"))
    kim.sign_in()
    assert kim.post("/logout", {"csrf_token": token}).status_code == 403


def test_a_token_in_the_address_does_not_count(kim):
    token = csrf_token(kim.get("/logout"))
    assert kim.post(f"/logout?csrf_token={token}", {}).status_code == 403


def test_a_form_from_another_site_is_refused_even_with_the_token(kim):
    for site in ("cross-site", "same-site", "none", "nonsense"):
        assert leaving(kim, Sec_Fetch_Site=site).status_code == 403, site
    assert "Kim Lee" in kim.get("/logout").text


def test_a_form_from_another_origin_is_refused_even_with_the_token(kim):
    foreign = ("https://elsewhere.example", "null", "", f"{HERE}.elsewhere.example", "http://127.0.0.1", f"{HERE}/")
    for origin in (*foreign, HERE.upper(), "http://localhost:8000"):
        assert leaving(kim, Origin=origin).status_code == 403, origin
    assert "Kim Lee" in kim.get("/logout").text


def test_a_form_of_ours_is_taken(kim):
    answer = leaving(kim, Origin=HERE, Sec_Fetch_Site="same-origin", Sec_Fetch_Mode="navigate")
    assert leads_to(answer) == "/logout/continue"


@pytest.mark.statement(65)
def test_a_token_from_before_a_key_rotation_still_holds(gateway, browser_at, redis_server):
    keys, redis_url = ("old-key-" * 5, "new-key-" * 5), redis_server.url.reveal()
    before = browser_at(gateway(GATEWAY_SECRET_KEYS=keys[0], GATEWAY_REDIS_URL=redis_url))
    before.sign_in()
    token = csrf_token(before.get("/logout"))
    after = browser_at(gateway(GATEWAY_SECRET_KEYS=f"{keys[1]},{keys[0]}", GATEWAY_REDIS_URL=redis_url))
    after.client.set_cookie("talentlms_gateway_session", before.cookies()["talentlms_gateway_session"])
    assert leads_to(after.post("/logout", {"csrf_token": token})) == "/logout/continue"
