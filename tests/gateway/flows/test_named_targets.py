"""What the settings name, compared with a TalentLMS sandbox; calls counted."""

from types import MappingProxyType

import pytest

from gateway.config import Settings, Slugs, StorefrontSettings, TalentLMSSettings
from gateway.config.assignments import Assignments, CourseAssignment
from gateway.config.mapping import ConditionSettings, FieldSettings, MappingSettings, RuleSettings
from gateway.flows.named_targets import Comparison, NamedTargets, named_by, named_by_mapping
from schemas.product import Product
from schemas.secret import Secret

SALES = ConditionSettings(group="Sales")
GIVEN = Assignments(
    courses=(CourseAssignment(12), CourseAssignment(4711)),
    groups=("KEY12345", "KEY12354", "starters"),
    branch="EMEA",
    user_type="Apprentice",
)


def settings(*rules, fields=(), link_field=0, **others):
    lms = {"self_enrol_courses": frozenset({34, 4712}), "learner_types": frozenset({"Learner", "Apprentice"})}
    return Settings(
        public_url="http://127.0.0.1:8000",
        secret_keys=(Secret("x" * 32),),
        database_url=Secret("sqlite://"),
        talentlms=TalentLMSSettings(url="http://127.0.0.1:1", api_key=Secret("x"), link_custom_field=link_field, **lms),
        mapping=MappingSettings(
            rules=tuple(
                RuleSettings(name=f"rule {place}", when=SALES, assign=given) for place, given in enumerate(rules)
            ),
            fields=MappingProxyType({name: FieldSettings(claim="one") for name in fields}),
        ),
        **others,
    )


EVERYTHING = settings(
    Assignments(courses=(CourseAssignment(12, "instructor"),), groups=("TEAMSEATS",), branch="emea"),
    GIVEN,
    fields=("custom_field_3", "custom_field_9", "bio"),
    link_field=2,
    slugs=Slugs(courses={"intro": 12, "gone": 4713}, categories={"law": 3, "none": 4714}),
    storefronts=(
        StorefrontSettings(name="one", kind="standard"),
        StorefrontSettings(
            name="shop",
            kind="standard",
            products={
                "SKU-OK": Product("course", 12),
                "SKU-COURSE": Product("course", 4715),
                "SKU-ALL": Product("category", 4716),
                "SKU-TEAM": Product("group", key="TEAMSEAT"),
            },
        ),
    ),
)
FIELDS = (
    "custom_field_1 (Department), custom_field_2 (Region), custom_field_3 (Employee number), custom_field_4 (Newsletter), "
    "custom_field_5 (Hired on)"
)
NO_FIELD = f'"custom_field_9": TalentLMS has no such custom user field; it has {FIELDS}'
OF_THE_MAPPING = [
    'mapping.rules[1].assign.courses: "4711": TalentLMS has no course with this id; look the id up in its address in TalentLMS',
    'mapping.rules[1].assign.groups: "KEY12354": TalentLMS has no group with this key; did you mean KEY12345?',
    'mapping.rules[1].assign.groups: "starters": TalentLMS has no group with this key; did you mean KEY12345?',
    'mapping.rules[1].assign.branch: "EMEA": TalentLMS has no branch of this name; did you mean emea?',
    f"mapping.fields.custom_field_9: {NO_FIELD}",
    'talentlms.link_custom_field: "custom_field_2" is a field of type dropdown; name one of type text',
]  # fmt: skip
OF_THE_REST = [
    'talentlms.self_enrol_courses: "4712": TalentLMS has no course with this id; look the id up in its address in TalentLMS',
    'slugs.courses.gone: "4713": TalentLMS has no course with this id; look the id up in its address in TalentLMS',
    'slugs.categories.none: "4714": TalentLMS has no category with this id; look the id up in its address in TalentLMS',
    'storefronts[1].products.SKU-COURSE: "4715": TalentLMS has no course with this id; look the id up in its address in TalentLMS',
    'storefronts[1].products.SKU-ALL: "4716": TalentLMS has no category with this id; look the id up in its address in TalentLMS',
    'storefronts[1].products.SKU-TEAM: "TEAMSEAT": TalentLMS has no group with this key; did you mean TEAMSEATS?',
]  # fmt: skip
OWN_TYPE = 'user types: TalentLMS\'s API does not list them; see under User types there whether it has "Apprentice"'


def test_what_talentlms_does_not_know_is_told_with_its_setting_and_a_call_for_each_kind(lms, asked):
    found = NamedTargets(lms).compared(named_by(EVERYTHING))
    assert [str(one) for one in found.unknown] == OF_THE_MAPPING + OF_THE_REST
    assert found.unasked == (OWN_TYPE,)
    assert sorted(asked()) == ["branches", "categories", "courses", "getcustomregistrationfields", "groups"]


def test_what_nobody_names_is_not_asked_for(lms, asked):
    found = NamedTargets(lms).compared(named_by_mapping(EVERYTHING))
    assert [str(one) for one in found.unknown] == OF_THE_MAPPING
    assert sorted(asked()) == ["branches", "courses", "getcustomregistrationfields", "groups"]
    known = settings(Assignments(groups=("KEY12345",), user_type="Learner-Type"), fields=("bio",))
    assert NamedTargets(lms).compared(named_by_mapping(known)) == Comparison((), ())
    assert asked() == ["groups"]
    assert NamedTargets(lms).compared(named_by_mapping(settings())) == Comparison((), ())
    assert asked() == []


@pytest.mark.parametrize(
    ("status", "code"), [(503, "unavailable"), (401, "unauthorized"), (403, "forbidden"), (429, "throttled")]
)
def test_where_talentlms_cannot_be_asked_it_is_said_and_asked_no_further(lms, portal, asked, status, code):
    portal.control.fault("groups", kind="status", status=status, times=9)
    found = NamedTargets(lms).compared(named_by_mapping(EVERYTHING))
    assert [str(one) for one in found.unknown] == OF_THE_MAPPING[:1]
    [unasked, _] = found.unasked
    assert unasked.startswith(f"groups, branches, custom user fields: talentlms-{code}: ")
    assert "branches" not in asked()


def test_a_list_that_cannot_be_read_keeps_no_other_from_being_compared(lms, portal):
    portal.control.fault("groups", kind="not_json", times=9)
    found = NamedTargets(lms).compared(named_by_mapping(EVERYTHING))
    assert [str(one) for one in found.unknown] == [OF_THE_MAPPING[0], *OF_THE_MAPPING[3:]]
    [unasked, _] = found.unasked
    assert unasked.startswith("groups: talentlms-misunderstood: ")


def test_a_domain_without_any_of_a_kind_is_said_to_have_none(lms):
    for group in lms.groups.all():
        lms.groups.delete(group.group_id)
    found = NamedTargets(lms).compared(named_by_mapping(settings(Assignments(groups=("KEY12345",)))))
    assert [one.says for one in found.unknown] == [
        '"KEY12345": TalentLMS has no group with this key; it has no groups at all'
    ]
