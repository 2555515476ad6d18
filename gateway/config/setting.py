"""How a setting is declared: beside its field, once; readers, suggestions and documentation follow from it."""

from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from typing import Any, get_type_hints

from gateway.config.kinds import Kind


@dataclass(frozen=True)
class Setting:
    """What stands in the annotation of a dataclass's field; the field has the Python type and the default.

    An annotation is evaluated after the default has been assigned, so a reader must not have its field's name.

    Attributes:
        kind: how the value is read.
        meaning: one or two sentences for the documentation.
        variable: the environment variable, for a setting that has one.
        key: the key in its table of the TOML file, for a setting that has one.
        secret: whether the value is never shown, and may also be given as the path of a file.
        unset: what holds without the setting, where the field's default does not say it.
    """

    kind: Kind
    meaning: str
    variable: str | None = None
    key: str | None = None
    secret: bool = False
    unset: str = ""

    @property
    def summary(self) -> str:
        """Return the meaning's first sentence as plain text, without its full stop."""
        first = self.meaning.partition(". ")[0].rstrip(".").replace("`", "")
        return first[0].lower() + first[1:]


@dataclass(frozen=True)
class Declared:
    """One field of a group of settings.

    Attributes:
        field: the field's name.
        setting: its declaration.
        required: whether there is no default.
        default: the default; None for a field without one.
    """

    field: str
    setting: Setting
    required: bool
    default: Any


def declared(group: type) -> Iterator[Declared]:
    """Walk the settings of a dataclass in the order of their declaration."""
    hints = get_type_hints(group, include_extras=True)
    for field in fields(group):
        for mark in getattr(hints[field.name], "__metadata__", ()):
            default = field.default if field.default_factory is MISSING else field.default_factory()
            required = default is MISSING
            yield Declared(field.name, mark, required, None if required else default)


def defaults(group: type) -> dict[str, Any]:
    """Return the defaults of a dataclass's settings by field; those without one are left out."""
    return {one.field: one.default for one in declared(group) if not one.required}
