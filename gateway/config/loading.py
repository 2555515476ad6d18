"""From the environment and the file to the settings, or to everything that is wrong with them."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from marshmallow import ValidationError, missing

from gateway.config.database_url import default_place
from gateway.config.faults import BadSettings, Fault, problems
from gateway.config.files import read_text
from gateway.config.identity_providers import IdentityProviderSchema
from gateway.config.schema import Group, settings_of
from gateway.config.settings import (
    RESERVED_TABLES,
    RESERVED_VARIABLES,
    Settings,
    SettingsSchema,
    SlugsSchema,
)
from gateway.config.sources import File, Source, environment, parse
from gateway.config.talentlms import TalentLMSSchema
from gateway.outbound import proxies

SCHEMA = SettingsSchema()
TABLES = ["identity_providers", "talentlms", "slugs"]


def load(environ: Mapping[str, str]) -> Settings:
    """Read all settings.

    Args:
        environ: the environment's variables, normally `os.environ`. The files that they name are read here too.

    Returns:
        The settings, checked.

    Raises:
        BadSettings: with every fault there is, in the order of declaration.
    """
    variables = environment({**environ, **default_place(environ)})
    own = variables.given(SettingsSchema)
    file = open_file(own)
    in_variables = variables.values.keys() & variables.known(IdentityProviderSchema)
    providers = [*([variables] if in_variables else []), *file.providers]
    try:
        settings, messages = SCHEMA.load(own | given_inside(variables, file, providers)), {}
    except ValidationError as error:
        settings, messages = None, error.messages_dict
    faults = [*all_faults(messages, variables, file, providers or [variables]), *proxy_faults(environ)]
    if faults or not isinstance(settings, Settings):
        raise BadSettings(faults)
    return settings


def proxy_faults(environ: Mapping[str, str]) -> Iterator[Fault]:
    """Tell of outbound proxies that are none; an empty variable names none. Its value may hold a password."""
    for name in proxies.VARIABLES:
        try:
            _ = proxies.proxy(environ[name]) if environ.get(name) else None
        except ValueError:
            remedy = "write an http:// or https:// address, such as http://proxy.acme.com:3128"
            yield Fault(name, f"is not the address of a proxy; {remedy}")


def open_file(own: dict[str, Any]) -> File:
    """Read the file, or stand for an empty one; what is wrong with it as a whole takes the place of its path.

    Args:
        own: what is given of the gateway's own settings, by field.
    """
    try:
        path = SCHEMA.fields["config_file"].deserialize(own.get("config_file", missing))
        return File(parse(read_text(path)), path.parent) if path else File({}, Path())
    except ValidationError as error:
        own["config_file"] = error
        return File({}, Path())


def given_inside(variables: Source, file: File, providers: Sequence[Source]) -> dict[str, Any]:
    """Return what is given of the groups inside the settings, by field; the provider of the variables is `default`."""
    given: dict[str, Any] = {
        "talentlms": variables.given(TalentLMSSchema) | file.talentlms.given(TalentLMSSchema),
        "slugs": file.slugs.given(SlugsSchema),
    }
    if providers or "identity_providers" not in file.malformed:
        given["identity_providers"] = [
            source.given(IdentityProviderSchema) | ({"name": "default"} if source is variables else {})
            for source in providers
        ]
    return given


def all_faults(
    messages: Mapping[str, Any], variables: Source, file: File, providers: Sequence[Source]
) -> Iterator[Fault]:
    """Walk everything that is wrong: marshmallow's messages, and names that are unknown."""
    yield from faults_of(SettingsSchema, messages, variables)
    yield from faults_of(TalentLMSSchema, messages.get("talentlms", {}), variables, file.talentlms)
    by_place = messages.get("identity_providers", {})
    for place, source in enumerate(providers):
        yield from faults_of(IdentityProviderSchema, by_place.get(place, {}), source)
    yield from faults_of(SlugsSchema, messages.get("slugs", {}), file.slugs)
    every_variable = variables.known(SettingsSchema, TalentLMSSchema, IdentityProviderSchema)
    yield from variables.unknown(every_variable, RESERVED_VARIABLES)
    yield from file.malformed.values()
    yield from file.top.unknown(TABLES, RESERVED_TABLES)


def faults_of(group: type[Group], messages: Mapping[str, Any], *sources: Source) -> Iterator[Fault]:
    """Walk the faults of a group: unknown keys of its table, then its settings in the order of their declaration.

    Args:
        group: the group.
        messages: marshmallow's, by field.
        sources: where its settings come from; each has the name of the first in which it can be given.
    """
    for table in sources:
        if table.names_are == "key":
            yield from table.unknown(table.known(group), group.reserved)
    for field, setting in settings_of(group).items():
        name = next((source.prefix + name for source in sources for name in source.names(setting)), field)
        for at, problem in problems(messages.get(field, [])):
            yield problem.fault(name + at, secret=setting.metadata["secret"])
