"""The end of a session: by the relying party, by the provider, by either channel."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sandbox.idp.control_client import ControlError
from sandbox.idp.registry import LOGOUT_VARIANTS
from tests.patience import PATIENT_SECONDS
from tests.sandbox.idp.logout_receiver import receiving
from tests.sandbox.idp.relying_party import SIGNED_OUT, SignIn, part


@pytest.fixture
def receiver(quick_idp):
    with receiving(quick_idp) as running:
        quick_idp.control.client(backchannel_logout_uri=running.url)
        yield running


@pytest.fixture
def signed_in(quick_idp):
    sign_in = SignIn(quick_idp)
    sign_in.id_token = sign_in.tokens()["id_token"]
    return sign_in


def end_session(signed_in, **parameters):
    url = f"{signed_in.idp.issuer}/end-session"
    return signed_in.browser.get(url, params=parameters, allow_redirects=False, timeout=PATIENT_SECONDS)


def end_session_properly(signed_in):
    return end_session(
        signed_in, id_token_hint=signed_in.id_token, post_logout_redirect_uri=SIGNED_OUT, state="back-again"
    )


def test_with_a_hint_the_session_ends_and_the_browser_returns_with_the_state(signed_in, receiver, quick_idp):
    answer = end_session_properly(signed_in)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{SIGNED_OUT}?state=back-again"
    assert receiver.ended[0]["sid"] == part(signed_in.id_token, 1)["sid"]
    assert signed_in.callback(prompt="none")["error"] == ["login_required"]
    assert [notice["status"] for notice in quick_idp.control.state()["notices"]] == [200]


def test_without_a_hint_the_person_is_asked_first(signed_in, receiver):
    page = end_session(signed_in, client_id=signed_in.idp.client_id, post_logout_redirect_uri=SIGNED_OUT)
    assert page.status_code == 200
    assert receiver.ended == []
    pending = re.search(r'name="request" value="([^"]+)"', page.text)[1]
    url = f"{signed_in.idp.issuer}/end-session/confirm"
    answer = signed_in.browser.post(url, data={"request": pending}, allow_redirects=False, timeout=PATIENT_SECONDS)
    assert answer.headers["Location"] == SIGNED_OUT
    assert len(receiver.ended) == 1


def test_asking_always_is_a_setting(signed_in, quick_idp):
    quick_idp.control.settings(ask_before_logout=True)
    assert 'id="confirm"' in end_session_properly(signed_in).text


@pytest.mark.parametrize(
    "parameters",
    [
        {"post_logout_redirect_uri": f"{SIGNED_OUT}/", "client_id": "sandbox-client"},
        {"post_logout_redirect_uri": SIGNED_OUT},
        {"id_token_hint": "nonsense"},
        {"id_token_hint": "e30.e30.e30"},
    ],
)
def test_a_request_that_proves_nothing_is_refused_without_redirect(signed_in, parameters):
    assert end_session(signed_in, **parameters).status_code == 400


def test_a_hint_signed_before_a_rotation_is_still_good(signed_in, quick_idp):
    quick_idp.control.rotate_keys()
    assert end_session_properly(signed_in).status_code == 303


@pytest.mark.parametrize(
    ("name", "location"),
    [
        ("logout-other-state", f"{SIGNED_OUT}?state=another-state"),
        ("logout-no-state", SIGNED_OUT),
        ("logout-state-duplicated", f"{SIGNED_OUT}?state=one&state=two"),
    ],
)
def test_the_state_may_come_back_wrong(signed_in, quick_idp, name, location):
    quick_idp.control.misbehave(name, times=1)
    assert end_session_properly(signed_in).headers["Location"] == location


def test_the_front_channel_is_a_page_with_frames(signed_in, quick_idp):
    quick_idp.control.client(frontchannel_logout_uri="http://127.0.0.1:8000/frontchannel-logout/default")
    page = end_session_properly(signed_in)
    (frame,) = re.findall(r'<iframe src="([^"]+)"', page.text)
    query = parse_qs(urlsplit(html.unescape(frame)).query)
    assert query == {"iss": [quick_idp.issuer], "sid": [part(signed_in.id_token, 1)["sid"]]}
    assert f'href="{SIGNED_OUT}?state=back-again"' in page.text


@pytest.mark.parametrize("variant", [one.name for one in LOGOUT_VARIANTS if one.expected == "refuse"])
def test_a_wrong_logout_token_is_refused_by_a_strict_receiver(signed_in, receiver, quick_idp, variant):
    notice = quick_idp.control.send_logout_token(variant)
    assert notice["status"] == 400
    assert notice["body"]
    if variant == "wrong-alg":
        assert notice["body"] == "alg is not the ID Token's"
    assert quick_idp.control.send_logout_token()["status"] == 200


@pytest.mark.parametrize("variant", [one.name for one in LOGOUT_VARIANTS if one.expected != "refuse"])
def test_a_right_or_merely_odd_logout_token_is_accepted(signed_in, receiver, quick_idp, variant):
    quick_idp.control.settings(signing_alg="ES256" if variant == "es256" else "RS256")
    assert quick_idp.control.send_logout_token(variant)["status"] == 200


def test_a_wrong_logout_token_can_be_sent_at_logout(signed_in, receiver, quick_idp):
    quick_idp.control.misbehave("logout-token-alg-none", times=1)
    assert end_session_properly(signed_in).status_code == 303
    (notice,) = quick_idp.control.state()["notices"]
    assert (notice["variant"], notice["status"]) == ("alg-none", 400)


def test_a_logout_token_names_whom_it_is_told_to(signed_in, receiver, quick_idp):
    quick_idp.control.send_logout_token("valid", sub="somebody", sid="s-1")
    quick_idp.control.send_logout_token("sub-only", sub="somebody", sid="s-1")
    assert [(one["sub"], one.get("sid")) for one in receiver.ended] == [("somebody", "s-1"), ("somebody", None)]


def test_a_receiver_that_is_away_is_status_0(signed_in, quick_idp):
    with receiving(quick_idp) as gone:
        quick_idp.control.client(backchannel_logout_uri=gone.url)
    assert quick_idp.control.send_logout_token()["status"] == 0


def test_without_an_address_or_a_session_nothing_is_sent(quick_idp, receiver):
    with pytest.raises(ControlError, match="nobody has signed in"):
        quick_idp.control.send_logout_token()
    quick_idp.control.client(backchannel_logout_uri=None)
    with pytest.raises(ControlError, match="backchannel_logout_uri"):
        quick_idp.control.send_logout_token(sub="a", sid="b")


def test_the_start_page_begins_a_sign_in_at_the_application(signed_in, quick_idp):
    address = "http://127.0.0.1:8000/login/initiate"
    quick_idp.control.client(initiate_login_uri=address)
    page = signed_in.browser.get(quick_idp.issuer, timeout=PATIENT_SECONDS).text
    assert "Signed in as Kim Lee" in page
    assert f'<form method="get" action="{address}">' in page
    assert f'<form method="post" action="{address}">' in page
    assert f'name="iss" value="{quick_idp.issuer}"' in page
    url = quick_idp.control.initiate_login_url(login_hint="kim.lee", target_link_uri="/go/course/12")
    query = parse_qs(urlsplit(url).query)
    assert query == {"iss": [quick_idp.issuer], "login_hint": ["kim.lee"], "target_link_uri": ["/go/course/12"]}


def test_the_start_page_of_a_stranger_names_nobody(quick_idp):
    assert "Nobody is signed in" in requests.get(quick_idp.issuer, timeout=PATIENT_SECONDS).text
