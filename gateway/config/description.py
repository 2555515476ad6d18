"""What ``check`` says of settings that can be used: those in force, and what they allow although it is dangerous."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gateway.config.assignments import AssignmentsSchema
from gateway.config.brand import BrandTable
from gateway.config.faults import Fault, escaped, shown
from gateway.config.fields import Setting
from gateway.config.group import Group
from gateway.config.identity_providers import IdentityProviderSchema
from gateway.config.loading import (
    AUDIT,
    CATALOG,
    GATEWAY,
    MAPPING,
    SLUGS,
    TALENTLMS,
    TALENTLMS_TABLE,
)
from gateway.config.mapping import ConditionSchema, FieldSchema, MappingSettings, RuleSchema
from gateway.config.scim import ScimTable, ScimTokenSchema
from gateway.config.settings import Settings
from gateway.config.storefronts import HandoffSchema, StorefrontSchema, StorefrontSettings
from schemas.user_type import LEARNERS, is_administrators


def describe(settings: Settings) -> str:
    """Return the settings in force, a line each; of secrets it says only that they are set."""
    providers = [
        (IdentityProviderSchema(table=f"identity_providers.{provider.name}."), provider)
        for provider in settings.identity_providers
    ]
    lms = settings.talentlms
    groups = [(GATEWAY, settings), (TALENTLMS, lms), (TALENTLMS_TABLE, lms), *providers, (SLUGS, settings.slugs)]
    groups += [(CATALOG, settings.catalog), (AUDIT, settings.audit)]
    lines = dict(line for group, values in groups for line in described(group, values))
    lines |= dict(described_mapping(settings.mapping))
    lines |= dict(line for storefront in settings.storefronts for line in described_storefront(storefront))
    lines |= dict(described(BrandTable(table="brand."), settings.brand))
    lines |= dict(described(ScimTable(table="scim."), settings.scim))
    for index, token in enumerate(settings.scim.tokens):
        lines |= dict(described(ScimTokenSchema(table=f"scim.tokens[{index}]."), token))
    width = max(map(len, lines))
    return "\n".join(f"{name:<{width}}  {value}" for name, value in lines.items())


def described_mapping(mapping: MappingSettings) -> Iterator[tuple[str, str]]:
    """Walk the mapping: name and value of what is set; a field without any setting is named all the same."""
    yield from described(MAPPING, mapping)
    for name, field in mapping.fields.items():
        table = f"mapping.fields.{name}."
        yield f"{table}update", field.update_of(name)
        yield from given(FieldSchema(table=table), field)
    for rule in mapping.rules:
        table = f"mapping.rules.{escaped(rule.name)}."
        yield from given(RuleSchema(table=table), rule)
        yield from given(ConditionSchema(table=f"{table}when."), rule.when)
        yield from given(AssignmentsSchema(table=f"{table}assign."), rule.assign)


def given(group: Group, values: Any) -> Iterator[tuple[str, str]]:
    """Walk what is set of a group: name and value."""
    for name, setting in group.settings.items():
        value = getattr(values, str(setting.name))
        if value != setting.load_default:
            yield group.table + name, escaped(effective(setting, value))


def described(group: Group, values: Any) -> Iterator[tuple[str, str]]:
    """Walk a group's settings: name and value."""
    for name, setting in group.settings.items():
        yield group.table + name, escaped(effective(setting, getattr(values, str(setting.name))))


def described_storefront(storefront: StorefrontSettings) -> Iterator[tuple[str, str]]:
    """Walk a storefront's settings with those of its two tables: name and value."""
    table = f"storefronts.{storefront.name}."
    yield from described(StorefrontSchema(table=table), storefront)
    if storefront.handoff:
        yield from described(HandoffSchema(table=f"{table}handoff."), storefront.handoff)
    for sku, product in storefront.products.items():
        yield f"{table}products.{escaped(sku)}", str(product)


def effective(setting: Setting, value: Any) -> str:
    """Return the value in force, or what holds without it."""
    if setting.secret and value:
        return f"secret, {len(value)} set" if isinstance(value, tuple) else "secret, set"
    written = ("on" if item is True else "off" if item is False else str(item) for item in items(value))
    return ", ".join(written) or setting.unset.replace("`", "") or "none"


def items(value: Any) -> Iterable[Any]:
    """Return the parts of a value that has parts, or the value alone; nothing for None."""
    if isinstance(value, Mapping):
        return [f"{name} = {item}" for name, item in value.items()]
    if isinstance(value, frozenset):
        return sorted(value)
    return value if isinstance(value, tuple) else () if value is None else (value,)


def risks(settings: Settings) -> Iterator[Fault]:
    """Walk what is dangerous, each with the setting's name, the danger and what to do; it stands in the log, too."""
    if settings.redis_url is None:
        yield Fault(
            "GATEWAY_REDIS_URL",
            "is not set, so one process has to serve all and forgets every session when it ends; name a Redis server",
        )
    if settings.secure and not settings.trusted_proxies:
        yield Fault(
            "GATEWAY_TRUSTED_PROXIES",
            "names no proxy although the public URL is https, so everybody has the proxy's address, in the log and "
            "for the limits; name the proxy's network",
        )
    if not settings.rate_limits:
        yield Fault("GATEWAY_RATE_LIMITS", "is off, so passwords can be guessed without end; set it on")
    if settings.mapping.mode == "dry-run":
        yield Fault(
            "mapping.mode",
            'is "dry-run", so the gateway changes nothing in TalentLMS: nobody is given an account or a course; set '
            '"apply" once the audit trail shows what is wanted',
        )
    for name in sorted(settings.talentlms.learner_types - LEARNERS):
        danger = (
            "is an administrators' type, so anybody a provider vouches for with an administrator's address becomes "
            "that administrator; remove it"
            if is_administrators(name)
            else "is not one of TalentLMS's own types for learners; be sure that its accounts may do nothing but learn"
        )
        yield Fault("talentlms.learner_types", f"{shown(name)} {danger}")
