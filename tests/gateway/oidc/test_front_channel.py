"""Front-channel logout: the provider's page loads an address of ours in a frame, and the session of its ``sid`` ends."""

import re
from html import unescape
from urllib.parse import urlencode, urlsplit

import pytest

from tests.gateway.oidc.deployment import PERSON, PUBLIC_URL, identity_provider, leads_to
from tests.patience import PATIENT_SECONDS

PATH = "/frontchannel-logout/default"


@pytest.fixture
def browser(deployment, shared):
    """A new browser at the gateway that these tests share."""
    return deployment.browser(shared.app())


def sid_of(deployment):
    return deployment.provider.control.state()["sessions"][-1]["sid"]


def told(browser, path=PATH, **query):
    return browser.get(f"{path}?{urlencode(query)}", **{"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"})


@pytest.fixture
def kim(browser):
    browser.sign_in()
    return browser


@pytest.mark.statement(55)
def test_the_frame_ends_the_session_and_only_that_provider_may_draw_it(deployment, kim):
    elsewhere = kim.another()
    elsewhere.sign_in()
    first = deployment.provider.control.state()["sessions"][0]["sid"]
    answer = told(kim.another(), iss=deployment.provider.issuer, sid=first)
    assert answer.status_code == 200
    assert [kim.is_signed_in, elsewhere.is_signed_in] == [False, True]
    policy = answer.headers["Content-Security-Policy"]
    assert f"frame-ancestors {deployment.provider.issuer}" in policy.split("; ")
    assert "X-Frame-Options" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert PERSON not in answer.text


@pytest.mark.statement(55)
def test_it_needs_no_cookie_because_none_is_sent_from_a_foreign_frame(deployment, kim):
    stranger = kim.another()
    assert told(stranger, iss=deployment.provider.issuer, sid=sid_of(deployment)).status_code == 200
    assert stranger.cookies() == {}
    assert not kim.is_signed_in


@pytest.mark.statement(55)
@pytest.mark.parametrize(
    "change", ["iss left out", "iss wrong", "iss longer", "sid left out", "sid empty", "iss twice", "sid twice"]
)
def test_without_iss_and_sid_each_once_nobody_is_signed_out(deployment, kim, change):
    query = {"iss": deployment.provider.issuer, "sid": sid_of(deployment)}
    name, what = change.split(" ", 1)
    value = {"left out": None, "wrong": "https://elsewhere.example", "longer": f"{query[name]}/", "empty": ""}
    pairs = [*query.items(), (name, query[name])] if what == "twice" else {**query, name: value[what]}.items()
    answer = kim.get(f"{PATH}?{urlencode([(key, text) for key, text in pairs if text is not None])}")
    assert answer.status_code == 400
    assert kim.is_signed_in


@pytest.mark.statement(55)
def test_a_sid_that_is_nobodys_ends_nothing_and_tells_nothing(deployment, kim):
    assert (
        told(kim, iss=deployment.provider.issuer, sid="unknown").text
        == told(kim, iss=deployment.provider.issuer, sid="-").text
    )
    assert kim.is_signed_in


@pytest.mark.statement(42, 55)
def test_another_provider_cannot_end_it(deployment, second_provider):
    app = deployment.gateway(deployment.entry(), identity_provider(second_provider, "other"))
    kim = deployment.browser(app)
    kim.sign_in()
    sid = sid_of(deployment)
    assert told(kim, "/frontchannel-logout/other", iss=second_provider.issuer, sid=sid).status_code == 200
    assert told(kim, "/frontchannel-logout/other", iss=deployment.provider.issuer, sid=sid).status_code == 400
    assert kim.is_signed_in


@pytest.fixture
def provider_tells(deployment):
    """Let the provider know of our front-channel address, for one test."""
    deployment.provider.control.client(frontchannel_logout_uri=f"{PUBLIC_URL}{PATH}")
    yield
    deployment.provider.control.client(frontchannel_logout_uri=None)


@pytest.mark.statement(55)
@pytest.mark.conformance(
    "oidcc-client-test-rp-frontchannel-rpinitlogout",
    "oidcc-client-test-rp-frontchannel-opinitlogout",
    "rp-frontchannel-rpinitlogout",
)
@pytest.mark.parametrize("begun", ["here", "at the provider"])
@pytest.mark.usefixtures("provider_tells")
def test_the_page_of_the_provider_signs_the_person_out_here(deployment, kim, begun):
    elsewhere = kim.another()
    elsewhere.sign_in()
    elsewhere.provider.cookies.update(kim.provider.cookies)
    if begun == "here":
        token = re.search(r'name="csrf_token" value="([^"]+)"', kim.get("/logout").text)[1]
        way = kim.get(leads_to(kim.post("/logout", {"csrf_token": token}))).headers["Location"]
        page = kim.provider.get(way, timeout=PATIENT_SECONDS)
    else:
        asked = kim.provider.get(f"{deployment.provider.issuer}/end-session", timeout=PATIENT_SECONDS)
        pending = re.search(r'name="request" value="([^"]+)"', asked.text)[1]
        action = re.search(r'action="([^"]+)"', asked.text)[1]
        page = kim.provider.post(
            f"{deployment.provider.issuer}{action}", data={"request": pending}, timeout=PATIENT_SECONDS
        )
    (frame,) = re.findall(r'<iframe[^>]*src="([^"]+)"', page.text)
    assert urlsplit(unescape(frame)).path == PATH
    assert kim.another().get(unescape(frame)).status_code == 200
    assert not kim.is_signed_in
