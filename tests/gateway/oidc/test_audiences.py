"""A provider that names a further audience in everything it signs: only where the settings trust that audience."""

import pytest

from sandbox.idp.misbehaviours.audiences import OTHER_CLIENT
from tests.gateway.oidc.deployment import SESSION
from tests.gateway.oidc.served import KIM, served

PATH = "/backchannel-logout/default"
TRUSTING = {"trusted_audiences": frozenset({OTHER_CLIENT, "2463617"})}


@pytest.mark.statement(24)
@pytest.mark.parametrize("misbehaviour", ["aud-two-with-azp", "userinfo-signed-two-auds"])
@pytest.mark.parametrize(
    ("entry", "signs_in"), [(TRUSTING, True), ({"trusted_audiences": frozenset({"2463617"})}, False), ({}, False)]
)
def test_a_further_audience_has_to_be_listed(deployment, misbehaviour, entry, signs_in):
    deployment.provider.control.misbehave(misbehaviour)
    browser = deployment.browser(deployment.gateway(deployment.entry(**entry)))
    assert browser.sign_in().status_code == (302 if signs_in else 502)
    assert (SESSION in browser.cookies()) is signs_in
    if not signs_in:
        (audit,) = deployment.trail.audits()
        assert audit.note.endswith(f"aud names others that are not among trusted_audiences: ['{OTHER_CLIENT}']")


@pytest.mark.statement(24)
@pytest.mark.parametrize(
    ("misbehaviour", "claim"),
    [
        ("aud-two-without-azp", "azp is missing"),
        ("aud-two-with-foreign-azp", "azp is another client"),
        ("aud-other-azp-ours", "aud does not name this client"),
        ("invalid-aud", "aud does not name this client"),
        ("azp-foreign", "azp is another client"),
    ],
)
def test_a_trusted_audience_signs_in_for_nobody_else(deployment, misbehaviour, claim):
    deployment.provider.control.misbehave(misbehaviour)
    browser = deployment.browser(deployment.gateway(deployment.entry(**TRUSTING)))
    assert browser.sign_in().status_code == 502
    (audit,) = deployment.trail.audits()
    assert claim in audit.note


@pytest.mark.statement(24, 56)
@pytest.mark.parametrize(
    ("variant", "entry", "ends"),
    [
        ("aud-two", TRUSTING, True),
        ("aud-two", {}, False),
        ("aud-two-without-azp", TRUSTING, False),
        ("wrong-aud", TRUSTING, False),
    ],
)
def test_a_logout_token_is_held_to_the_same_rule(deployment, variant, entry, ends):
    app = deployment.gateway(deployment.entry(**entry))
    browser = deployment.browser(app)
    browser.sign_in()
    sid = deployment.provider.control.state()["sessions"][-1]["sid"]
    with served(app) as address:
        deployment.provider.control.client(backchannel_logout_uri=f"{address}{PATH}")
        answer = deployment.provider.control.send_logout_token(variant, sub=KIM, sid=sid)
    assert answer["status"] == (200 if ends else 400)
    assert browser.is_signed_in is not ends
