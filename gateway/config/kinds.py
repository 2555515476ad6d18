"""The kinds of value that a setting can have: how each is read and what the documentation calls it."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from gateway.config.faults import Complaint, Refused, did_you_mean

LONGEST_SHOWN_NUMBER = 10**18
TOML_NAMES = MappingProxyType({bool: "true or false", int: "a number", float: "a number", list: "a list"})


class Kind(ABC):
    """How a value is read. Reading raises `Refused` for a value that is not of the kind."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Return what the documentation calls it."""

    @property
    def toml_name(self) -> str:
        """Return what the documentation calls it in the file."""
        return self.name

    @abstractmethod
    def from_text(self, text: str) -> Any:
        """Return what the text of an environment variable says; the text is never empty."""

    def from_toml(self, value: object) -> Any:
        """Return what a value of the TOML file says."""
        return self.from_text(text_of(value))


@dataclass(frozen=True)
class Rule(Kind):
    """A text that a function reads, and what the documentation calls it."""

    label: str
    read: Callable[[str], Any]

    @property
    def name(self) -> str:
        """Return the label."""
        return self.label

    def from_text(self, text: str) -> Any:
        """Return what the function makes of the text."""
        return self.read(text)


@dataclass(frozen=True)
class Whole(Kind):
    """A whole number from minimum to maximum, both included."""

    minimum: int
    maximum: int

    @property
    def name(self) -> str:
        """Return the range."""
        return f"whole number, {self.minimum} to {self.maximum}"

    def from_text(self, text: str) -> int:
        """Return the number that the text's decimal digits stand for."""
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            raise Refused.because("is not a whole number", f"write a {self.name}", text)
        return self._in_range(int(text))

    def from_toml(self, value: object) -> int:
        """Return the number; a boolean is not one."""
        if not isinstance(value, int) or isinstance(value, bool):
            raise Refused.because(f"is {type_name(value)}", f"write a {self.name}, without quotes")
        return self._in_range(value)

    def _in_range(self, number: int) -> int:
        if not self.minimum <= number <= self.maximum:
            short = str(number) if abs(number) < LONGEST_SHOWN_NUMBER else None
            raise Refused.because("is out of range", f"write a {self.name}", short)
        return number


@dataclass(frozen=True)
class Switch(Kind):
    """A boolean: on or off as a variable, true or false in the file."""

    @property
    def name(self) -> str:
        """Return how a variable says it."""
        return "`on` or `off`"

    @property
    def toml_name(self) -> str:
        """Return how the file says it: as TOML's own boolean."""
        return "`true` or `false`"

    def from_text(self, text: str) -> bool:
        """Return True for on and False for off; nothing else is a switch."""
        if text not in {"on", "off"}:
            raise Refused.because("is neither on nor off", "write on or off", text)
        return text == "on"

    def from_toml(self, value: object) -> bool:
        """Return the boolean."""
        if not isinstance(value, bool):
            raise Refused.because(f"is {type_name(value)}", "write true or false, without quotes")
        return value


@dataclass(frozen=True, init=False)
class Choice(Kind):
    """One of a few words."""

    options: tuple[str, ...]

    def __init__(self, *options: str) -> None:
        object.__setattr__(self, "options", options)

    @property
    def name(self) -> str:
        """Return the words."""
        return "one of " + ", ".join(f"`{option}`" for option in self.options)

    def from_text(self, text: str) -> str:
        """Return the word if it is one of ours."""
        if text not in self.options:
            near = did_you_mean(text.lower(), self.options)
            remedy = near if near.endswith("?") else f"write one of {', '.join(self.options)}"
            raise Refused.because("is not known here", remedy, text)
        return text


@dataclass(frozen=True)
class Several(Kind):
    """Several values of one kind: separated by commas or blanks as a variable, a list in the file.

    Attributes:
        item: the kind of each.
        into: what the values are gathered in.
        empty: what an empty list must be replaced by; None where an empty list is a sensible answer.
        needs: a value that must be among them.
    """

    item: Kind
    into: Callable[[Iterable[Any]], Collection[Any]] = tuple
    empty: str | None = None
    needs: str | None = None

    @property
    def name(self) -> str:
        """Return what the items are called, as a list."""
        return f"list: {self.item.name}"

    def from_text(self, text: str) -> Collection[Any]:
        """Return the values; blanks around them and empty places are left out."""
        words = [word for word in re.split(r"[\s,]+", text) if word]
        if not words:
            raise Refused.because("names nothing", "write at least one value, or remove the variable", text)
        return self._gather(words, self.item.from_text)

    def from_toml(self, value: object) -> Collection[Any]:
        """Return the values of the list."""
        if not isinstance(value, list):
            raise Refused.because(f"is {type_name(value)}", "write a list in square brackets")
        if not value and self.empty:
            raise Refused.because("is an empty list", self.empty)
        return self._gather(value, self.item.from_toml)

    def _gather(self, raw: Iterable[Any], read: Callable[[Any], Any]) -> Collection[Any]:
        values: list[Any] = []
        complaints: list[Complaint] = []
        for one in raw:
            try:
                values.append(read(one))
            except Refused as refused:
                complaints.extend(refused.complaints)
        if complaints:
            raise Refused(*complaints)
        if self.needs is not None and self.needs not in values:
            raise Refused.because(f"does not name {self.needs}", f"add {self.needs}")
        return self.into(dict.fromkeys(values))


@dataclass(frozen=True)
class AllOr(Kind):
    """The word all, or what another kind reads."""

    other: Kind

    @property
    def name(self) -> str:
        """Return both."""
        return f"`all` or {self.other.name}"

    def from_text(self, text: str) -> Any:
        """Return the word itself, or what the other kind makes of the text."""
        return text if text == "all" else self.other.from_text(text)

    def from_toml(self, value: object) -> Any:
        """Return the word itself, or what the other kind makes of the value."""
        return value if value == "all" else self.other.from_toml(value)


@dataclass(frozen=True)
class Named(Kind):
    """A table of the file: names that follow one rule, each with a value of one kind."""

    key: Rule
    item: Kind

    @property
    def name(self) -> str:
        """Return what stands on both sides of the equals sign."""
        return f"table: {self.key.name} = {self.item.name}"

    def from_text(self, text: str) -> Any:
        """Refuse: a table cannot be written as a text."""
        raise Refused.because("is not a table", f"write a {self.name}", text)

    def from_toml(self, value: object) -> MappingProxyType[str, Any]:
        """Return the table, read-only."""
        if not isinstance(value, dict):
            raise Refused.because(f"is {type_name(value)}", f"write a {self.name}")
        complaints: list[Complaint] = []
        read: dict[str, Any] = {}
        for key, item in value.items():
            try:
                read[self.key.read(key)] = self.item.from_toml(item)
            except Refused as refused:
                complaints += [Complaint(each.wrong, each.remedy, each.value, f".{key}") for each in refused.complaints]
        if complaints:
            raise Refused(*complaints)
        return MappingProxyType(read)


def text_of(value: object) -> str:
    """Return a value of the TOML file that must be a text with something in it."""
    if not isinstance(value, str):
        raise Refused.because(f"is {type_name(value)}", "write a text in quotes")
    if not value:
        raise Refused.because("is empty", "write a value, or remove the key")
    return value


def type_name(value: object) -> str:
    """Return what a person calls the type of a TOML value; the value itself may be a misplaced secret."""
    if isinstance(value, str):
        return "a text"
    return TOML_NAMES.get(type(value), "a table" if isinstance(value, dict) else "a date")
