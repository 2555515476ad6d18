"""How the gateway proves to a provider that it is the client: by a secret, or by an assertion made for the occasion."""

import base64
import io
import time
from urllib.parse import unquote_plus

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

from gateway import log
from gateway.config import load
from gateway.oidc.algorithms import PINNED_REGISTRY
from gateway.oidc.client_authentication import ASSERTION_SECONDS, by_private_key
from schemas.secret import Secret
from tests.gateway.config.conftest import GOOD
from tests.gateway.oidc.wire import parts

KEYS = {
    "RS256": (RSAKey, rsa.generate_private_key(65537, 2048)),
    "ES256": (ECKey, ec.generate_private_key(ec.SECP256R1())),
    "EdDSA": (OKPKey, ed25519.Ed25519PrivateKey.generate()),
}
every_key = pytest.mark.parametrize("alg", KEYS)
OTHER_METHODS = {"client_secret", "client_assertion", "client_assertion_type"}


def pem(alg):
    return KEYS[alg][1].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_key(alg):
    return KEYS[alg][0].import_key(pem(alg), {"use": "sig"}).as_dict(private=False)


@pytest.fixture
def asserting(deployment):
    """Return a browser at a gateway whose provider takes nothing but assertions signed by this kind of key."""

    def made(alg, **changes):
        deployment.provider.control.settings(token_auth_methods=["private_key_jwt"])
        deployment.provider.control.client(jwks={"keys": [public_key(alg)]})
        own = {"client_authentication": "private_key_jwt", "client_secret": None, "private_key": Secret(pem(alg))}
        return deployment.browser(deployment.gateway(deployment.entry(**own, **changes)))

    return made


# --- a secret --------------------------------------------------------------------------------------------------


@pytest.mark.statement(38)
@pytest.mark.conformance("oidcc-client-test-client-secret-basic", "rp-token_endpoint-client_secret_basic")
def test_a_secret_goes_into_the_header(deployment, browser, wire):
    deployment.provider.control.settings(token_auth_methods=["client_secret_basic"])
    assert browser.sign_in().headers["Location"] == "/go"
    (redeemed,) = wire.to("/token")
    assert redeemed.headers["Authorization"].startswith("Basic ")
    assert not set(redeemed.form) & OTHER_METHODS


@pytest.mark.statement(38)
@pytest.mark.conformance("rp-token_endpoint-client_secret_post")
def test_or_into_the_form_and_never_into_both(deployment, wire):
    deployment.provider.control.settings(token_auth_methods=["client_secret_post"])
    browser = deployment.browser(deployment.gateway(deployment.entry(client_authentication="client_secret_post")))
    assert browser.sign_in().headers["Location"] == "/go"
    (redeemed,) = wire.to("/token")
    assert "Authorization" not in redeemed.headers
    assert redeemed.form["client_secret"] == deployment.provider.client_secret


@pytest.mark.statement(38)
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
@pytest.mark.parametrize("secret", ["a:b", "a%2Bb", "a+b c", "a+b/c:d%e", "pä§§wörd", "&=?/~-_.", '"\\'])
def test_a_secret_may_hold_any_character(deployment, method, secret):
    """RFC 6749, 2.3.1: both halves of the header are written as in a form."""
    deployment.provider.control.settings(token_auth_methods=[method])
    deployment.provider.control.client(client_secret=secret)
    entry = deployment.entry(client_secret=Secret(secret), client_authentication=method)
    try:
        assert deployment.browser(deployment.gateway(entry)).sign_in().status_code == 302, deployment.trail.audits()
    finally:
        deployment.provider.control.client(client_secret=deployment.provider.client_secret)


@pytest.mark.statement(38)
def test_each_method_writes_such_a_secret_in_its_own_way_and_loses_nothing(deployment, wire):
    """Form-encoded in the header (RFC 6749, 2.3.1 and appendix B), for the token endpoint and pushed requests alike."""
    secret = "a+b/c:d%e=%2B &~"
    deployment.provider.control.settings(pushed_requests="on")
    deployment.provider.control.client(client_secret=secret)
    try:
        for method in ("client_secret_basic", "client_secret_post"):
            variables = {
                "OIDC_ISSUER": deployment.provider.issuer,
                "OIDC_CLIENT_ID": deployment.provider.client_id,
                "OIDC_CLIENT_SECRET": secret,
                "OIDC_CLIENT_AUTHENTICATION": method,
                "OIDC_PUSHED_AUTHORIZATION": "on",
            }
            [entry] = load(GOOD | variables).identity_providers
            assert deployment.browser(deployment.gateway(entry)).sign_in().headers["Location"] == "/go"
    finally:
        deployment.provider.control.client(client_secret=deployment.provider.client_secret)

    requests = [wire.to(path) for path in ("/par", "/token")]
    for basic, post in requests:
        pair = base64.b64decode(basic.headers["Authorization"].removeprefix("Basic ")).decode()
        client_id, _, written = pair.partition(":")
        assert set(written) & set("+/: &=") <= {"+"}
        assert (unquote_plus(client_id), unquote_plus(written)) == (deployment.provider.client_id, secret)
        assert "client_secret" not in basic.form
        assert (post.form["client_id"], post.form["client_secret"]) == (deployment.provider.client_id, secret)
        assert "Authorization" not in post.headers


@pytest.mark.statement(38)
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_no_secret_stands_in_any_address(deployment, wire, method):
    deployment.provider.control.settings(pushed_requests="on")
    browser = deployment.browser(
        deployment.gateway(deployment.entry(client_authentication=method, pushed_authorization=True))
    )
    browser.sign_in()
    addresses = [request.url for request in wire.requests]
    assert {"/token", "/par", "/userinfo"} <= {request.path for request in wire.requests}
    assert not [address for address in addresses if "?" in address or deployment.provider.client_secret in address]


@pytest.mark.statement(38)
def test_a_secret_that_is_wrong_ends_with_a_page(deployment):
    browser = deployment.browser(deployment.gateway(deployment.entry(client_secret=Secret("wrong"))))
    answer, sent = browser.wander("/go")
    assert (answer.status_code, sent) == (502, 2)
    (audit,) = deployment.trail.audits()
    assert "invalid_client" in audit.note


# --- an assertion ----------------------------------------------------------------------------------------------


@pytest.mark.statement(38)
@pytest.mark.conformance("rp-token_endpoint-private_key_jwt")
@every_key
def test_an_assertion_is_about_us_for_the_provider_and_short_lived(deployment, asserting, wire, alg):
    browser = asserting(alg)
    assert browser.sign_in().headers["Location"] == "/go"
    (redeemed,) = wire.to("/token")
    assert "Authorization" not in redeemed.headers
    assert "client_secret" not in redeemed.form

    header, claims = parts(redeemed.form["client_assertion"])
    assert (header["alg"], "jwk" in header) == (alg, False)
    assert claims["iss"] == claims["sub"] == deployment.provider.client_id
    assert claims["aud"] in (deployment.provider.issuer, f"{deployment.provider.issuer}/token")
    assert claims["exp"] - claims["iat"] <= ASSERTION_SECONDS <= 60
    assert abs(claims["iat"] - time.time()) < 10
    assert len(claims["jti"]) >= 22
    jws.deserialize_compact(
        redeemed.form["client_assertion"], KEYS[alg][0].import_key(public_key(alg)), registry=PINNED_REGISTRY
    )


@pytest.mark.statement(38)
def test_every_request_and_every_further_try_has_an_assertion_of_its_own(deployment, asserting, wire):
    deployment.provider.control.settings(pushed_requests="required")
    browser = asserting("ES256", pushed_authorization=True)
    deployment.provider.control.misbehave("token-500", times=1)
    assert browser.sign_in().status_code == 503
    assert browser.sign_in().status_code == 302
    made = [parts(request.form["client_assertion"])[1] for path in ("/par", "/token") for request in wire.to(path)]
    assert len(made) == len({claims["jti"] for claims in made}) == 4


@pytest.mark.statement(38)
def test_a_key_that_is_none_of_the_three_kinds_is_refused():
    curve = ec.generate_private_key(ec.SECP384R1())
    for text in ("", "nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"):
        with pytest.raises(ValueError, match="neither"):
            by_private_key(Secret(text))
    with pytest.raises(ValueError, match="neither"):
        by_private_key(Secret(curve.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()))


@pytest.mark.statement(61)
@every_key
def test_an_assertion_and_its_key_stand_in_no_line_of_the_log(deployment, asserting, wire, alg):
    browser = asserting(alg)
    written = io.StringIO()
    log.configure("debug", written)
    deployment.provider.control.misbehave("token-500", times=1)
    assert browser.sign_in().status_code == 503
    assert browser.sign_in().status_code == 302

    assert '"outcome": "refused"' in written.getvalue()
    assert '"outcome": "success"' in written.getvalue()
    forms = [redeemed.form for redeemed in wire.to("/token")]
    secrets = [form[name] for form in forms for name in ("client_assertion", "code_verifier", "code")]
    assert len(secrets) == 6
    for secret in (*secrets, pem(alg).splitlines()[1]):
        assert secret not in written.getvalue()
