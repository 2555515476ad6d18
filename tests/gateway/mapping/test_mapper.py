"""From claims to an outcome, and from an outcome to an identity."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config.assignments import Assignments, CourseAssignment
from gateway.config.mapping import ConditionSettings, FieldSettings, MappingSettings, RuleSettings
from gateway.expressions import Expression
from gateway.mapping.groups import GroupClaims
from gateway.mapping.mapper import Mapper
from gateway.mapping.outcome import Grant, HeldRule, MappedField
from schemas.mapped import NOTHING_MAPPED, Detail
from tests.gateway.flows.scene import KIM

HERE = GroupClaims()
EXPRESSION = Expression("contains(groups, 'Sales')")
MISSING = {"_claim_names": {"groups": "src1"}}


def rule(name="sales", *, assign=None, stop=False, on_lost="keep", **when):
    given_ = Assignments(**(assign or {"courses": (CourseAssignment(56),)}))
    return RuleSettings(name=name, when=ConditionSettings(**when), assign=given_, stop=stop, on_lost=on_lost)


def outcome(claims, *rules, fields=None, default="learner", own_email="", where=HERE):
    mapper = Mapper(MappingSettings(default=default, fields=fields or {}, rules=rules))
    return mapper.outcome(claims, where, own_email)


def why(claims, **when):
    """Return why the one rule holds; empty where it does not."""
    return "".join(held.why for held in outcome(claims, rule(**when)).rules)


# --- conditions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "claims", "because"),
    [
        ({"group": "Sales"}, {"groups": ["staff", "Sales"]}, "group 'Sales' from groups"),
        ({"group": "Sales"}, {"groups": "Sales"}, "group 'Sales' from groups"),
        ({"group": "Sales"}, {"groups": ["sales", "Sales ", "Presales", "Sales, EMEA"]}, ""),
        ({"group": "Sales"}, {"groups": "Presales"}, ""),
        ({"group": "Sales"}, {"roles": ["Sales"]}, ""),
        ({"group": "Sales"}, {}, ""),
        ({"any_of": ("Sales", "staff")}, {"groups": ["staff"]}, "group 'staff' from groups"),
        ({"any_of": ("Sales", "staff")}, {"groups": ["x"]}, ""),
        ({"all_of": ("Sales", "staff")}, {"groups": ["staff", "Sales"]}, "group 'Sales' from groups, group 'staff' from groups"),
        ({"all_of": ("Sales", "staff")}, {"groups": ["staff"]}, ""),
        ({"claim": "department", "equals": "R&D"}, {"department": "R&D"}, "department is 'R&D'"),
        ({"claim": "department", "equals": "R&D"}, {"department": ["HR", "R&D"]}, "department is 'R&D'"),
        ({"claim": "department", "equals": "R&D"}, {"department": "R&D2"}, ""),
        ({"claim": "org.level", "equals": 3}, {"org": {"level": 3}}, "org.level is 3"),
        ({"claim": "org.level", "equals": 1}, {"org": {"level": True}}, ""),
        ({"claim": "external", "equals": False}, {"external": False}, "external is False"),
        ({"claim": "external", "equals": False}, {}, ""),
        ({"jmespath": EXPRESSION}, {"groups": ["Sales"]}, "contains(groups, 'Sales') is true"),
        ({"jmespath": EXPRESSION}, {"groups": "Sales"}, "contains(groups, 'Sales') is true"),
        ({"jmespath": EXPRESSION}, {"groups": "notSales"}, ""),
        ({"email_domain": "acme.example"}, {"email": "kim@acme.example", "email_verified": True}, ""),
    ],
)  # fmt: skip
def test_a_rule_holds_where_its_condition_does(when, claims, because):
    assert why(claims, **when) == because


@pytest.mark.parametrize(
    ("own", "holds"), [("kim@acme.example", True), ("kim@sub.acme.example", False), ("", False), ("acme.example", True)]
)
def test_a_domain_counts_of_an_address_alone_that_is_known_to_be_the_persons_own(own, holds):
    found = outcome({"email": "kim@acme.example"}, rule(email_domain="acme.example"), own_email=own)
    assert bool(found.rules) is (holds and bool(own))


def test_an_error_of_an_expression_is_shown_and_counts_as_false():
    found = outcome({"title": "notadmin"}, rule(jmespath=Expression("contains(title, 'admin')")), default="deny")
    assert (found.rules, found.grants, found.denied) == ((), (), True)
    assert found.faults == ("rule sales: its expression counts as false: contains() does not take string",)


# --- grants ---------------------------------------------------------------------------------------------------------


def test_several_rules_add_up_and_each_grant_names_its_rule():
    sales = rule(
        group="Sales", assign={"courses": (CourseAssignment(56, "instructor"),), "branch": "emea"}, on_lost="remove"
    )
    staff = rule("staff", group="staff", assign={"groups": ("KEY12345",), "courses": (CourseAssignment(56),)})
    found = outcome({"groups": ["staff", "Sales"]}, sales, staff, rule("other", group="other"))
    assert found.grants == (
        Grant("course", "56", "sales", "remove", "instructor"),
        Grant("branch", "emea", "sales", "remove"),
        Grant("course", "56", "staff", "keep", "learner"),
        Grant("group", "KEY12345", "staff", "keep"),
    )
    assert found.rules == (
        HeldRule("sales", "group 'Sales' from groups"),
        HeldRule("staff", "group 'staff' from groups"),
    )


def test_no_later_rule_is_looked_at_where_one_stops():
    rules = (rule("a", group="Sales"), rule("b", group="Sales", stop=True), rule("c", group="Sales"))
    assert [held.rule for held in outcome({"groups": ["Sales"]}, *rules).rules] == ["a", "b"]
    rules = (rule("a", group="other", stop=True), rule("b", group="Sales"))
    assert [held.rule for held in outcome({"groups": ["Sales"]}, *rules).rules] == ["b"]


def test_of_several_user_types_the_first_one_counts():
    rules = [rule(name, group="Sales", assign={"user_type": name}) for name in ("Apprentice", "Trainee")]
    assert outcome({"groups": ["Sales"]}, *rules).grants == (Grant("user_type", "Apprentice", "Apprentice", "keep"),)


@pytest.mark.parametrize(("claims", "denied"), [({"groups": ["Sales"]}, False), ({"groups": ["x"]}, True), ({}, True)])
def test_where_the_default_is_to_deny_only_those_come_in_for_whom_a_rule_holds(claims, denied):
    assert outcome(claims, rule(group="Sales"), default="deny").denied is denied
    assert outcome(claims, rule(group="Sales")).denied is False


@pytest.mark.statement(44)
def test_groups_that_were_left_out_grant_nothing_and_keep_nobody_out():
    rules = (rule(group="Sales"), rule("not", jmespath=Expression("!contains(groups || `[]`, 'Sales')")))
    found = outcome(MISSING | {"department": "R&D"}, *rules, rule("rd", claim="department", equals="R&D"))
    assert ([held.rule for held in found.rules], found.missing_groups, found.denied) == (["rd"], "groups", False)
    assert found.faults == ("rule not: the provider left groups out, so its expression counts as false",)


NAMES = st.sampled_from(["Sales", "sales", "staff", "Presales", "Sales staff", "*", "", "S", "contains", "true"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.floats(allow_nan=False) | NAMES | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.sampled_from(["roles", "groups"]), inner, max_size=3),
    max_leaves=10,
)  # fmt: skip
CLAIM_NAMES = st.sampled_from(["groups", "roles", "department", "email", "_claim_names", "hasgroups", "realm_access"])
RULES = (
    rule("one", group="Sales", assign={"courses": (CourseAssignment(1),)}),
    rule("any", any_of=("Sales", "staff"), assign={"courses": (CourseAssignment(2),)}),
    rule("all", all_of=("Sales", "staff"), assign={"groups": ("KEY",)}),
    rule("claim", claim="department", equals="Sales", assign={"branch": "emea"}),
    rule("domain", email_domain="acme.example", assign={"user_type": "Learner-Type"}),
    rule("expression", jmespath=EXPRESSION, assign={"courses": (CourseAssignment(3, "instructor"),)}),
)
KEYCLOAK = GroupClaims("groups", (("realm_access", "roles"),), namespaced=True)


def holds_by_hand(claims, name):
    """Say by the letter of the documentation whether a rule holds, without the code of the mapping."""
    groups = claims.get("groups")
    access = claims.get("realm_access")
    roles = access.get("roles") if isinstance(access, dict) else None
    names = {
        one
        for value in (groups, roles)
        for one in (value if isinstance(value, list) else [value])
        if isinstance(one, str)
    }
    department = claims.get("department")
    return {
        "one": "Sales" in names,
        "any": bool({"Sales", "staff"} & names),
        "all": {"Sales", "staff"} <= names,
        "claim": "Sales" in (department if isinstance(department, list) else [department]),
        "domain": False,
        "expression": groups == "Sales" or (isinstance(groups, list) and "Sales" in groups),
    }[name]  # fmt: skip


@pytest.mark.statement(44)
@given(st.dictionaries(CLAIM_NAMES, VALUES))
def test_no_claims_can_grant_what_no_rule_that_holds_grants(claims):
    found = outcome(claims, *RULES, where=KEYCLOAK, default="deny")
    held = {one.rule for one in found.rules}
    assert held <= {one.name for one in RULES if holds_by_hand(claims, one.name)}
    granted = {(grant.kind, grant.target, grant.role) for grant in found.grants}
    named = {one.name: one.assign for one in RULES if one.name in held}
    assert granted == {
        *(("course", str(course.course), course.role) for assign in named.values() for course in assign.courses),
        *(("group", key, "") for assign in named.values() for key in assign.groups),
        *(("branch", assign.branch, "") for assign in named.values() if assign.branch),
    }
    assert {grant.rule for grant in found.grants} == held
    assert found.denied is not bool(held)


# --- fields ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "settings", "claims", "mapped"),
    [
        ("custom_field_3", {"claim": "department"}, {"department": "R&D"}, ("R&D", "department", "on_login")),
        ("custom_field_3", {"claim": "staff"}, {"staff": 4711}, ("4711", "staff", "on_login")),
        ("custom_field_3", {"claim": "external"}, {"external": True}, ("on", "external", "on_login")),
        ("custom_field_3", {"claim": "external"}, {"external": False}, ("off", "external", "on_login")),
        ("custom_field_3", {"claim": "external"}, {"external": "true"}, ("true", "external", "on_login")),
        ("custom_field_3", {"claim": "a", "fallback": ("b", "c.d")}, {"a": "", "c": {"d": "x"}}, ("x", "c.d", "on_login")),
        ("custom_field_3", {"claim": "a", "values": {"HR": "People", "true": "yes"}}, {"a": "HR"}, ("People", "a", "on_login")),
        ("custom_field_3", {"claim": "a", "values": {"HR": "People", "true": "yes"}}, {"a": True}, ("yes", "a", "on_login")),
        ("custom_field_3", {"claim": "a", "update": "on_create"}, {"a": "x"}, ("x", "a", "on_create")),
        ("deactivation_date", {"claim": "until", "values": {"none": "never"}}, {"until": "none"}, ("never", "until", "on_login")),
        ("username", {"claim": "samaccountname"}, {"samaccountname": "kim"}, ("kim", "samaccountname", "on_create")),
    ],
)  # fmt: skip
def test_a_field_is_filled_by_its_claim(name, settings, claims, mapped):
    found = outcome(claims, fields={name: FieldSettings(**settings)})
    assert (found.fields, found.faults) == ((MappedField(name, *mapped),), ())


@pytest.mark.parametrize(
    ("settings", "claims", "fault"),
    [
        ({"claim": "a"}, {}, ""),
        ({"claim": "a"}, {"a": "  "}, ""),
        ({"claim": "a", "update": "never"}, {"a": "x"}, ""),
        ({"claim": "a"}, {"a": ["x", "y"]}, "custom_field_3: a holds several values"),
        ({"claim": "a", "fallback": ("b",)}, {"a": {"x": 1}, "b": "y"}, "custom_field_3: a holds neither a text nor a whole number nor a boolean"),
        ({"claim": "a", "values": {"HR": "People"}}, {"a": "R&D"}, "custom_field_3: a holds a value that is not in the table of values"),
    ],
)  # fmt: skip
def test_a_field_whose_claim_is_absent_or_ill_formed_is_left_alone(settings, claims, fault):
    other = {"custom_field_4": FieldSettings(claim="other")}
    found = outcome(claims | {"other": "z"}, fields={"custom_field_3": FieldSettings(**settings), **other})
    assert found.fields == (MappedField("custom_field_4", "z", "other", "on_login"),)
    assert found.faults == ((fault,) if fault else ())


def applied(fields, claims, *rules, identity=KIM):
    mapper = Mapper(MappingSettings(fields=fields, rules=rules))
    return mapper.applied(identity, mapper.outcome(claims, HERE, ""))


def test_an_identity_without_a_mapping_stays_as_it_is():
    assert applied({}, {"department": "R&D"}) == KIM
    assert KIM.mapped == NOTHING_MAPPED


def test_what_is_mapped_takes_the_place_of_the_standard_claims_and_the_rest_is_added():
    fields = {
        "username": FieldSettings(claim="samaccountname"),
        "first_name": FieldSettings(claim="vorname", update="on_create"),
        "last_name": FieldSettings(update="never"),
        "language": FieldSettings(claim="sprache", values={"Deutsch": "de"}),
        "timezone": FieldSettings(claim="zoneinfo", update="on_create"),
        "custom_field_3": FieldSettings(claim="department"),
    }
    claims = {
        "samaccountname": "kl",
        "vorname": "Kimberly",
        "sprache": "Deutsch",
        "zoneinfo": "Europe/Berlin",
        "department": "R&D",
    }
    found = applied(fields, claims, rule(group="x", assign={"user_type": "x"}))
    assert (found.username, found.given_name, found.family_name, found.language) == ("kl", "Kimberly", "Lee", "de")
    assert found.mapped.details == (
        Detail("timezone", "Berlin, Germany", at_login=False),
        Detail("custom_field_3", "R&D", at_login=True),
    )
    assert (found.mapped.kept, found.mapped.user_type) == (("first_name", "last_name"), "")
    typed = applied({}, {"groups": ["x"]}, rule(group="x", assign={"user_type": "Learner-Type"}))
    assert typed.mapped.user_type == "Learner-Type"


@pytest.mark.parametrize("claims", [{}, {"vorname": ["Kim", "K."]}])
def test_a_mapped_name_that_cannot_be_read_is_not_told_at_a_login_by_another_claim(claims):
    found = applied({"first_name": FieldSettings(claim="vorname"), "last_name": FieldSettings()}, claims)
    assert (found.given_name, found.mapped.kept) == ("Kim", ("first_name",))
    assert applied({"first_name": FieldSettings(claim="vorname")}, {"vorname": "K."}).mapped.kept == ()


def test_nobody_vouches_for_an_address_that_another_claim_has():
    fields = {"email": FieldSettings(claim="mail", fallback=("email",))}
    assert applied(fields, {"mail": "KIM@acme.example"}) == KIM
    assert applied(fields, {"email": "kim@acme.example"}) == KIM
    other = applied(fields, {"mail": "boss@acme.example", "email": "kim@acme.example"})
    assert other == replace(KIM, email="boss@acme.example", email_verified=None, email_doubt="mapped")
