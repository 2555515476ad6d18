"""``talentlms-gateway mapping``, as it is called: changing nothing."""

import json
from dataclasses import replace

import pytest

from gateway.database.account_links import AccountLinks
from gateway.database.assignments import AssignedPerson, Assignment
from gateway.database.holdings import Holdings
from gateway.database.upgrade import opened
from schemas.learner import AccountLink
from schemas.secret import Secret
from tests.conftest import API_KEY
from tests.databases import new_database
from tests.gateway.called import called
from tests.gateway.test_factory import clean_environment
from tests.ports import free_port

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

NO_OBJECT_ID = (
    "oid is missing; the preset entra needs it: ask for the scope profile, or name the preset of the provider's product"
)
NO_COURSE = "TalentLMS has no course with this id; look the id up in its address in TalentLMS"
NO_FIELD = (
    "TalentLMS has no such custom user field; it has custom_field_1 (Department), custom_field_2 (Region), "
    "custom_field_3 (Employee number), custom_field_4 (Newsletter), custom_field_5 (Hired on)"
)


@pytest.fixture
def tried(tmp_path, portal, own_log_handlers):
    """Call the command with claims, and return what came of it; TalentLMS has all that the settings name."""
    portal.control.add_course("Selling", id=57)

    def outcome(claims, *arguments, command=("mapping", "test"), settings=SETTINGS, **variables):
        (tmp_path / "gateway.toml").write_text(settings)
        (tmp_path / "claims.json").write_text(claims if isinstance(claims, str) else json.dumps(claims))
        file = ("--claims", str(tmp_path / "claims.json")) if command == ("mapping", "test") else ()
        lms = {"TALENTLMS_URL": portal.url, "TALENTLMS_API_KEY": API_KEY}
        changes = dict.fromkeys(("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")) | lms | variables
        environment = clean_environment(
            STATE_DIRECTORY=str(tmp_path), GATEWAY_CONFIG=str(tmp_path / "gateway.toml"), **changes
        )
        return called((*command, *file, *arguments), environment)

    return outcome


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
        (KIM, ("--provider", "entra"), f"The provider's preset refuses such claims: {NO_OBJECT_ID}."),
    ],
)  # fmt: skip
def test_what_cannot_be_tried_is_said_in_one_sentence(tried, claims, arguments, says):
    done = tried(claims, *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{says}\n")


def test_what_the_mapping_names_and_talentlms_does_not_know_is_said_and_ends_with_1(tried, portal):
    wrong = SETTINGS.replace("courses = [56,", "courses = [65,").replace('"emea"', '"Emea"')
    done = tried(KIM, "--provider", "keycloak", settings=wrong.replace("custom_field_3", "custom_field_7"))
    assert (done.returncode, done.stderr) == (1, "")
    assert "give      course 65 as learner, by rule sales; on_lost = remove" in done.stdout.splitlines()
    assert done.stdout.splitlines()[-3:] == [
        f'unknown   mapping.rules[0].assign.courses: "65": {NO_COURSE}',
        'unknown   mapping.rules[0].assign.branch: "Emea": TalentLMS has no branch of this name; did you mean emea?',
        f'unknown   mapping.fields.custom_field_7: "custom_field_7": {NO_FIELD}',
    ]
    assert sorted(call.operation for call in portal.control.calls() if call.operation != "ratelimit") == [
        "branches",
        "courses",
        "getcustomregistrationfields",
        "groups",
    ]
    told = json.loads(tried(KIM, "--provider", "keycloak", "--json", settings=wrong).stdout)
    assert [one["name"] for one in told["unknown"]] == [
        "mapping.rules[0].assign.courses",
        "mapping.rules[0].assign.branch",
    ]
    assert told["unasked"] == []


def test_it_tries_claims_also_where_talentlms_cannot_be_asked_and_says_so(tried):
    done = tried(KIM, "--provider", "keycloak", TALENTLMS_URL=f"http://127.0.0.1:{free_port()}")
    assert (done.returncode, done.stderr) == (0, "")
    assert "rule      sales: group 'Sales' from realm_access.roles" in done.stdout.splitlines()
    assert done.stdout.splitlines()[-1].startswith(
        "unasked   courses, groups, branches, custom user fields: talentlms-unavailable: "
    )


def test_check_takes_what_rules_give(tried):
    assert tried("", command=("check",)).returncode == 0


@pytest.fixture
def given(tmp_path):
    """Somebody to whom rules gave something at a sign-in."""
    url = new_database(tmp_path)
    database = opened(Secret(url))
    link = AccountLink("https://id.acme.example", "kim", 7, "kim.lee", email="kim@acme.example")
    AccountLinks(database).own(link)
    holdings = Holdings(database)
    intro = Assignment(link.person, "course", "56", "learner", "sales", "remove")
    emea = Assignment(link.person, "branch", "emea", "", "sales", "remove")
    gone = Assignment(link.person, "group", "GONE", "", "sales")
    why = {"sales": "group 'Sales' from groups", "domain": "the e-mail address is of acme.example"}
    person = AssignedPerson(link.person, "keycloak", "x", why)
    holdings.assignments.tell(person, [intro, emea, gone])
    holdings.put(
        replace(intro, state="given", user_id=7),
        replace(gone, state="dead", error="group-not-found", note="no such key"),
    )
    holdings.assignments.tell(replace(person, digest="y"), [emea, gone])
    database.close()
    return link.person, url


@pytest.mark.parametrize("user", ["kim@acme.example", "kim.lee", "7", None])
def test_explain_says_what_was_given_by_which_rule_and_what_is_left_to_do(tried, given, user):
    person, url = given
    done = tried("", command=("mapping", "explain", "--user", user or person), GATEWAY_DATABASE_URL=url)
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert lines[0] == f"person    {person}, keycloak; user 7, kim@acme.example"
    assert lines[1].endswith("; waiting")
    assert lines[2:] == [
        "rule      domain: the e-mail address is of acme.example",
        "rule      sales: group 'Sales' from groups",
        "user_type Learner-Type: told with the sign-up alone, TalentLMS's API changes no account's type, by rule domain",
        "branch    emea: to be given, by rule sales; on_lost = remove",
        "course    56 as learner: to end, by rule sales; on_lost = remove",
        "group     GONE: cannot be given (no such key), by rule sales; on_lost = keep",
    ]


def test_explain_says_it_to_a_program_and_that_there_is_nobody(tried, given):
    person, url = given
    done = tried("", command=("mapping", "explain", "--user", "7", "--json"), GATEWAY_DATABASE_URL=url)
    [story] = json.loads(done.stdout)
    assert (story["person"]["person"], story["link"]["user_id"], len(story["assignments"])) == (person, 7, 3)
    assert story["user_type"] == {"name": "Learner-Type", "rule": "domain"}
    done = tried("", command=("mapping", "explain", "--user", "nobody"), GATEWAY_DATABASE_URL=url)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "No rule of the mapping has ever given anything to such a person.\n"
