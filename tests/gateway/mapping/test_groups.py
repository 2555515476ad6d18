"""Groups, as each product sends them: real-shaped tokens per preset."""

import pytest

from gateway.config import IdentityProviderSettings
from gateway.mapping.groups import GroupClaims, groups_of, with_lists

OBJECT_ID = "0e2c6a5b-7f0b-4a0f-9f0a-3d0a7a1f2b11"
ENTRA = {
    "aud": "11f0a2c4-0000-4000-8000-000000000000",
    "iss": "https://login.microsoftonline.com/6f1d2c3b-0000-4000-8000-000000000000/v2.0",
    "tid": "6f1d2c3b-0000-4000-8000-000000000000",
    "oid": "aa11",
    "preferred_username": "kim@acme.com",
    "ver": "2.0",
}
KEYCLOAK = {
    "iss": "https://id.acme.com/realms/acme",
    "azp": "training.v2",
    "groups": ["/sales/emea", "/staff"],
    "realm_access": {"roles": ["offline_access", "Sales"]},
    "resource_access": {"training.v2": {"roles": ["trainer"]}, "account": {"roles": ["manage-account"]}},
}


def where(preset, **changes):
    own = {"issuer": "https://id.acme.com", "client_id": "training.v2", **changes}
    return GroupClaims.of(IdentityProviderSettings(name="acme", preset=preset, **own))


@pytest.mark.parametrize(
    ("preset", "changes", "claims", "groups"),
    [
        ("entra", {}, ENTRA | {"groups": [OBJECT_ID], "roles": ["Sales"]}, {OBJECT_ID: "groups", "Sales": "roles"}),
        ("entra", {}, ENTRA, {}),
        ("okta", {}, {"groups": ["Everyone", "Sales"]}, {"Everyone": "groups", "Sales": "groups"}),
        ("okta", {}, {"groups": ["Sales"], "roles": ["Admin"]}, {"Sales": "groups"}),
        ("google", {}, {"hd": "acme.com", "groups": ["Sales"]}, {}),
        (
            "keycloak",
            {},
            KEYCLOAK,
            {
                "/sales/emea": "groups",
                "/staff": "groups",
                "offline_access": "realm_access.roles",
                "Sales": "realm_access.roles",
                "trainer": "resource_access.training.v2.roles",
            },
        ),
        ("keycloak", {}, {"realm_access": "Sales", "resource_access": {"training.v2": ["Sales"]}}, {}),
        (
            "auth0",
            {},
            {"https://acme.com/groups": ["Sales"], "https://acme.com/roles": "staff", "https://acme.com/plan": ["gold"]},
            {"Sales": "https://acme.com/groups", "staff": "https://acme.com/roles"},
        ),
        (
            "auth0",
            {"groups_claim": "https://acme.com/teams"},
            {"https://acme.com/teams": ["Sales"], "https://acme.com/groups": ["Admin"]},
            {"Sales": "https://acme.com/teams"},
        ),
        ("jumpcloud", {}, {"groups": "Sales, EMEA"}, {"Sales, EMEA": "groups"}),
        ("jumpcloud", {"groups_claim": "memberOf"}, {"memberOf": "Sales", "groups": ["x"]}, {"Sales": "memberOf"}),
        ("generic", {}, {"groups": ["Sales"], "roles": ["Admin"]}, {"Sales": "groups"}),
        ("generic", {"groups_claim": "acme.teams"}, {"acme": {"teams": ["Sales"]}}, {"Sales": "acme.teams"}),
        ("generic", {}, {"groups": ["Vertriebsbu\u0308ro"]}, {"Vertriebsb\u00fcro": "groups"}),
        ("generic", {}, {"groups": []}, {}),
    ],
)  # fmt: skip
def test_groups_are_where_each_product_sends_them(preset, changes, claims, groups):
    found = groups_of(claims, where(preset, **changes))
    assert (dict(found.claims), found.missing, found.faults) == (groups, "", ())


@pytest.mark.parametrize("value", [7, True, {"Sales": True}, [["Sales"]], [{"name": "Sales"}], ["", None]])
def test_what_is_no_list_of_names_names_nobody_and_is_told(value):
    found = groups_of({"groups": value}, where("generic"))
    assert (dict(found.claims), found.faults) == ({}, ("groups: is no list of names",))


def test_names_among_what_is_none_count_all_the_same():
    found = groups_of({"groups": ["Sales", 7]}, where("generic"))
    assert (dict(found.claims), found.faults) == ({"Sales": "groups"}, ("groups: is no list of names",))


@pytest.mark.parametrize(
    ("preset", "changes", "claims", "missing"),
    [
        ("entra", {}, {"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {"endpoint": "https://graph"}}}, "groups"),
        ("entra", {}, {"hasgroups": True}, "groups"),
        ("entra", {}, {"hasgroups": "true"}, "groups"),
        ("entra", {}, {"hasgroups": True, "groups": ["x"]}, ""),
        ("entra", {}, {"hasgroups": False}, ""),
        ("entra", {"groups_claim": "roles"}, {"hasgroups": True}, ""),
        ("generic", {"groups_claim": "teams"}, {"_claim_names": {"teams": "src1"}}, "teams"),
        ("generic", {}, {"_claim_names": {"address": "src1"}}, ""),
        ("google", {}, {"_claim_names": {"groups": "src1"}}, ""),
    ],
)  # fmt: skip
def test_groups_that_were_left_out_are_noticed(preset, changes, claims, missing):
    assert groups_of(claims, where(preset, **changes)).missing == missing


def test_roles_that_came_count_although_the_groups_were_left_out():
    found = groups_of(ENTRA | {"hasgroups": True, "roles": ["Sales"]}, where("entra"))
    assert (dict(found.claims), found.missing) == ({"Sales": "roles"}, "groups")


def test_a_lone_group_is_a_list_for_expressions_and_other_claims_are_as_they_were():
    claims = {"groups": "Sales", "department": "R&D", "nested": {"groups": "x"}}
    assert with_lists(claims, where("jumpcloud")) == {**claims, "groups": ["Sales"]}
