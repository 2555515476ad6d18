"""The settings in force, written down for the operator."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gateway.config.faults import escaped
from gateway.config.fields import Setting
from gateway.config.identity_providers import IdentityProviderSchema
from gateway.config.schema import Group, settings_of
from gateway.config.settings import Settings, SettingsSchema, SlugsSchema
from gateway.config.talentlms import TalentLMSSchema


def describe(settings: Settings) -> str:
    """Return the settings in force, a line each; of secrets it says only that they are set."""
    lines = [*described(SettingsSchema, settings), *described(TalentLMSSchema, settings.talentlms, "talentlms")]
    for provider in settings.identity_providers:
        lines += described(IdentityProviderSchema, provider, f"identity_providers.{provider.name}", keys=True)
    lines += described(SlugsSchema, settings.slugs, "slugs")
    width = max(len(name) for name, _ in lines)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in lines)


def described(group: type[Group], values: Any, table: str = "", *, keys: bool = False) -> Iterator[tuple[str, str]]:
    """Walk a group's settings: name and value; keys prefers the key where a setting has a variable too."""
    for field, setting in settings_of(group).items():
        variable = None if keys else setting.metadata["variable"]
        yield variable or f"{table}.{field}", escaped(effective(setting, getattr(values, field)))


def effective(setting: Setting, value: Any) -> str:
    """Return the value in force, or what holds without it."""
    if setting.metadata["secret"] and value:
        return f"secret, {len(value)} set" if isinstance(value, tuple) else "secret, set"
    return written(value, setting.metadata["unset"].replace("`", "") or "none")


def written(value: Any, empty: str = "none") -> str:
    """Return a value as text; empty stands for one that is None or has no parts."""
    return ", ".join(map(word, items(value))) or empty


def items(value: Any) -> Iterable[Any]:
    """Return the parts of a value that has parts, or the value alone; nothing for None."""
    match value:
        case None:
            return ()
        case Mapping():
            return [f"{name} = {item}" for name, item in value.items()]
        case frozenset():
            return sorted(value)
        case tuple():
            return value
    return (value,)


def word(value: Any) -> str:
    """Return one value as an environment variable would have it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)
