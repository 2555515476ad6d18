"""The authorization code flow as it should be."""

import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from sandbox.idp.control_client import ControlError
from sandbox.idp.settings import ALGORITHMS
from tests.patience import PATIENT_SECONDS
from tests.sandbox.idp.relying_party import CALLBACK, SignIn, discovery, keys, part


def test_a_person_picked_on_the_page_is_signed_in_with_the_claims_the_scopes_release(idp):
    sign_in = SignIn(idp)
    page = sign_in.authorize(login_hint=None)
    assert "Kim Lee" in page.text
    assert "Müller-Öztürk" in page.text
    pending = re.search(r'name="request" value="([^"]+)"', page.text)
    chosen = {"request": pending[1], "person": "kim.lee"}
    answer = sign_in.browser.post(
        f"{idp.issuer}/authorize/pick", data=chosen, allow_redirects=False, timeout=PATIENT_SECONDS
    )
    assert answer.headers["Location"].startswith(f"{CALLBACK}?")
    back = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert back["state"] == [sign_in.state]
    assert back["iss"] == [idp.issuer]

    tokens = sign_in.redeem(back["code"][0]).json()
    claims = jwt.decode(tokens["id_token"], KeySet.import_key_set(keys(idp)), algorithms=["RS256"]).claims
    assert claims["iss"] == idp.issuer
    assert claims["aud"] == idp.client_id
    assert claims["nonce"] == sign_in.nonce
    assert claims["email"] == "kim@acme.example"
    assert claims["email_verified"] is True
    assert abs(claims["iat"] - time.time()) < 60
    userinfo = sign_in.userinfo(tokens["access_token"]).json()
    assert userinfo["sub"] == claims["sub"]
    assert userinfo["preferred_username"] == "kim.lee"


def test_deny_sends_access_denied_with_the_state(idp):
    sign_in = SignIn(idp)
    pending = re.search(r'name="request" value="([^"]+)"', sign_in.authorize().text)[1]
    form = {"request": pending, "deny": "1"}
    answer = requests.post(f"{idp.issuer}/authorize/pick", data=form, allow_redirects=False, timeout=PATIENT_SECONDS)
    back = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert back["error"] == ["access_denied"]
    assert back["state"] == [sign_in.state]


def test_a_signed_in_browser_goes_straight_through(quick_idp):
    sign_in = SignIn(quick_idp)
    first = part(sign_in.tokens()["id_token"], 1)
    quick_idp.control.settings(auto_pick=False)
    again = part(sign_in.tokens(login_hint=None)["id_token"], 1)
    assert again["sid"] == first["sid"]
    assert "until now: Kim Lee" in sign_in.authorize(prompt="login").text
    assert sign_in.authorize(max_age="0").status_code == 200
    assert sign_in.authorize(max_age="3600").status_code == 303
    assert sign_in.authorize(login_hint="amina@acme.example").status_code == 200


def test_prompt_none_without_a_session_is_login_required(quick_idp):
    assert SignIn(quick_idp).callback(prompt="none")["error"] == ["login_required"]


def test_scopes_withhold_what_was_not_asked_for(quick_idp):
    claims = part(SignIn(quick_idp).tokens(scope="openid profile")["id_token"], 1)
    assert "email" not in claims
    assert claims["name"] == "Kim Lee"


def test_without_a_hint_the_set_person_is_picked(quick_idp):
    quick_idp.control.settings(auto_person="cher")
    claims = part(SignIn(quick_idp).tokens(login_hint=None, acr_values="gold silver")["id_token"], 1)
    assert claims["name"] == "Cher"
    assert "given_name" not in claims
    assert claims["acr"] == "gold"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
    ],
)
def test_a_request_that_no_careful_provider_serves_is_refused(quick_idp, changes, error):
    assert SignIn(quick_idp).callback(**changes)["error"] == [error]


@pytest.mark.parametrize(
    "changes", [{"redirect_uri": f"{CALLBACK}/"}, {"client_id": "somebody"}, {"redirect_uri": None}]
)
def test_an_unknown_client_or_address_gets_a_page_and_no_redirect(quick_idp, changes):
    assert SignIn(quick_idp).authorize(**changes).status_code == 400


def test_a_code_is_good_once_and_only_with_its_verifier_and_address(quick_idp):
    sign_in = SignIn(quick_idp)
    code = sign_in.callback()["code"][0]
    assert sign_in.redeem(code).status_code == 200
    assert sign_in.redeem(code).json()["error"] == "invalid_grant"
    for wrong in ({"code_verifier": "x" * 43}, {"redirect_uri": "http://127.0.0.1:8000/other"}):
        assert sign_in.redeem(sign_in.callback()["code"][0], **wrong).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_every_algorithm_signs_id_token_and_userinfo(quick_idp, alg):
    quick_idp.control.settings(signing_alg=alg, userinfo_signing_alg=alg)
    sign_in = SignIn(quick_idp)
    tokens = sign_in.tokens()
    assert part(tokens["id_token"], 0)["alg"] == alg
    key = next(key for key in keys(quick_idp)["keys"] if key["kid"] == part(tokens["id_token"], 0)["kid"])
    keyset = KeySet.import_key_set({"keys": [{**key, "alg": alg.replace("EdDSA", "Ed25519")}]})
    assert keyset.keys
    answer = sign_in.userinfo(tokens["access_token"])
    assert answer.headers["Content-Type"] == "application/jwt"
    assert part(answer.text, 1)["aud"] == quick_idp.client_id


def test_client_secret_post_and_a_wrong_secret(quick_idp):
    sign_in = SignIn(quick_idp)
    form = {
        "grant_type": "authorization_code",
        "code": sign_in.callback()["code"][0],
        "redirect_uri": CALLBACK,
        "code_verifier": sign_in.verifier,
        "client_id": quick_idp.client_id,
        "client_secret": "wrong",
    }
    url = f"{quick_idp.issuer}/token"
    assert requests.post(url, data=form, timeout=PATIENT_SECONDS).json()["error"] == "invalid_client"
    form["client_secret"] = quick_idp.client_secret
    assert "id_token" in requests.post(url, data=form, timeout=PATIENT_SECONDS).json()
    quick_idp.control.settings(token_auth_methods=["private_key_jwt"])
    assert discovery(quick_idp).json()["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert requests.post(url, data=form, timeout=PATIENT_SECONDS).status_code == 401


def test_private_key_jwt_is_accepted_once(quick_idp):
    key = RSAKey.generate_key(2048, {"kid": "client-key", "use": "sig", "alg": "RS256"})
    quick_idp.control.client(jwks={"keys": [key.as_dict(private=False)]})
    claims = {
        "iss": quick_idp.client_id,
        "sub": quick_idp.client_id,
        "aud": f"{quick_idp.issuer}/token",
        "exp": int(time.time()) + 60,
        "jti": "one",
    }
    assertion = jwt.encode({"alg": "RS256", "kid": "client-key"}, claims, key)

    def redeem():
        sign_in = SignIn(quick_idp)
        form = {
            "grant_type": "authorization_code",
            "code": sign_in.callback()["code"][0],
            "redirect_uri": CALLBACK,
            "code_verifier": sign_in.verifier,
            "client_assertion": assertion,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        }
        return requests.post(f"{quick_idp.issuer}/token", data=form, timeout=PATIENT_SECONDS)

    assert "id_token" in redeem().json()
    assert redeem().json()["error"] == "invalid_client"


def test_a_pushed_request_is_good_once(quick_idp):
    sign_in = SignIn(quick_idp)
    url = f"{quick_idp.issuer}/par"
    credentials = (quick_idp.client_id, quick_idp.client_secret)
    assert requests.post(url, data=sign_in.request(), auth=credentials, timeout=PATIENT_SECONDS).status_code == 404
    quick_idp.control.settings(pushed_requests="required")
    assert discovery(quick_idp).json()["pushed_authorization_request_endpoint"] == url
    pushed = requests.post(url, data=sign_in.request(), auth=credentials, timeout=PATIENT_SECONDS)
    assert pushed.status_code == 201
    query = {"client_id": quick_idp.client_id, "request_uri": pushed.json()["request_uri"]}
    first, second = (
        requests.get(f"{quick_idp.issuer}/authorize", params=query, allow_redirects=False, timeout=PATIENT_SECONDS)
        for _ in "12"
    )
    assert first.status_code == 303
    assert second.status_code == 400
    assert sign_in.authorize().status_code == 400


def test_rotation_takes_the_old_key_away(quick_idp):
    before = part(SignIn(quick_idp).tokens()["id_token"], 0)["kid"]
    fresh = quick_idp.control.rotate_keys()
    published = {key["kid"] for key in keys(quick_idp)["keys"]}
    assert before not in published
    assert fresh in published
    assert part(SignIn(quick_idp).tokens()["id_token"], 0)["kid"] == fresh


@pytest.mark.parametrize("kid", ["same", "none"])
def test_a_key_can_be_replaced_under_the_same_kid_or_without_any(quick_idp, kid):
    before = [key for key in keys(quick_idp)["keys"] if key["alg"] == "RS256"]
    sign_in = SignIn(quick_idp)
    hint = sign_in.tokens()["id_token"]
    fresh = quick_idp.control.rotate_keys(kid)
    after = [key for key in keys(quick_idp)["keys"] if key["alg"] == "RS256"]
    header = part(SignIn(quick_idp).tokens()["id_token"], 0)
    query = {"id_token_hint": hint, "client_id": quick_idp.client_id}
    ended = sign_in.browser.get(
        f"{quick_idp.issuer}/end-session", params=query, allow_redirects=False, timeout=PATIENT_SECONDS
    )
    quick_idp.control.rotate_keys()

    assert len(before) == len(after) == 1
    assert before[0]["n"] != after[0]["n"]
    named = before[0]["kid"] if kid == "same" else None
    assert (after[0].get("kid"), header.get("kid"), fresh or None) == (named, named, named)
    assert ended.status_code == 200


def test_a_key_is_replaced_in_no_other_way(quick_idp):
    with pytest.raises(ControlError, match="kid is one of new, same, none"):
        quick_idp.control.rotate_keys("old")


def test_anybody_can_be_added_with_any_claims(quick_idp):
    quick_idp.control.add_person("zoe", email="zoe@other.example", email_verified="true", groups=["A", "B"], note="n")
    claims = part(SignIn(quick_idp, login_hint="zoe").tokens()["id_token"], 1)
    assert claims["sub"] == "sandbox-zoe"
    assert claims["groups"] == ["A", "B"]
    assert claims["note"] == "n"
    assert claims["email_verified"] == "true"


def test_the_request_log_shows_no_secret(quick_idp):
    sign_in = SignIn(quick_idp)
    code = sign_in.callback(ui_locales="fr")["code"][0]
    sign_in.redeem(code)
    (asked,) = quick_idp.control.requests("authorize")
    assert asked["query"]["state"] == [sign_in.state]
    assert asked["query"]["ui_locales"] == ["fr"]
    (redeemed,) = quick_idp.control.requests("token")
    assert redeemed["authorization"]["scheme"] == "Basic"
    assert code not in str(redeemed)
    assert sign_in.verifier not in str(redeemed)
    quick_idp.control.forget_requests()
    assert quick_idp.control.requests() == []
