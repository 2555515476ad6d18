"""Groups that an ID token leaves out, fetched from Microsoft Graph: what is asked, and what comes of every answer."""

import json
import logging

import pytest

from gateway import log
from gateway.config.assignments import Assignments
from gateway.config.mapping import ConditionSettings, MappingSettings, RuleSettings
from gateway.oidc import graph, provider_calls
from sandbox.idp import running_idp
from tests.gateway.oidc.deployment import PUBLIC_URL, Deployment

TENANT = "6f1d2c3b-0000-4000-8000-000000000000"
GRETA = "0f00c4d1-0000-4000-8000-00000000abcd"
SALES = "5a1e5000-0000-4000-8000-000000000001"
RULE = RuleSettings(name="sales", when=ConditionSettings(group=SALES), assign=Assignments(user_type="Learner"))
DENY = MappingSettings(default="deny", rules=(RULE,))
PERMISSIONS = "give the application the application permissions GroupMember.Read.All and User.ReadBasic.All"


@pytest.fixture(scope="module")
def tenant():
    """Entra ID, as far as it matters here: an issuer with a tenant, and Microsoft Graph beside it."""
    with running_idp(path=f"/{TENANT}/v2.0", redirect_uris=[f"{PUBLIC_URL}/callback/default"]) as running:
        yield running


@pytest.fixture
def entra(tenant, portal, own_log_handlers, tmp_path, monkeypatch):
    """A deployment whose person, Greta, is in more groups than her ID token names."""
    tenant.control.reset()
    tenant.control.add_person(
        "greta",
        email="greta@acme.example",
        given_name="Greta",
        family_name="Ek",
        oid=GRETA,
        tid=TENANT,
        groups=[f"group-{number}" for number in range(250)] + [SALES],
    )
    tenant.control.settings(auto_pick=True, auto_person="greta")
    tenant.control.misbehave("groups-overage")
    built = Deployment(tenant, portal, tmp_path)
    logging.getLogger("gateway").addHandler(built.trail)
    monkeypatch.setattr(log, "_write", built.trail.beside(log._write))
    yield built
    logging.getLogger("gateway").removeHandler(built.trail)
    built.close()


@pytest.fixture
def comes(entra):
    """Have Greta sign in; the gateway's last answer."""

    def signed_in(mapping=DENY, **entry):
        usual = {"preset": "entra", "fetch_groups": "security", "graph_url": root_of(entra)}
        app = entra.gateway(entra.entry(**usual | entry), mapping=mapping)
        return entra.browser(app).sign_in()

    return signed_in


def root_of(entra):
    return entra.provider.issuer.removesuffix(f"/{TENANT}/v2.0")


def asked_for_tokens(entra):
    return [asked["form"] for asked in entra.asked("token") if asked["form"]["grant_type"] == ["client_credentials"]]


@pytest.mark.statement(44)
@pytest.mark.parametrize(("fetch_groups", "security_only"), [("security", True), ("all", False)])
def test_groups_that_were_left_out_are_fetched_with_one_question(entra, comes, wire, fetch_groups, security_only):
    assert comes(fetch_groups=fetch_groups).status_code == 302
    [line] = entra.trail.audits("mapping")
    assert (line.outcome, line.rules, line.missing_groups, line.note) == ("success", "sales", None, None)
    [form] = asked_for_tokens(entra)
    assert form == {"grant_type": ["client_credentials"], "scope": [f"{root_of(entra)}/.default"]}
    [asked] = wire.to(f"/v1.0/users/{GRETA}/getMemberGroups")
    assert (asked.method, asked.url) == ("POST", f"{root_of(entra)}{asked.path}")
    assert json.loads(asked.body) == {"securityEnabledOnly": security_only}
    token = asked.headers["Authorization"].removeprefix("Bearer ")
    assert token not in repr([(entry.name, entry.fields) for entry in entra.trail.entries])


def test_whoever_is_not_in_the_rules_group_is_not_let_in_by_those_that_are_fetched(entra, comes):
    entra.provider.control.add_person("greta", email="greta@acme.example", oid=GRETA, tid=TENANT, groups=["Others"])
    assert comes().status_code == 403
    [refused] = entra.trail.audits()
    assert refused.reason == "no-rule-holds"


@pytest.mark.parametrize(
    ("overage", "mapping", "entry"),
    [
        (False, DENY, {}),
        (True, MappingSettings(), {}),
        (True, DENY, {"fetch_groups": "never", "graph_url": None}),
    ],
    ids=["groups in the token", "no mapping", "not wanted"],
)
def test_nobody_is_asked_where_it_is_not_needed(entra, comes, overage, mapping, entry):
    if not overage:
        entra.provider.control.behave()
    comes(mapping, **entry)
    assert (entra.asked("graph"), asked_for_tokens(entra)) == ([], [])


@pytest.mark.statement(44)
@pytest.mark.parametrize(
    ("mode", "note"),
    [
        ("forbidden", f"status 403, Authorization_RequestDenied; {PERMISSIONS} of Microsoft Graph, with admin consent"),
        ("too-many", "status 400, Directory_ResultSizeLimitExceeded; the person is in more than 11000 groups: use app roles"),
        ("away", "status 503"),
        ("not-json", "the answer is not a whole list of groups"),
        ("paged", "the answer is not a whole list of groups"),
        ("text", "the answer is not a whole list of groups"),
        ("endless", "the answer is not a whole list of groups"),
        ("numbers", "the answer has something that is not the id of a group"),
    ],
)  # fmt: skip
def test_where_graph_tells_no_groups_nobody_is_let_in_by_one_and_the_log_names_the_remedy(entra, comes, mode, note):
    entra.provider.control.settings(graph=mode)
    answer = comes()
    assert (answer.status_code, "<h1>You were not signed in</h1>" in answer.text) == (403, True)
    host = root_of(entra).removeprefix("http://")
    [line], [refused] = entra.trail.audits("mapping"), entra.trail.audits()
    assert (line.outcome, line.missing_groups, line.note) == ("refused", "groups", f"Microsoft Graph at {host}: {note}")
    assert refused.reason == "groups-left-out"
    assert refused.note == f"groups was left out of the claims and cannot be fetched: {line.note}"
    assert entra.calls() == []


def test_a_token_that_graph_does_not_take_names_the_remedy_too(entra, comes):
    entra.provider.control.settings(access_token_seconds=0)
    assert comes(userinfo="never").status_code == 403
    [line] = entra.trail.audits("mapping")
    assert f"status 401, InvalidAuthenticationToken; {PERMISSIONS}" in line.note


def test_nobody_waits_for_graph_longer_than_for_any_provider(entra, comes, monkeypatch):
    monkeypatch.setattr(provider_calls, "READ_SECONDS", 0.5)
    entra.provider.control.settings(graph="slow", slow_seconds=5)
    assert comes().status_code == 403
    [line] = entra.trail.audits("mapping")
    assert line.note == f"Microsoft Graph at {root_of(entra).removeprefix('http://')}: no answer in time"


def test_where_everybody_comes_in_the_rules_of_groups_just_do_not_hold(entra, comes):
    entra.provider.control.settings(graph="forbidden")
    assert comes(MappingSettings(rules=(RULE,))).status_code == 302
    [line] = entra.trail.audits("mapping")
    assert (line.outcome, line.rules, line.missing_groups) == ("nothing", None, "groups")
    assert PERMISSIONS in line.note


def test_as_many_groups_as_graph_ever_tells_fit(entra, comes):
    groups = [f"{number:08}-0000-4000-8000-000000000001" for number in range(graph.MOST_GROUPS - 1)]
    entra.provider.control.add_person(
        "greta", email="greta@acme.example", oid=GRETA, tid=TENANT, groups=[*groups, SALES]
    )
    assert comes().status_code == 302
