"""What marshmallow's schemas of settings have in common."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, missing, post_load, validates_schema

from gateway.config.faults import Problem
from gateway.config.fields import Setting


class Group(Schema):
    """A group of settings, which becomes a frozen dataclass with fields of the same names.

    Attributes:
        becomes: the dataclass. A field without a default there is required, unless the schema has one.
        prefix: what stands before a field's name, in capitals, in its environment variable; empty: no variables.
        in_file: whether every field is a key of the file, too; otherwise those are that are `only_in_file`.
        reserved: keys of the file that are kept for what is not built yet.
    """

    becomes: ClassVar[type]
    prefix: ClassVar[str] = ""
    in_file: ClassVar[bool] = False
    reserved: ClassVar[tuple[str, ...]] = ()

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Give a field its default, its variable and its key."""
        default = getattr(self.becomes, field_name, field_obj.load_default)
        field_obj.required, field_obj.load_default = default is missing, default
        if isinstance(field_obj, Setting):
            about = field_obj.metadata
            variable = about["variable"] or f"{self.prefix}{field_name.upper()}"
            field_obj.metadata = {
                **about,
                "variable": variable if self.prefix and not about["only_in_file"] else None,
                "key": field_name if self.in_file or about["only_in_file"] else None,
            }

    def contradictions(self, _values: Mapping[str, Any]) -> Iterator[tuple[str, Problem]]:
        """Walk what does not go together, each with the field that is to blame.

        Args:
            _values: the values by field, without those that were refused.
        """
        yield from ()

    @validates_schema(skip_on_field_errors=False)
    def _goes_together(self, data: Mapping[str, Any], **_: Any) -> None:
        messages: dict[str, list[Problem]] = {}
        for name, problem in self.contradictions(data):
            if name in data:
                messages.setdefault(name, []).append(problem)
        if messages:
            raise ValidationError(messages)

    @post_load
    def _made(self, data: Mapping[str, Any], **_: Any) -> Any:
        values = {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}
        return self.becomes(**values)


@cache
def settings_of(group: type[Group]) -> Mapping[str, Setting]:
    """Return the settings of a group by name in the order of their declaration, without the groups inside it."""
    return {name: field for name, field in group().fields.items() if isinstance(field, Setting)}
