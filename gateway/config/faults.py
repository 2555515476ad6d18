"""What can be wrong with the settings, and the words in which it is said."""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError

SHOWN_CHARACTERS = 60
PASSWORD = re.compile(r"(//|:).*@", re.DOTALL)  # whatever may be one: all between a sign of a URL and the last @
CLOSE = 0.7  # how alike two names are, from 0 to 1, before one is taken for a slip of the other


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        name: the variable or the dotted key, such as ``identity_providers[0].issuer``.
        says: what is wrong and, after a semicolon, what to do.
    """

    name: str
    says: str

    def __str__(self) -> str:
        return f"{self.name}: {self.says}"


class BadSettings(Exception):
    """The settings cannot be used.

    Attributes:
        faults: everything that is wrong: settings in the order of their declaration, unknown variables and tables last.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


@dataclass(frozen=True)
class Problem:
    """What is wrong with a value, before it is known whether the value may be shown: marshmallow's message here.

    Attributes:
        wrong: a clause whose subject is the value: "is not a whole number".
        remedy: what to do about it.
        value: the piece that is wrong; None where naming it would say nothing.
    """

    wrong: str
    remedy: str
    value: str | None = field(default=None, repr=False)

    def fault(self, name: str, *, secret: bool = False) -> Fault:
        """Return the fault of the setting called name; a secret's value is left out of it."""
        subject = "" if self.value is None else "its value " if secret else f"{shown(self.value)} "
        return Fault(short(name), f"{subject}{self.wrong}; {self.remedy}")


class Invalid(ValidationError):
    """A value is refused for one reason; the arguments are those of `Problem`. It never leaves this package."""

    def __init__(self, wrong: str, remedy: str, value: str | None = None) -> None:
        super().__init__([Problem(wrong, remedy, value)])


def problems(messages: Any, at: str = "") -> Iterator[tuple[str, Problem]]:
    """Walk the problems in a field's messages, each with what it adds to the setting's name.

    Args:
        messages: marshmallow's: a list, or a mapping of parts to further messages. A text as the part is added to
            the name, such as ``_FILE`` or ``.my-slug``; the index of a list's item is not.
        at: what the parts further out have added.
    """
    if isinstance(messages, list):
        yield from ((at, problem) for problem in messages)
        return
    for part, inner in messages.items():
        yield from problems(inner, at if isinstance(part, int) else at + part)


def did_you_mean(
    name: str, known: Iterable[str], otherwise: str = "remove it, or look it up in docs/settings.md"
) -> str:
    """Return the remedy for a name that nobody knows; otherwise stands where it resembles none."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=CLOSE)
    return f"did you mean {near[0]}?" if near else otherwise


def shown(value: str) -> str:
    """Return a value as a fault shows it: quoted, escaped, short, without a password in a URL."""
    return f'"{short(PASSWORD.sub("//…@", value))}"'


def short(text: str) -> str:
    """Return the text escaped, and cut where it is longer than a fault should be."""
    safe = escaped(text)
    return safe if len(safe) <= SHOWN_CHARACTERS else safe[: SHOWN_CHARACTERS - 1] + "…"


def escaped(text: str) -> str:
    """Return the text with everything that is not printable written as an escape."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)
