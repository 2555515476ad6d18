"""A group of settings: marshmallow's schema that reads what is given of it, and tells everything that is wrong."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, cast

from marshmallow import EXCLUDE, Schema, ValidationError, fields, missing

from gateway.config.faults import Fault, short, unknown
from gateway.config.fields import Setting, VariableText
from gateway.config.files import is_path_of_a_file, read_secret


class Group(Schema):
    """Settings that become, alone or with others, a frozen dataclass with fields of the same names.

    Args:
        prefix: for variables, what stands before a field's name in capitals; otherwise the names are keys of the file.
        table: what stands before a key in a fault.
        exclude: fields that are left out.

    Attributes:
        becomes: the dataclass. A field without a default there is required, unless the schema has one.
        twin: what is added to a secret's name for the path of the file that holds it.
        settings: the settings by name, in the order of their declaration.
        names: every name that may be given.
    """

    becomes: ClassVar[type]

    def __init__(self, prefix: str = "", table: str = "", exclude: tuple[str, ...] = ()) -> None:
        self.prefix, self.table, self.twin = prefix, table, "_FILE" if prefix else "_file"
        super().__init__(exclude=exclude, unknown=EXCLUDE)
        self.settings = {str(field.data_key): cast("Setting", field) for field in self.fields.values()}
        self.files = {name + self.twin: name for name, setting in self.settings.items() if setting.secret}
        self.names = [*self.settings, *self.files]

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Give a field its default and its name."""
        default = getattr(self.becomes, field_name, field_obj.load_default)
        field_obj.required, field_obj.load_default = default is missing, default
        field_obj.data_key = self.prefix + field_name.upper() if self.prefix else field_name

    def contradictions(self, _values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Walk what does not go together: the field that is to blame, and what is wrong.

        Args:
            _values: the values by field, without those that were refused.
        """
        yield from ()

    def read(self, given: Mapping[str, Any], faults: list[Fault], folder: Path = Path()) -> dict[str, Any]:
        """Return the values by field, without those that are wrong.

        Args:
            given: values by name; where the names are variables, also such as belong to others.
            faults: what is wrong is added here.
            folder: where relative paths of secret files begin.
        """
        if not self.prefix:
            faults += unknown(given, self.names, self.table)
        values, messages = self._loaded(
            {**given, **self._misplaced_paths(given, folder), **self._from_files(given, folder)}
        )
        for field, says in self.contradictions(values):
            if field in values:  # otherwise it is told already
                messages.setdefault(self.fields[field].data_key or field, []).append(says)
        for name in self.settings:
            faults += (Fault(short(self.table + name + at), says) for at, says in texts(messages.get(name, [])))
        return values

    def _loaded(self, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        try:
            return dict(self.load(given)), {}
        except ValidationError as error:
            return dict(error.valid_data or ()), error.messages_dict

    def _misplaced_paths(self, given: Mapping[str, Any], folder: Path) -> dict[str, Any]:
        """Return an error for each secret whose value is the path of its file, unless it should be an address."""
        return {
            name: ValidationError(f"its value is the path of a file; did you mean {name}{self.twin}?")
            for name in self.files.values()
            if not name.lower().endswith("_url") and is_path_of_a_file(folder, given.get(name))
        }

    def _from_files(self, given: Mapping[str, Any], folder: Path) -> dict[str, Any]:
        """Return the secrets whose files are named, by name; an error in place of one that cannot be had."""
        found: dict[str, Any] = {}
        for file, name in self.files.items():
            if file in given and name in given:
                found[name] = ValidationError(f"is set, and so is {file}; remove one of the two")
            elif file in given:
                try:
                    found[name] = VariableText(read_secret(folder, given[file]))
                except ValidationError as error:
                    found[name] = ValidationError({self.twin: error.messages})
        return found


def texts(messages: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Walk marshmallow's messages about a field, each with what it adds to the field's name.

    A text as the part of a message is added, such as ``_FILE`` or ``.my-slug``; the index of a list's item is not.
    """
    if isinstance(messages, dict):
        for part, inner in messages.items():
            yield from texts(inner, at if isinstance(part, int) else at + part)
    else:
        yield from ((at, message) for message in messages)
