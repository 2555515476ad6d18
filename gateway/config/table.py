"""The settings that exist, written down for the documentation."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from gateway.config.description import items, written
from gateway.config.fields import Setting
from gateway.config.identity_providers import IdentityProviderSchema
from gateway.config.schema import Group, settings_of
from gateway.config.settings import SettingsSchema, SlugsSchema
from gateway.config.sources import Source
from gateway.config.talentlms import TalentLMSSchema

VARIABLES = (
    ("The gateway", SettingsSchema),
    ("TalentLMS", TalentLMSSchema),
    ("One identity provider", IdentityProviderSchema),
)
TABLES = (
    ("In the file: `[[identity_providers]]`", IdentityProviderSchema),
    ("In the file: `[talentlms]`", TalentLMSSchema),
    ("In the file: `[slugs]`", SlugsSchema),
)


def settings_table() -> str:
    """Return the tables of docs/settings.md in Markdown: the variables in groups, then the tables of the file."""
    variables = [section(title, "Variable", variable_rows(group)) for title, group in VARIABLES]
    tables = [section(title, "Key", key_rows(group)) for title, group in TABLES]
    return "\n\n".join(variables + tables)


def section(title: str, head: str, rows: Iterable[str]) -> str:
    """Return a heading with its table."""
    return "\n".join((f"### {title}", "", row(head, "Value", "Default", "Meaning"), row(*["---"] * 4), *rows))


def variable_rows(group: type[Group]) -> Iterator[str]:
    """Walk the rows of the group's settings that are variables."""
    for setting, names in named(group, "variable"):
        yield row(names, setting.label, default_of(setting, written), setting.metadata["meaning"])


def key_rows(group: type[Group]) -> Iterator[str]:
    """Walk the rows of the group's settings that are keys of the file."""
    for setting, names in named(group, "key"):
        label = setting.toml_label or setting.label
        yield row(names, label, default_of(setting, toml), setting.metadata["meaning"])


def named(group: type[Group], names_are: str) -> Iterator[tuple[Setting, str]]:
    """Walk the settings that are variables, or keys, each with its names; a secret's has one for a file's path, too."""
    source = Source({}, names_are)
    for setting in settings_of(group).values():
        if names := source.names(setting):
            yield setting, " or ".join(f"`{name}`" for name in names)


def default_of(setting: Setting, write: Callable[[Any], str]) -> str:
    """Return what holds without the setting."""
    if setting.required:
        return setting.metadata["unset"] or "**required**"
    value = write(setting.load_default)
    return setting.metadata["unset"] or (value if value == "none" else f"`{value}`")


def toml(value: Any) -> str:
    """Return a default as the file would have it; TOML and JSON write the few types that occur alike."""
    if value is False:
        return "false"
    if not value:
        return "none"
    return json.dumps(list(items(value)) if isinstance(value, tuple | frozenset) else value)


def row(*cells: str) -> str:
    """Return a row of a table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
