"""UserInfo: asked with the token in the header, signed or not, and believed about the same person only."""

import pytest

from tests.gateway.oidc.deployment import SESSION

every_algorithm = pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA"])


@pytest.mark.statement(29)
@pytest.mark.conformance("oidcc-client-test-userinfo-bearer-header", "rp-userinfo-bearer-header")
def test_the_access_token_goes_into_the_header_and_nowhere_else(deployment, browser, wire):
    browser.sign_in()
    (asked,) = wire.to("/userinfo")
    (token, _) = wire.tokens()
    assert asked.headers["Authorization"] == f"Bearer {token}"
    assert (asked.method, asked.form, "?" in asked.url) == ("GET", {}, False)


@pytest.mark.statement(29)
@pytest.mark.conformance("oidcc-client-test-userinfo-signed", "rp-userinfo-sig")
@every_algorithm
def test_a_signed_answer_is_verified_and_its_claims_count(deployment, browser, alg):
    deployment.provider.control.settings(userinfo_signing_alg=alg)
    deployment.provider.control.misbehave("claims-only-in-userinfo")
    browser.sign_in()
    assert "Kim Lee" in browser.get("/logout").text


@pytest.mark.statement(21, 29)
@every_algorithm
def test_a_signed_answer_by_an_algorithm_that_is_not_ours_is_refused(deployment, alg):
    others = tuple({"RS256", "PS256", "ES256", "EdDSA"} - {alg})
    deployment.provider.control.settings(userinfo_signing_alg=alg, signing_alg=others[0])
    browser = deployment.browser(deployment.gateway(deployment.entry(algorithms=others)))
    assert browser.sign_in().status_code == 502
    assert SESSION not in browser.cookies()


@pytest.mark.statement(29)
@pytest.mark.conformance("oidcc-client-test-userinfo-invalid-sub", "rp-userinfo-bad-sub-claim")
@pytest.mark.parametrize(
    ("userinfo", "misbehaviour", "asked"),
    [
        ("always", None, 1),
        ("missing", None, 0),
        ("missing", "claims-only-in-userinfo", 1),
        ("never", None, 0),
        ("never", "claims-only-in-userinfo", 0),
    ],
)
def test_it_is_asked_where_the_settings_say_so_and_another_persons_answer_fails_the_sign_in(
    deployment, userinfo, misbehaviour, asked
):
    if misbehaviour:
        deployment.provider.control.misbehave(misbehaviour)
    browser = deployment.browser(deployment.gateway(deployment.entry(userinfo=userinfo)))
    assert browser.sign_in().status_code == 302
    assert len(deployment.asked("userinfo")) == asked
    deployment.provider.control.misbehave("userinfo-invalid-sub")
    assert browser.another().sign_in().status_code == (502 if asked else 302)
