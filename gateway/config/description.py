"""The settings in force, written down for the operator."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gateway.config.faults import escaped
from gateway.config.setting import Declared, declared
from gateway.config.settings import Settings


def describe(settings: Settings) -> str:
    """Return the settings in force, a line each; of secrets it says only that they are set."""
    lines = [*described(settings), *described(settings.talentlms, "talentlms")]
    for provider in settings.identity_providers:
        lines += described(provider, f"identity_providers.{provider.name}", keys=True)
    lines += described(settings.slugs, "slugs")
    width = max(len(name) for name, _ in lines)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in lines)


def described(group: Any, table: str = "", *, keys: bool = False) -> Iterator[tuple[str, str]]:
    """Walk a group's settings: name and value; keys prefers the key where a setting has a variable too."""
    for one in declared(type(group)):
        variable = None if keys else one.setting.variable
        yield variable or f"{table}.{one.setting.key}", escaped(effective(one, getattr(group, one.field)))


def effective(one: Declared, value: Any) -> str:
    """Return the value in force, or what holds without it."""
    if one.setting.secret and value:
        return f"secret, {len(value)} set" if isinstance(value, tuple) else "secret, set"
    return written(value, one.setting.unset.replace("`", "") or "none")


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
