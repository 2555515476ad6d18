"""The mapping at a sign-in: from the provider's claims to TalentLMS, with the calls counted; and who may come in."""

import pytest

from gateway.config.assignments import Assignments
from gateway.config.mapping import ConditionSettings, FieldSettings, MappingSettings, RuleSettings

FIELDS = {
    "custom_field_1": FieldSettings(claim="https://acme.com/department", update="on_login"),
    "timezone": FieldSettings(claim="zoneinfo"),
    "language": FieldSettings(claim="sprache", fallback=("locale",), values={"Deutsch": "de"}),
    "bio": FieldSettings(claim="about", update="on_create"),
}
LEARNERS = RuleSettings(
    name="learners", when=ConditionSettings(group="Learners"), assign=Assignments(user_type="Learner")
)
GROUPS_LEFT_OUT = {"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {"endpoint": "https://graph"}}}


@pytest.fixture
def person(deployment):
    """Have somebody with these claims sign in next."""
    deployment.portal.control.add_custom_field("user", "custom_field_1", "Department")

    def comes(**claims):
        usual = {"email": "greta@acme.example", "email_verified": True, "given_name": "Greta", "family_name": "Ek"}
        login = deployment.provider.control.add_person("greta", **usual | claims)
        deployment.provider.control.settings(auto_pick=True, auto_person=login)

    return comes


@pytest.fixture
def click(deployment):
    """Sign in anew at a gateway with a mapping, click, and return the calls that it took, without the link's own."""
    made = {}

    def clicked(**mapping):
        key = repr(mapping)
        made[key] = made.get(key) or deployment.gateway(mapping=MappingSettings(**mapping))
        deployment.portal.control.clear_calls()
        answer = deployment.browser(made[key]).wander("/login/default?next=/go")[0]
        assert answer.status_code == 302, answer.text
        return [call.operation for call in deployment.calls() if call.operation not in LINK]

    return clicked


LINK = {"ratelimit", "userlogin", "users/id"}


def account(deployment):
    [found] = [user for user in deployment.portal.control.state()["users"] if user["email"] == "greta@acme.example"]
    return found


def test_claims_reach_talentlms_at_the_sign_up_and_when_they_change_and_never_in_between(deployment, person, click):
    claims = {
        "https://acme.com/department": "R&D",
        "zoneinfo": "Europe/Stockholm",
        "about": "Birds",
        "groups": "Learners",
    }
    person(**claims, sprache="Deutsch")
    assert click(fields=FIELDS, rules=(LEARNERS,)) == ["users/email", "usersignup", "edituser"]
    found = account(deployment)
    assert found["custom_fields"] == {"custom_field_1": "R&D"}
    assert (found["bio"], found["language"], found["user_type"]) == ("Birds", "German", "Learner")
    assert found["timezone"].endswith("Stockholm, Sweden")
    assert click(fields=FIELDS, rules=(LEARNERS,)) == []

    person(**claims | {"https://acme.com/department": "HR", "about": "Bees"})
    assert click(fields=FIELDS, rules=(LEARNERS,)) == ["edituser"]
    assert click(fields=FIELDS, rules=(LEARNERS,)) == []
    found = account(deployment)
    assert (found["custom_fields"], found["bio"]) == ({"custom_field_1": "HR"}, "Birds")


def test_an_ill_formed_claim_leaves_its_field_alone_and_is_told_without_its_value(deployment, person, click):
    person(**{"https://acme.com/department": "R&D", "zoneinfo": "Europe/Stockholm"})
    click(fields=FIELDS)
    person(**{"https://acme.com/department": ["R&D", "HR"], "zoneinfo": "Mars/Olympus", "family_name": "Eek"})
    click(fields=FIELDS)
    found = account(deployment)
    assert (found["custom_fields"], found["last_name"]) == ({"custom_field_1": "R&D"}, "Eek")
    assert found["timezone"].endswith("Stockholm, Sweden")
    line = deployment.trail.audits("mapping")[-1]
    assert line.faults == (
        "custom_field_1: https://acme.com/department holds several values; "
        "timezone: zoneinfo is no time zone that TalentLMS has"
    )


def test_without_a_mapping_a_sign_in_is_as_it_was(deployment, person, click):
    person(department="R&D", groups=["Learners"])
    assert click() == ["users/email", "usersignup"]
    assert (account(deployment)["custom_fields"], deployment.trail.audits("mapping")) == ({}, [])


@pytest.mark.parametrize(
    ("claims", "entry", "heading", "reason"),
    [
        ({"groups": ["Others"]}, {}, "not open to your account yet", "no-rule-holds"),
        ({"groups": "notLearners"}, {}, "not open to your account yet", "no-rule-holds"),
        ({}, {}, "not open to your account yet", "no-rule-holds"),
        (GROUPS_LEFT_OUT, {}, "send only the groups or roles that are assigned to this application", "groups-left-out"),
        ({"groups": ["Learners"]}, {"groups_claim": "teams"}, "not open to your account yet", "no-rule-holds"),
    ],
)
def test_who_no_rule_lets_in_gets_a_page_and_no_session(deployment, person, claims, entry, heading, reason):
    person(**claims)
    deny = MappingSettings(default="deny", rules=(LEARNERS,))
    browser = deployment.browser(deployment.gateway(deployment.entry(**entry), mapping=deny))
    answer = browser.sign_in()
    assert answer.status_code == 403
    assert "<h1>You were not signed in</h1>" in answer.text
    assert heading in answer.text
    assert not browser.is_signed_in
    assert deployment.calls() == []
    [mapped], [refused] = deployment.trail.audits("mapping"), deployment.trail.audits("sign_in")
    assert (mapped.outcome, mapped.missing_groups) == ("refused", "groups" if reason == "groups-left-out" else None)
    assert (refused.outcome, refused.reason) == ("refused", reason)


@pytest.mark.parametrize(
    ("claims", "entry"),
    [
        ({"groups": ["Others", "Learners"]}, {}),
        ({"teams": {"of": {"kim": "Learners"}}}, {"groups_claim": "teams.of.kim"}),
        ({"realm_access": {"roles": ["Learners"]}}, {"preset": "keycloak"}),
        ({"https://acme.com/roles": ["Learners"]}, {"preset": "auth0"}),
    ],
)
def test_who_a_rule_lets_in_has_a_session_and_the_trail_names_the_rule(deployment, person, claims, entry):
    person(**claims)
    deny = MappingSettings(default="deny", rules=(LEARNERS,))
    browser = deployment.browser(deployment.gateway(deployment.entry(**entry), mapping=deny))
    assert browser.sign_in().status_code == 302
    assert browser.is_signed_in
    [line] = deployment.trail.audits("mapping")
    assert (line.outcome, line.rules, line.faults) == ("success", "learners", None)


@pytest.mark.parametrize(("verified", "comes_in"), [(True, True), (False, False), (None, False)])
def test_the_domain_of_an_address_for_which_nobody_vouches_lets_nobody_in(deployment, person, verified, comes_in):
    person(email_verified=verified)
    domain = RuleSettings(name="staff", when=ConditionSettings(email_domain="acme.example"))
    browser = deployment.browser(deployment.gateway(mapping=MappingSettings(default="deny", rules=(domain,))))
    assert (browser.sign_in().status_code == 302) is comes_in


def test_an_address_of_another_claim_adopts_nobodys_account(deployment, person):
    deployment.portal.control.add_user("boss@acme.example", login="boss")
    person(mail="boss@acme.example")
    mapping = MappingSettings(fields={"email": FieldSettings(claim="mail")})
    answer, _ = deployment.browser(deployment.gateway(mapping=mapping)).wander("/login/default?next=/go")
    assert (answer.status_code, "Your e-mail address is not confirmed" in answer.text) == (403, True)
    [line] = deployment.trail.audits("provisioning")
    assert line.condition.startswith("the mapping takes the address from another claim than email")


def test_a_first_and_last_name_come_of_a_name_with_a_comma(deployment, person, click):
    person(given_name=None, family_name=None, name="Müller, Jürgen")
    click()
    assert [account(deployment)[name] for name in ("first_name", "last_name")] == ["Jürgen", "Müller"]
