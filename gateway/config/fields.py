"""marshmallow's fields for settings: each takes the text of an environment variable or a value of the TOML file."""

import re
from collections.abc import Callable, Collection, Iterable
from types import MappingProxyType
from typing import Any

from marshmallow import ValidationError, fields, missing

from gateway.config.faults import Invalid, did_you_mean

LONGEST_SHOWN_NUMBER = 10**18
TYPE_NAMES = MappingProxyType(
    {str: "a text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "a table"}
)


class VariableText(str):
    """The text of an environment variable, which spells out numbers, switches and lists."""

    __slots__ = ()


class Setting(fields.Field[Any]):
    """A setting. Whether it is required, and its default, follow from its group's dataclass.

    Args:
        meaning: one or two sentences for the documentation; none for the items of a list.
        variable: the environment variable, where it is not made of the group's prefix and the field's name.
        only_in_file: whether it is a key of the file and no variable.
        secret: whether the value is never shown, and may also be given as the path of a file.
        unset: what holds without the setting, where the default does not say it.

    Attributes:
        metadata: the arguments by name, and since the field belongs to a schema ``key``; None stands for no variable
            and for no key.
    """

    label = ""
    """What the documentation calls the kind of value."""
    toml_label = ""
    """What it calls it in the file, where that differs."""

    def __init__(
        self,
        meaning: str = "",
        *,
        variable: str | None = None,
        only_in_file: bool = False,
        secret: bool = False,
        unset: str = "",
    ) -> None:
        about = {"meaning": meaning, "variable": variable, "only_in_file": only_in_file}
        super().__init__(metadata=about | {"secret": secret, "unset": unset})

    def from_text(self, text: str) -> Any:
        """Return what the file would have in place of a variable's text, which is not empty."""
        return text

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        """Return the value; an error in place of one is what the reader found, and is told among the others.

        An empty variable is refused, not passed over: it may be a template's failure, and for a list of trusted
        domains "none" and "all" would then look alike.
        """
        if isinstance(value, ValidationError):
            raise value
        if value is missing and self.required:
            raise Invalid("is missing", f"set it: {summary(self.metadata['meaning'])}")
        if isinstance(value, VariableText):
            if not value:
                raise Invalid("is empty", "give it a value, or remove the variable")
            if any("\ud800" <= sign <= "\udfff" for sign in value):
                raise Invalid("is not a text in UTF-8", "write it in UTF-8", str(value))
            value = self.from_text(str(value))
        return super().deserialize(value, attr, data, **kwargs)


class Text(Setting):
    """A text that a rule reads.

    Args:
        rule: returns what the text stands for; raises `Invalid`.
        label: what the documentation calls it.
        meaning: as `Setting` has it, and so are the others.
    """

    def __init__(self, rule: Callable[[str], Any], label: str, meaning: str = "", **about: Any) -> None:
        super().__init__(meaning, **about)
        self.rule = rule
        self.label = label

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return self.rule(text_of(value))


class Whole(Setting):
    """A whole number from minimum to maximum, both included."""

    def __init__(self, minimum: int, maximum: int, meaning: str = "", **about: Any) -> None:
        super().__init__(meaning, **about)
        self.minimum, self.maximum = minimum, maximum
        self.label = f"whole number, {minimum} to {maximum}"

    def from_text(self, text: str) -> int:
        """Return the number that the text's decimal digits stand for."""
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            raise Invalid("is not a whole number", f"write a {self.label}", text)
        return int(text)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise Invalid(f"is {type_name(value)}", f"write a {self.label}, without quotes")
        if not self.minimum <= value <= self.maximum:
            shown = str(value) if abs(value) < LONGEST_SHOWN_NUMBER else None
            raise Invalid("is out of range", f"write a {self.label}", shown)
        return value


class Switch(Setting):
    """A boolean: on or off as a variable, true or false in the file."""

    label = "`on` or `off`"
    toml_label = "`true` or `false`"

    def from_text(self, text: str) -> bool:
        """Return True for on and False for off; nothing else is a switch."""
        if text not in {"on", "off"}:
            raise Invalid("is neither on nor off", "write on or off", text)
        return text == "on"

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool:
        if not isinstance(value, bool):
            raise Invalid(f"is {type_name(value)}", "write true or false, without quotes")
        return value


class Choice(Setting):
    """One of a few words."""

    def __init__(self, words: Iterable[str], meaning: str = "", **about: Any) -> None:
        super().__init__(meaning, **about)
        self.words = tuple(words)
        self.label = "one of " + ", ".join(f"`{word}`" for word in self.words)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        text = text_of(value)
        if text not in self.words:
            remedy = did_you_mean(text.lower(), self.words, f"write one of {', '.join(self.words)}")
            raise Invalid("is not known here", remedy, text)
        return text


class Several(Setting):
    """Several values of one kind: separated by commas or blanks as a variable, a list in the file.

    Args:
        item: reads one of them.
        meaning: as `Setting` has it, and so are the others.
        into: what they are gathered in.
        word: a text of the file that may stand in place of the list.
        empty: what an empty list must be replaced by; none where an empty list is a sensible answer.
        needs: a value that must be among them.
    """

    def __init__(
        self,
        item: Setting,
        meaning: str,
        *,
        into: Callable[[Iterable[Any]], Collection[Any]] = frozenset,
        word: str = "",
        empty: str = "",
        needs: str = "",
        **about: Any,
    ) -> None:
        super().__init__(meaning, **about)
        self.items = fields.List(item)
        self.into, self.word, self.empty, self.needs = into, word, empty, needs
        self.label = (f"`{word}` or " if word else "") + f"list: {item.label}"

    def from_text(self, text: str) -> list[VariableText]:
        """Return the values; blanks around them and empty places are left out."""
        words = [VariableText(word) for word in re.split(r"[\s,]+", text) if word]
        if not words:
            raise Invalid("names nothing", "write at least one value, or remove the variable", text)
        return words

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        if self.word and value == self.word:
            return value
        if not isinstance(value, list):
            raise Invalid(f"is {type_name(value)}", "write a list in square brackets")
        if self.empty and not value:
            raise Invalid("is an empty list", self.empty)
        try:
            values = self.items.deserialize(value)
        except ValidationError as error:
            raise ValidationError(error.messages) from None  # without the valid ones: they alone are not what was meant
        if self.needs and self.needs not in values:
            raise Invalid(f"does not name {self.needs}", f"add {self.needs}")
        return self.into(dict.fromkeys(values))


class Table(Setting):
    """A table of the file: names that follow one rule, each with a value of one kind; it becomes read-only."""

    def __init__(self, name: Text, item: Setting, meaning: str = "", **about: Any) -> None:
        super().__init__(meaning, **about)
        self.load_default = MappingProxyType({})
        self.entries = fields.Dict(name, item)
        self.label = f"table: {name.label} = {item.label}"

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> MappingProxyType[str, Any]:
        if not isinstance(value, dict):
            raise Invalid(f"is {type_name(value)}", f"write a {self.label}")
        try:
            return MappingProxyType(self.entries.deserialize(value))
        except ValidationError as error:
            wrong = {name: error.messages_dict[name].values() for name in value if name in error.messages}
            found = {f".{name}": [problem for side in sides for problem in side] for name, sides in wrong.items()}
            raise ValidationError(found) from None


def text_of(value: object) -> str:
    """Return a value of the TOML file that must be a text with something in it."""
    if not isinstance(value, str):
        raise Invalid(f"is {type_name(value)}", "write a text in quotes")
    if not value:
        raise Invalid("is empty", "write a value, or remove the key")
    return value


def type_name(value: object) -> str:
    """Return what a person calls the type of a TOML value; the value itself may be a misplaced secret."""
    return TYPE_NAMES.get(type(value), "a date")


def summary(meaning: str) -> str:
    """Return the meaning's first sentence as plain text, without its full stop."""
    first = meaning.partition(". ")[0].rstrip(".").replace("`", "")
    return first[0].lower() + first[1:]
