"""What can be wrong with the settings, gathered so that all of it is told at once."""

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Self

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
        faults: everything that is wrong, in the order in which the settings are declared.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


@dataclass(frozen=True)
class Complaint:
    """One objection to a value, before it is known whether the value may be shown.

    Attributes:
        wrong: what is wrong, a clause whose subject is the value: "is not a whole number".
        remedy: what to do about it.
        value: the piece that is objected to; None where naming it would say nothing.
        at: what is added to the setting's name, such as ``_FILE`` or ``.my-slug``.
    """

    wrong: str
    remedy: str
    value: str | None = None
    at: str = ""

    def told(self, *, secret: bool) -> str:
        """Return the sentence; a secret's value is left out of it."""
        subject = "" if self.value is None else "its value " if secret else f"{shown(self.value)} "
        return f"{subject}{self.wrong}; {self.remedy}"


class Refused(Exception):
    """A value was refused, for one reason or several; never leaves this package."""

    def __init__(self, *complaints: Complaint) -> None:
        self.complaints = complaints
        super().__init__(complaints)

    @classmethod
    def because(cls, wrong: str, remedy: str, value: str | None = None, at: str = "") -> Self:
        """Refuse for one reason; the arguments are those of `Complaint`."""
        return cls(Complaint(wrong, remedy, value, at))


class Faults:
    """The faults found so far."""

    def __init__(self) -> None:
        self._found: list[Fault] = []

    def add(self, name: str, refused: Refused, *, secret: bool = False) -> None:
        """Note every complaint about the setting called name."""
        for complaint in refused.complaints:
            self._found.append(Fault(short(name + complaint.at), complaint.told(secret=secret)))

    def raise_any(self, rank: Callable[[str], tuple[int, ...]]) -> None:
        """Raise `BadSettings` if there is a fault; rank puts names into the order to tell them in."""
        if self._found:
            raise BadSettings(sorted(self._found, key=lambda fault: rank(fault.name)))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the remedy for a name that nobody knows."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=CLOSE)
    return f"did you mean {near[0]}?" if near else "remove it, or look it up in docs/settings.md"


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
