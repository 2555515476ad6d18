"""An address that counts for nothing, from the provider's claims to the page and to the line of the audit trail."""

import pytest

from gateway.errors import EmailMalformed, EmailMissing, EmailNotVerified
from gateway.web.error_pages import page_of

ROBINS = "robin@example.com"
"""Of a learner whom TalentLMS knows already."""
OUTCOMES = {True: 302, False: 403}


@pytest.fixture
def arriving(deployment):
    """Let somebody with these claims sign in and click, and return the answer to the click."""

    def arrives(claims, **entry):
        deployment.provider.control.add_person("somebody", given_name="Robin", family_name="Park", **claims)
        deployment.provider.control.settings(auto_person="somebody")
        browser = deployment.browser(deployment.gateway(deployment.entry(**entry)))
        assert browser.sign_in().status_code == 302
        return browser.get("/go")

    return arrives


def refusal(deployment):
    (line,) = deployment.trail.audits("provisioning")
    assert line.outcome == "refused"
    return line


@pytest.mark.statement(40)
@pytest.mark.parametrize(
    ("preset", "claims", "condition"),
    [
        ("generic", {}, "email_verified is absent"),
        ("generic", {"email_verified": None}, "email_verified is absent"),
        ("generic", {"email_verified": False}, "email_verified is false"),
        ("generic", {"email_verified": "true"}, 'email_verified is a text such as "true", not the boolean true'),
        ("okta", {"email_verified": "false"}, 'email_verified is a text such as "true", not the boolean true'),
        ("keycloak", {"email_verified": 1}, "email_verified is not a boolean"),
        ("google", {"email_verified": True}, "hd is absent"),
        ("google", {"email_verified": True, "hd": "elsewhere.example"}, "hd is another domain"),
        ("google", {"email_verified": False, "hd": "example.com"}, "email_verified is false"),
        ("google", {"hd": "example.com"}, "email_verified is absent"),
    ],
    ids=str,
)
def test_the_audit_line_says_what_came_in_place_of_a_verified_address(deployment, arriving, preset, claims, condition):
    answer = arriving({"email": ROBINS, **claims}, preset=preset)
    assert answer.status_code == 403
    assert page_of(EmailNotVerified).title in answer.text
    line = refusal(deployment)
    assert line.reason == "email-not-verified"
    assert line.condition.startswith(condition)
    assert line.remedy
    assert line.condition not in answer.text


@pytest.mark.statement(40)
def test_the_audit_line_names_the_domain_that_is_not_trusted(deployment, arriving):
    answer = arriving(
        {"email": ROBINS, "email_verified": True}, trusted_email_domains=frozenset({"acme.example", "ample.com"})
    )
    assert answer.status_code == 403
    line = refusal(deployment)
    assert line.condition == "example.com is not among trusted_email_domains"
    assert "if this provider may vouch" in line.remedy


@pytest.mark.statement(40)
def test_the_audit_line_names_everything_that_is_wrong(deployment, arriving):
    arriving({"email": ROBINS, "email_verified": False}, trusted_email_domains=frozenset({"acme.example"}))
    assert refusal(deployment).condition == "email_verified is false; example.com is not among trusted_email_domains"


@pytest.mark.statement(41)
@pytest.mark.parametrize(
    ("written", "error", "condition"),
    [
        ("robin@example.com ", EmailMalformed, "the claim email has blanks around the address"),
        ("\trobin@example.com\n", EmailMalformed, "the claim email has blanks around the address"),
        ("robin@example", EmailMalformed, "the claim email is not one whole address"),
        ("robin", EmailMalformed, "the claim email is not one whole address"),
        ("robin@evil.example@example.com", EmailMalformed, "the claim email is not one whole address"),
        (" ", EmailMalformed, "the claim email is not one whole address"),
        (["robin@example.com"], EmailMalformed, "the claim email is not one whole address"),
        (False, EmailMalformed, "the claim email is not one whole address"),
        ("", EmailMissing, "the claim email is absent"),
        (None, EmailMissing, "the claim email is absent"),
    ],
    ids=str,
)
def test_a_malformed_address_is_not_a_missing_one(deployment, arriving, written, error, condition):
    answer = arriving({"email": written, "email_verified": True})
    assert answer.status_code == 403
    assert page_of(error).title in answer.text
    assert page_of(error).advice in answer.text
    line = refusal(deployment)
    assert line.reason == error.code
    assert line.condition.startswith(condition)
    assert deployment.calls() == []


def test_whoever_is_signed_up_although_nobody_vouches_for_the_address_has_the_reason_in_the_log(deployment, arriving):
    assert arriving({"email": "new@acme.example"}).status_code == 302
    (line,) = deployment.trail.audits("provisioning")
    assert (line.outcome, line.step, line.condition) == ("success", "signed_up", "email_verified is absent")


def test_whoever_is_signed_up_with_a_verified_address_needs_none(deployment, arriving):
    assert arriving({"email": "new@acme.example", "email_verified": True}).status_code == 302
    (line,) = deployment.trail.audits("provisioning")
    assert (line.outcome, line.step, line.condition) == ("success", "signed_up", None)


# --- domains whose addresses count although the provider never says so -----------------------------------------


@pytest.mark.statement(40)
@pytest.mark.parametrize(
    ("preset", "claims", "counts"),
    [
        ("generic", {}, True),
        ("generic", {"email_verified": None}, True),
        ("generic", {"email_verified": True}, True),
        ("generic", {"email_verified": False}, False),
        ("generic", {"email_verified": "true"}, False),
        ("generic", {"email_verified": "false"}, False),
        ("generic", {"email_verified": ""}, False),
        ("generic", {"email_verified": 1}, False),
        ("generic", {"email": "robin@sub.example.com"}, False),
        ("generic", {"email": "robin@example.com "}, False),
        ("okta", {}, True),
        ("google", {"hd": "example.com"}, True),
        ("google", {"email_verified": True}, False),
        ("google", {"email_verified": True, "hd": "elsewhere.example"}, False),
    ],
    ids=str,
)
def test_the_domain_counts_where_the_claim_is_absent_and_never_against_an_answer(
    deployment, arriving, preset, claims, counts
):
    deployment.portal.control.add_user("robin@sub.example.com")
    known = len(deployment.portal.control.state()["users"])
    answer = arriving({"email": ROBINS, **claims}, preset=preset, email_verified_domains=frozenset({"example.com"}))
    assert answer.status_code == OUTCOMES[counts]
    assert len(deployment.portal.control.state()["users"]) == known
    (line,) = deployment.trail.audits("provisioning")
    assert (line.outcome, line.step) == (("success", "adopted") if counts else ("refused", None))


@pytest.mark.statement(40)
def test_the_domain_counts_where_only_userinfo_speaks_and_not_where_userinfo_denies(deployment, arriving):
    deployment.provider.control.misbehave("claims-only-in-userinfo")
    domains = {"email_verified_domains": frozenset({"example.com"})}
    assert arriving({"email": ROBINS, "email_verified": False}, **domains).status_code == 403
    assert arriving({"email": ROBINS}, **domains).status_code == 302


@pytest.mark.statement(40)
def test_the_domain_counts_only_within_the_trusted_ones(deployment, arriving):
    """Settings that say otherwise are refused at the start; a gateway made with them does not believe either."""
    domains = {
        "email_verified_domains": frozenset({"example.com"}),
        "trusted_email_domains": frozenset({"acme.example"}),
    }
    assert arriving({"email": ROBINS}, **domains).status_code == 403
    assert refusal(deployment).condition == "example.com is not among trusted_email_domains"
