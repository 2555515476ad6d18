"""What can be wrong with the settings, and how values and names are shown there."""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

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


def unknown(given: Iterable[str], known: list[str], table: str = "") -> Iterator[Fault]:
    """Walk the faults of all given names that are not among the known ones; table stands before the names."""
    for name in sorted(set(given) - set(known)):
        remedy = did_you_mean(name, known, "remove it, or look it up in docs/settings.md")
        yield Fault(short(table + name), f"is unknown; {remedy}")


def did_you_mean(text: str, known: Iterable[str], otherwise: str) -> str:
    """Return the remedy for a word that nobody knows; otherwise stands where it resembles none."""
    near = difflib.get_close_matches(text, list(known), n=1, cutoff=CLOSE)
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
