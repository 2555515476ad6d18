"""``talentlms-gateway mapping test``, as it is called: offline, and changing nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.gateway.test_factory import clean_environment

SETTINGS = """
[[identity_providers]]
name = "keycloak"
preset = "keycloak"
issuer = "https://id.acme.example/realms/acme"
client_id = "training"
client_secret = "secret-of-nobody"
[[identity_providers]]
name = "entra"
issuer = "https://login.microsoftonline.com/6f1d2c3b-0000-4000-8000-000000000000/v2.0"
client_id = "training"
client_secret = "secret-of-nobody"
[mapping]
default = "deny"
[mapping.fields]
custom_field_3 = { claim = "department", update = "on_login" }
timezone = { claim = "zoneinfo" }
[[mapping.rules]]
name = "sales"
when = { group = "Sales" }
assign = { courses = [56, { id = 57, role = "instructor" }], groups = ["KEY12345"], branch = "emea" }
on_lost = "remove"
[[mapping.rules]]
name = "domain"
when = { email_domain = "acme.example" }
assign = { user_type = "Learner-Type" }
[[mapping.rules]]
name = "broken"
when = { jmespath = "contains(department, 'R')" }
"""
KIM = {
    "email": "kim@acme.example",
    "email_verified": True,
    "department": "R&D",
    "zoneinfo": "Mars/Olympus",
    "realm_access": {"roles": ["Sales"]},
}
FAULTS = [
    "rule broken: its expression counts as false: contains() does not take string",
    "timezone: zoneinfo is no time zone that TalentLMS has",
]


@pytest.fixture
def tried(tmp_path):
    """Call the command with claims, and return what came of it."""
    (tmp_path / "gateway.toml").write_text(SETTINGS)

    def called(claims, *arguments, command=("mapping", "test")):
        (tmp_path / "claims.json").write_text(claims if isinstance(claims, str) else json.dumps(claims))
        file = ("--claims", str(tmp_path / "claims.json")) if command[0] == "mapping" else ()
        changes = dict.fromkeys(("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"))
        environment = clean_environment(
            STATE_DIRECTORY=str(tmp_path), GATEWAY_CONFIG=str(tmp_path / "gateway.toml"), **changes
        )
        program = str(Path(sys.executable).with_name("talentlms-gateway"))
        return subprocess.run(
            [program, *command, *file, *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return called


def test_it_says_which_rule_holds_why_and_what_would_be_told_and_given(tried, tmp_path):
    done = tried(KIM, "--provider", "keycloak")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "provider  keycloak (keycloak)",
        "sign-in   let in",
        "rule      sales: group 'Sales' from realm_access.roles",
        "rule      domain: the e-mail address is of acme.example",
        "field     custom_field_3 = 'R&D', from department, on_login",
        "give      course 56 as learner, by rule sales; on_lost = remove",
        "give      course 57 as instructor, by rule sales; on_lost = remove",
        "give      group KEY12345, by rule sales; on_lost = remove",
        "give      branch emea, by rule sales; on_lost = remove",
        "give      user_type Learner-Type, by rule domain; on_lost = keep",
        *(f"fault     {fault}" for fault in FAULTS),
    ]
    assert not (tmp_path / "gateway.db").exists()


def test_it_says_the_same_to_a_program(tried):
    told = json.loads(tried(KIM, "--provider", "keycloak", "--json").stdout)
    assert (told["provider"], told["denied"], told["missing_groups"]) == ("keycloak", False, "")
    assert told["rules"][0] == {"rule": "sales", "why": "group 'Sales' from realm_access.roles"}
    assert told["fields"] == [{"field": "custom_field_3", "value": "R&D", "claim": "department", "update": "on_login"}]
    assert told["grants"][1] == {
        "kind": "course",
        "target": "57",
        "rule": "sales",
        "on_lost": "remove",
        "role": "instructor",
    }
    assert told["faults"] == FAULTS


def test_it_says_that_somebody_would_be_refused_and_whether_groups_were_left_out(tried):
    tenant = {"oid": "aa11", "tid": "6f1d2c3b-0000-4000-8000-000000000000"}
    done = tried({**tenant, "hasgroups": True}, "--provider", "entra")
    assert done.returncode == 0
    assert "sign-in   refused, no rule holds; the provider left groups out" in done.stdout.splitlines()
    assert "fault     rule broken: the provider left groups out, so its expression counts as false" in done.stdout


@pytest.mark.parametrize(
    ("claims", "arguments", "says"),
    [
        (KIM, (), "Name one of the identity providers with --provider: keycloak, entra."),
        (KIM, ("--provider", "okta"), "Name one of the identity providers with --provider: keycloak, entra."),
        ("[1]", ("--provider", "keycloak"), "The file holds no JSON object: write the claims of an ID token, decoded."),
        ("eyJh", ("--provider", "keycloak"), "The file holds no JSON: write the claims of an ID token, decoded."),
        (KIM, ("--provider", "entra"), "The provider's preset refuses such claims: oid or tid is missing, or tid is not the issuer's tenant."),
    ],
)  # fmt: skip
def test_what_cannot_be_tried_is_said_in_one_sentence(tried, claims, arguments, says):
    done = tried(claims, *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{says}\n")


def test_check_refuses_what_no_sign_in_gives_yet(tried):
    done = tried("", command=("check",))
    assert done.returncode == 1
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == [
        "mapping.rules[0].assign.courses",
        "mapping.rules[0].assign.groups",
        "mapping.rules[0].assign.branch",
        "mapping.rules[0].on_lost",
    ]
