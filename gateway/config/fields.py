"""marshmallow's fields for settings: each takes the text of an environment variable or a value of the TOML file.

What is wrong with a value is one text: a clause without its subject, a semicolon, and what to do about it.
"""

import re
from collections.abc import Callable, Collection, Iterable
from itertools import chain
from types import MappingProxyType
from typing import Any, ClassVar

from marshmallow import ValidationError, fields
from marshmallow.validate import Range

from gateway.config.faults import Fault, did_you_mean, shown

LONGEST_SHOWN_NUMBER = 10**18
TYPE_NAMES = MappingProxyType(
    {str: "a text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "a table"}
)


class VariableText(str):
    """The text of an environment variable, which spells out numbers, switches and lists."""

    __slots__ = ()


class Setting(fields.Field[Any]):
    """A setting; its group says what it is called, whether it is required, and its default.

    Args:
        rule: returns what a value of the right type stands for; raises `ValidationError`.
        label: what the documentation calls the kind of value.
        meaning: one or two sentences for the documentation; none for the items of a list.
        secret: whether the value is never shown, and may also be given as the path of a file.
        unset: what holds without the setting, where the default does not say it.
    """

    takes: ClassVar[type] = str
    write = "a text in quotes"

    def __init__(
        self, rule: Callable[[Any], Any], label: str, meaning: str = "", *, secret: bool = False, unset: str = ""
    ) -> None:
        summary = meaning.partition(". ")[0].rstrip(".").replace("`", "")
        super().__init__(error_messages={"required": f"is missing; set it: {summary[:1].lower()}{summary[1:]}"})
        self.rule, self.label, self.meaning, self.secret, self.unset = rule, label, meaning, secret, unset

    def from_text(self, text: str) -> Any:
        """Return what the file would have in place of a variable's text, which is not empty."""
        if any("\ud800" <= sign <= "\udfff" for sign in text):
            raise ValidationError("is not a text in UTF-8; write it in UTF-8")
        return str(text)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        """Return the value; an error in place of one is what the reader found, and is told among the others.

        An empty variable is refused, not passed over: it may be a template's failure, and for a list of trusted
        domains "none" and "all" would then look alike.
        """
        if isinstance(value, ValidationError):
            raise value
        variable = isinstance(value, VariableText)
        if not variable and type(value) is not self.takes:
            raise ValidationError(f"is {type_name(value)}; write {self.write}")
        if value == "":
            raise ValidationError(f"is empty; write a value, or remove the {'variable' if variable else 'key'}")
        try:
            return self.rule(self.from_text(value) if variable else value)
        except ValidationError as error:  # its valid part is left out: alone it is not what was meant
            raise ValidationError(self._with_subject(error.messages, value)) from None

    def _with_subject(self, messages: Any, value: Any) -> Any:
        is_long = isinstance(value, int) and abs(value) >= LONGEST_SHOWN_NUMBER
        if is_long or isinstance(messages, dict) or isinstance(value, list):
            return messages
        subject = "its value" if self.secret else shown(str(value))
        return [f"{subject} {message}" for message in messages]


class Text(Setting):
    """A text that a rule reads."""


class Choice(Setting):
    """One of a few words."""

    def __init__(self, words: Collection[str], meaning: str = "") -> None:
        super().__init__(self.known, "one of " + ", ".join(f"`{word}`" for word in words), meaning)
        self.words = words

    def known(self, text: str) -> str:
        """Return the text if it is one of the words."""
        if text not in self.words:
            remedy = did_you_mean(text.lower(), self.words, f"write one of {', '.join(self.words)}")
            raise ValidationError(f"is not known here; {remedy}")
        return text


class Whole(Setting):
    """A whole number from minimum to maximum, both included."""

    takes = int

    def __init__(self, minimum: int, maximum: int, meaning: str = "", *, unset: str = "") -> None:
        label = f"whole number, {minimum} to {maximum}"
        super().__init__(
            Range(minimum, maximum, error=f"is out of range; write a {label}"), label, meaning, unset=unset
        )
        self.minimum, self.maximum = minimum, maximum
        self.write = f"a {label}, without quotes"

    def from_text(self, text: str) -> int:
        """Return the number that the text's decimal digits stand for."""
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            raise ValidationError(f"is not a whole number; write a {self.label}")
        return int(text)


class Switch(Setting):
    """A boolean: on or off as a variable, true or false in the file."""

    takes = bool
    write = "true or false, without quotes"

    def __init__(self, meaning: str) -> None:
        super().__init__(bool, "`on` or `off`", meaning)

    def from_text(self, text: str) -> bool:
        """Return True for on and False for off; nothing else is a switch."""
        if text not in {"on", "off"}:
            raise ValidationError("is neither on nor off; write on or off")
        return text == "on"


class Several(Setting):
    """Several values of one kind: separated by commas or blanks as a variable, a list in the file.

    Args:
        item: reads one of them.
        meaning, unset: as `Setting` has them.
        into: what they are gathered in.
        word: a text of the file that may stand in place of the list.
        empty: what an empty list must be replaced by; none where an empty list is a sensible answer.
        secret: as `Setting` has it; the file that is named holds them as a variable would.
    """

    takes = list
    write = "a list in square brackets"

    def __init__(
        self,
        item: Setting,
        meaning: str,
        *,
        into: Callable[[Iterable[Any]], Collection[Any]] = frozenset,
        word: str = "",
        empty: str = "",
        secret: bool = False,
        unset: str = "",
    ) -> None:
        label = (f"`{word}` or " if word else "") + f"list: {item.label}"
        super().__init__(self.gathered, label, meaning, secret=secret, unset=unset)
        self.item, self.items, self.into, self.word, self.empty = item, fields.List(item), into, word, empty

    def from_text(self, text: str) -> list[VariableText]:
        """Return the values; blanks around them and empty places are left out."""
        words = [VariableText(word) for word in re.split(r"[\s,]+", text) if word]
        if not words:
            raise ValidationError("names nothing; write at least one value, or remove the variable")
        return words

    def gathered(self, value: list[Any]) -> Any:
        """Return the values, each once."""
        if self.empty and not value:
            raise ValidationError(f"is an empty list; {self.empty}")
        return self.into(dict.fromkeys(self.items.deserialize(value)))

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return value if self.word and value == self.word else super()._deserialize(value)


class Table(Setting):
    """A table of the file: names that follow one rule, each with a value of one kind; it becomes read-only."""

    takes = dict

    def __init__(self, name: Setting, item: Setting, meaning: str) -> None:
        super().__init__(self.entered, f"table: {name.label} = {item.label}", meaning)
        self.write = f"a {self.label}"
        self.load_default = MappingProxyType({})
        self.key, self.item, self.entries = name, item, fields.Dict(name, item)

    def entered(self, value: dict[str, Any]) -> MappingProxyType[str, Any]:
        """Return the entries; an error in a name or its value is told under the name."""
        try:
            return MappingProxyType(self.entries.deserialize(value))
        except ValidationError as error:
            sides = error.messages_dict.items()
            raise ValidationError({f".{name}": [*chain(*side.values())] for name, side in sides}) from None


class Scalar(Setting):
    """A text, a whole number or a boolean of the file, as it is."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str | int:
        if isinstance(value, str | int) and value != "":
            return value
        says = "is empty" if value == "" else f"is {type_name(value)}"
        raise ValidationError(f"{says}; write a text in quotes, a whole number, true or false")


def is_table(value: object, name: str, faults: list[Fault]) -> bool:
    """Return whether a value of the file is a table; otherwise the fault is added."""
    if not isinstance(value, dict):
        faults.append(Fault(name, f"is {type_name(value)}; write a table"))
    return isinstance(value, dict)


def type_name(value: object) -> str:
    """Return what a person calls the type of a TOML value; the value itself may be a misplaced secret."""
    return TYPE_NAMES.get(type(value), "a date")
