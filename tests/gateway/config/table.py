"""The tables of docs/settings.md, made of the declarations."""

import json

from gateway.config.assignments import AssignmentsSchema
from gateway.config.brand import BrandTable
from gateway.config.description import effective, items
from gateway.config.identity_providers import IdentityProviderSchema
from gateway.config.loading import (
    AUDIT,
    CATALOG,
    GATEWAY,
    MAPPING,
    ONE_PROVIDER,
    SLUGS,
    TALENTLMS,
    TALENTLMS_TABLE,
)
from gateway.config.mapping import ConditionSchema, FieldSchema, RuleSchema
from gateway.config.scim import ScimTable, ScimTokenSchema
from gateway.config.storefronts import HandoffSchema, ProductSchema, StorefrontSchema

PROVIDERS_TABLE = IdentityProviderSchema(table="identity_providers.")
GROUPS = {
    "The gateway": GATEWAY,
    "TalentLMS": TALENTLMS,
    "One identity provider": ONE_PROVIDER,
    "In the file: `[[identity_providers]]`": PROVIDERS_TABLE,
    "In the file: `[[storefronts]]`": StorefrontSchema(table="storefronts."),
    "In the file: `handoff` of a storefront": HandoffSchema(table="storefronts.handoff."),
    "In the file: each of `[storefronts.products]`, by its SKU": ProductSchema(table="storefronts.products."),
    "In the file: `[talentlms]`": TALENTLMS_TABLE,
    "In the file: `[slugs]`": SLUGS,
    "In the file: `[catalog]`": CATALOG,
    "In the file: `[mapping]`": MAPPING,
    "In the file: each of `[mapping.fields]`": FieldSchema(table="mapping.fields."),
    "In the file: `[[mapping.rules]]`": RuleSchema(table="mapping.rules."),
    "In the file: `when` of a rule, exactly one of": ConditionSchema(table="mapping.rules.when."),
    "In the file: `assign` of a rule": AssignmentsSchema(table="mapping.rules.assign."),
    "In the file: `[audit]`": AUDIT,
    "In the file: `[brand]`": BrandTable(table="brand."),
    "In the file: `[scim]`": ScimTable(table="scim."),
    "In the file: each of `tokens` of `[scim]`": ScimTokenSchema(table="scim.tokens."),
}


def settings_table():
    """Return the tables in Markdown: the variables in groups, then the tables of the file."""
    return "\n\n".join(section(title, group) for title, group in GROUPS.items())


def section(title, group):
    head = row("Variable" if group.prefix else "Key", "Value", "Default", "Meaning")
    rows = [setting_row(group, name, setting) for name, setting in group.settings.items()]
    return "\n".join((f"### {title}", "", head, row(*["---"] * 4), *rows))


def setting_row(group, name, setting):
    names = f"`{name}` or `{name}{group.twin}`" if setting.secret else f"`{name}`"
    label = setting.label if group.prefix else setting.label.replace("`on` or `off`", "`true` or `false`")
    return row(names, label, default_of(group, setting), setting.meaning)


def default_of(group, setting):
    """Return what holds without the setting."""
    if setting.required or setting.unset:
        return setting.unset or "**required**"
    value = effective(setting, setting.load_default) if group.prefix else toml(setting.load_default)
    return value if value == "none" else f"`{value}`"


def toml(value):
    """Return a default as the file would have it; TOML and JSON write the few types that occur alike."""
    if value is False:
        return "false"
    if not value:
        return "none"
    return json.dumps(list(items(value)) if isinstance(value, tuple | frozenset) else value)


def row(*cells):
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
