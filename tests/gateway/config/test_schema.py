import dataclasses

import pytest

from gateway.config.identity_providers import IdentityProviderSchema
from gateway.config.schema import settings_of
from gateway.config.settings import SettingsSchema, SlugsSchema
from gateway.config.talentlms import TalentLMSSchema

GROUPS = [SettingsSchema, TalentLMSSchema, IdentityProviderSchema, SlugsSchema]


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_has_a_setting_for_every_field_of_what_it_becomes_in_the_same_order(group):
    assert list(group().fields) == [field.name for field in dataclasses.fields(group.becomes)]


@pytest.mark.parametrize("group", GROUPS)
def test_a_setting_is_required_where_its_field_has_no_default_and_has_that_default_otherwise(group):
    declared = {field.name: field for field in dataclasses.fields(group.becomes)}

    for name, setting in settings_of(group).items():
        field = declared[name]
        default = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
        assert setting.required == (default is dataclasses.MISSING)
        assert setting.required or setting.load_default == default


def test_every_setting_can_be_given_somewhere_and_says_what_it_means():
    settings = [setting for group in GROUPS for setting in settings_of(group).values()]

    assert all(setting.metadata["variable"] or setting.metadata["key"] for setting in settings)
    assert all(setting.metadata["meaning"] and setting.label for setting in settings)
