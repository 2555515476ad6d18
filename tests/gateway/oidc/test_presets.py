"""What is peculiar about the products, from the provider's claims to the account at TalentLMS."""

import pytest

from gateway.errors import SignInNotTrusted
from tests.gateway.oidc.test_claims import ENTRA, TENANT, identity

ROBINS = "robin@example.com"
"""Of a learner whom TalentLMS knows already."""


def arrives(deployment, preset, **claims):
    """Whether somebody who says to be Robin gets into Robin's account."""
    deployment.provider.control.add_person("somebody", email=ROBINS, given_name="Robin", family_name="Park", **claims)
    deployment.provider.control.settings(auto_person="somebody")
    known = len(deployment.portal.control.state()["users"])
    browser = deployment.browser(deployment.gateway(deployment.entry(preset=preset)))
    assert browser.sign_in().status_code == 302
    answer = browser.get("/go")
    assert answer.status_code in (302, 403)
    assert len(deployment.portal.control.state()["users"]) == known
    return answer.status_code == 302


@pytest.mark.statement(40)
@pytest.mark.parametrize(
    ("claims", "vouched"),
    [
        ({"email_verified": True, "hd": "example.com"}, True),
        ({"email_verified": True}, False),
        ({"email_verified": True, "hd": "elsewhere.example"}, False),
        ({"email_verified": False, "hd": "example.com"}, False),
        ({"hd": "example.com"}, False),
        ({"email_verified": True, "hd": ["example.com"]}, False),
    ],
    ids=str,
)
def test_google_vouches_for_its_own_domain_alone(deployment, claims, vouched):
    assert arrives(deployment, "google", **claims) is vouched


@pytest.mark.statement(40)
@pytest.mark.parametrize(("verified", "vouched"), [(True, True), (False, False), ("true", False), (None, False)])
def test_the_others_vouch_by_the_boolean(deployment, verified, vouched):
    assert arrives(deployment, "generic", email_verified=verified) is vouched


@pytest.mark.statement(39)
@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"oid": "o-1"},
        {"tid": TENANT},
        {"oid": "", "tid": TENANT},
        {"oid": None, "tid": TENANT},
        {"oid": ["o-1"], "tid": TENANT},
        {"oid": "o-1", "tid": "another-tenant"},
        {"oid": "o-1", "tid": TENANT[:-1]},
        {"oid": "o-1", "tid": ""},
        {"oid": "o-1", "tid": [TENANT]},
    ],
    ids=str,
)
def test_entras_people_have_an_object_id_in_the_issuers_tenant_or_are_not_believed(claims):
    with pytest.raises(SignInNotTrusted):
        identity("entra", ENTRA, **claims)


@pytest.mark.statement(39)
def test_entras_person_without_object_id_gets_a_page_and_no_session(deployment):
    browser = deployment.browser(deployment.gateway(deployment.entry(preset="entra")))
    answer, sent = browser.wander("/go")
    assert (answer.status_code, sent) == (502, 2)
    (audit,) = deployment.trail.audits()
    assert "oid is missing; the preset entra needs it: " in audit.note


@pytest.mark.parametrize(
    ("preset", "query"),
    [("entra", {"appid": ["client & more"]}), ("generic", {}), ("okta", {}), ("google", {}), ("keycloak", {})],
)
def test_entra_is_told_for_which_application_its_metadata_are_meant(deployment, preset, query):
    deployment.browser(deployment.gateway(deployment.entry(preset=preset, client_id="client & more"))).begin()
    assert [asked["query"] for asked in deployment.asked("discovery")] == [query]


@pytest.mark.statement(39, 42)
def test_the_same_person_keeps_their_account_under_another_address_and_a_recycled_one_inherits_nothing(deployment):
    control = deployment.provider.control
    app = deployment.gateway()
    kim = deployment.browser(app)
    kim.sign_in()
    kim.get("/go")
    (account,) = [user for user in deployment.portal.control.state()["users"] if user["email"] == "kim@acme.example"]

    control.add_person("kim.lee", sub="sandbox-kim.lee", email="kim.park@acme.example", email_verified=True)
    again = deployment.browser(app)
    again.sign_in()
    again.get("/go")
    renamed = [user for user in deployment.portal.control.state()["users"] if user["id"] == account["id"]]
    assert [user["email"] for user in renamed] == ["kim.park@acme.example"]

    control.add_person("kim.the.second", email="kim.park@acme.example", email_verified=True)
    control.settings(auto_person="kim.the.second")
    newcomer = deployment.browser(app)
    newcomer.sign_in()
    assert newcomer.get("/go").status_code == 403
