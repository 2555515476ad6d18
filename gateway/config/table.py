"""The settings that exist, written down for the documentation."""

import json
from collections.abc import Iterable
from typing import Any

from gateway.config.description import items, written
from gateway.config.identity_providers import IdentityProviderSettings
from gateway.config.setting import Declared, declared
from gateway.config.settings import Settings, Slugs
from gateway.config.talentlms import TalentLMSSettings

VARIABLES = (
    ("The gateway", Settings),
    ("TalentLMS", TalentLMSSettings),
    ("One identity provider", IdentityProviderSettings),
)
TABLES = (
    ("In the file: `[[identity_providers]]`", IdentityProviderSettings),
    ("In the file: `[talentlms]`", TalentLMSSettings),
    ("In the file: `[slugs]`", Slugs),
)


def settings_table() -> str:
    """Return the tables of docs/settings.md in Markdown: the variables in groups, then the tables of the file."""
    variables = [section(title, "Variable", variable_rows(group)) for title, group in VARIABLES]
    tables = [section(title, "Key", key_rows(group)) for title, group in TABLES]
    return "\n\n".join(variables + tables)


def section(title: str, head: str, rows: Iterable[str]) -> str:
    """Return a heading with its table."""
    return "\n".join((f"### {title}", "", row(head, "Value", "Default", "Meaning"), row(*["---"] * 4), *rows))


def variable_rows(group: type) -> Iterable[str]:
    """Walk the rows of the group's settings that are variables."""
    for one in declared(group):
        if one.setting.variable:
            names = name_and_twin(one, one.setting.variable, "_FILE")
            yield row(names, one.setting.kind.name, default_of(one, written(one.default)), one.setting.meaning)


def key_rows(group: type) -> Iterable[str]:
    """Walk the rows of the group's settings that are keys of the file."""
    for one in declared(group):
        if one.setting.key:
            names = name_and_twin(one, one.setting.key, "_file")
            yield row(names, one.setting.kind.toml_name, default_of(one, toml(one.default)), one.setting.meaning)


def name_and_twin(one: Declared, name: str, twin: str) -> str:
    """Return the setting's name, a secret's with the name that takes a file's path."""
    return f"`{name}`" + (f" or `{name}{twin}`" if one.setting.secret else "")


def default_of(one: Declared, value: str) -> str:
    """Return what holds without the setting; value is its default, written down."""
    if one.required:
        return one.setting.unset or "**required**"
    return one.setting.unset or (value if value == "none" else f"`{value}`")


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
