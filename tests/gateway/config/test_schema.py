import dataclasses

import pytest

from gateway.config import (
    HandoffSettings,
    IdentityProviderSettings,
    Settings,
    Slugs,
    StorefrontSettings,
    TalentLMSSettings,
)
from gateway.config.assignments import Assignments, AssignmentsSchema
from gateway.config.brand import BrandSettings, BrandTable
from gateway.config.loading import (
    AUDIT,
    CATALOG,
    GATEWAY,
    MAPPING,
    SLUGS,
    TALENTLMS,
    TALENTLMS_TABLE,
)
from gateway.config.mapping import (
    ConditionSchema,
    ConditionSettings,
    FieldSchema,
    FieldSettings,
    MappingSettings,
    RuleSchema,
    RuleSettings,
)
from gateway.config.scim import ScimSettings, ScimTable, ScimToken, ScimTokenSchema
from gateway.config.settings import AuditSettings, CatalogSettings
from gateway.config.storefronts import HandoffSchema, StorefrontSchema
from tests.gateway.config.table import GROUPS, PROVIDERS_TABLE

MADE_OF = {
    Settings: [GATEWAY],
    TalentLMSSettings: [TALENTLMS, TALENTLMS_TABLE],
    IdentityProviderSettings: [PROVIDERS_TABLE],
    CatalogSettings: [CATALOG],
    AuditSettings: [AUDIT],
    Slugs: [SLUGS],
    BrandSettings: [BrandTable()],
    StorefrontSettings: [StorefrontSchema()],
    HandoffSettings: [HandoffSchema()],
    MappingSettings: [MAPPING],
    FieldSettings: [FieldSchema()],
    RuleSettings: [RuleSchema()],
    ConditionSettings: [ConditionSchema()],
    Assignments: [AssignmentsSchema()],
    ScimSettings: [ScimTable()],
    ScimToken: [ScimTokenSchema()],
}
GROUPS_INSIDE = {
    Settings: [
        "talentlms",
        "identity_providers",
        "storefronts",
        "catalog",
        "audit",
        "slugs",
        "mapping",
        "scim",
        "brand",
    ],
    MappingSettings: ["fields", "rules"],
    RuleSettings: ["when", "assign"],
    ScimSettings: ["tokens"],
    StorefrontSettings: ["handoff", "products"],
}


@pytest.mark.parametrize("made", MADE_OF)
def test_every_field_of_a_dataclass_is_a_setting_in_the_same_order(made):
    declared = [field.name for field in dataclasses.fields(made)]

    assert [name for group in MADE_OF[made] for name in group.fields] == [
        name for name in declared if name not in GROUPS_INSIDE.get(made, ())
    ]


@pytest.mark.parametrize("made", MADE_OF)
def test_a_setting_is_required_where_its_field_has_no_default_and_has_that_default_otherwise(made):
    declared = {field.name: field for field in dataclasses.fields(made)}

    for name, setting in (one for group in MADE_OF[made] for one in group.fields.items()):
        field = declared[name]
        default = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
        assert setting.required == (default is dataclasses.MISSING)
        assert setting.required or setting.load_default == default


def test_every_setting_says_what_it_means():
    settings = [setting for group in GROUPS.values() for setting in group.settings.values()]

    assert all(setting.meaning and setting.label for setting in settings)
