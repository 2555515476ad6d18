"""The provider says that somebody has left: by a call of its own, or through the browser."""

import threading
from urllib.parse import urlencode

import pytest
from werkzeug.serving import make_server

from sandbox.idp.registry import LOGOUT_VARIANTS
from tests.gateway.web.browser import csrf_token

BACK, FRONT = "/backchannel-logout/default", "/frontchannel-logout/default"


@pytest.fixture
def kim(gateway, browser_at, provider):
    """A browser in which Kim is signed in, at a gateway that the provider can reach."""
    app = gateway()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    provider.control.client(backchannel_logout_uri=f"http://127.0.0.1:{server.server_port}{BACK}")
    browser = browser_at(app)
    browser.sign_in()
    yield browser
    provider.control.client(backchannel_logout_uri=None)
    server.shutdown()
    thread.join()
    server.server_close()


def is_signed_in(browser):
    return "You are signed in as" in browser.get("/logout").text


def latest_session(provider):
    return provider.control.state()["sessions"][-1]


def test_a_notice_ends_the_session_wherever_the_browser_is(kim, provider):
    answer = provider.control.send_logout_token()
    assert (answer["status"], answer["headers"]["Cache-Control"]) == (200, "no-store")
    assert not is_signed_in(kim)


def test_no_notice_that_is_wrong_ends_anything(kim, provider):
    wrong = [one.name for one in LOGOUT_VARIANTS if one.expected == "refuse" and one.sends == 1]
    answers = {name: provider.control.send_logout_token(name)["status"] for name in wrong}
    too_long = {"huge": 413}
    assert answers == dict.fromkeys(wrong, 400) | too_long
    assert is_signed_in(kim)


def test_a_notice_without_a_sid_ends_all_sessions_of_the_person(kim, browser_at, provider):
    other = browser_at(kim.app)
    other.sign_in()
    assert provider.control.send_logout_token("sub-only")["status"] == 200
    assert not is_signed_in(kim)
    assert not is_signed_in(other)


def test_a_notice_is_good_once(kim, provider):
    replayed = [one.name for one in LOGOUT_VARIANTS if one.sends > 1]
    answers = {name: provider.control.send_logout_token(name)["status"] for name in replayed}
    assert answers == dict.fromkeys(replayed, 400)
    assert not is_signed_in(kim)


def test_what_is_no_notice_is_refused_in_the_form_of_the_specification(browser):
    kind = "application/x-www-form-urlencoded"
    for form in ("", "logout_token=", "logout_token=x", "logout_token=a&logout_token=b", "token=x"):
        answer = browser.client.post(BACK, data=form, content_type=kind)
        assert (answer.status_code, answer.json["error"]) == (400, "invalid_request"), form
        assert answer.headers["Cache-Control"] == "no-store"


def test_only_configured_providers_have_an_address(browser):
    assert browser.post("/backchannel-logout/nobody", {"logout_token": "x"}).status_code == 404
    assert browser.get("/frontchannel-logout/nobody?iss=x&sid=y").status_code == 404
    assert browser.get(BACK).status_code == 405


def test_the_providers_frame_ends_the_session_it_names_and_may_be_a_frame_there(kim, provider):
    query = urlencode({"iss": provider.issuer, "sid": latest_session(provider)["sid"]})
    answer = kim.get(
        f"{FRONT}?{query}", Sec_Fetch_Dest="iframe", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate"
    )
    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"] == f"default-src 'none'; frame-ancestors {provider.issuer}"
    assert answer.headers["Cache-Control"] == "no-store"
    assert not is_signed_in(kim)


def test_a_frame_that_does_not_name_the_session_ends_nothing(kim, provider):
    sid = latest_session(provider)["sid"]
    wrong = [{}, {"sid": sid}, {"iss": provider.issuer}, {"iss": "https://elsewhere.example", "sid": sid}]
    wrong += [{"iss": [provider.issuer, provider.issuer], "sid": sid}, {"iss": f"{provider.issuer}/", "sid": sid}]
    for query in wrong:
        assert kim.get(f"{FRONT}?{urlencode(query, doseq=True)}").status_code == 400
    assert kim.get(f"{FRONT}?{urlencode({'iss': provider.issuer, 'sid': 'made-up'})}").status_code == 200
    assert is_signed_in(kim)


def test_a_sign_out_of_a_session_that_a_notice_ended_meanwhile_leads_on(kim, provider):
    token = csrf_token(kim.get("/logout"))
    provider.control.send_logout_token()
    assert kim.post("/logout", {"csrf_token": token}).headers["Location"] == "/signed-out"
