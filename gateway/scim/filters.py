"""Filters (RFC 7644, 3.4.2.2), read in linear time and bounded in length, depth and number.

Accepted as well are attributes and operators in any case, a value without quotes where it is one word, and a
sub-attribute after a value filter: ``emails[type eq "work"].value eq "kim@example.com"``.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from gateway.scim.errors import ScimError

LONGEST = 2000
"""Characters of a filter."""
DEEPEST = 10
"""Parentheses and brackets within each other."""
MOST = 50
"""Comparisons of a filter."""
MOST_IN_PATH = 5
"""Comparisons of a filter that is tried on each value of an attribute."""

OPERATORS = frozenset({"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"})

Value: TypeAlias = str | bool | int | float | None

_TOKEN = re.compile(
    r'\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<sign>[()\[\]])|(?P<word>[^\s()\[\]"]+)|(?P<end>\Z))', re.DOTALL
)

_ESCAPED = re.compile(r'\\(["\\])')


@dataclass(frozen=True)
class Comparison:
    """``attribute operator value``; of ``pr`` the value is ``None``."""

    attribute: str
    operator: str
    value: Value = None


@dataclass(frozen=True)
class Logical:
    """Filters that hold all (``and``) or one of which holds (``or``)."""

    word: str
    parts: "tuple[Filter, ...]"


@dataclass(frozen=True)
class Not:
    """A filter that does not hold."""

    part: "Filter"


@dataclass(frozen=True)
class ValuePath:
    """One of an attribute's values for which a filter holds, and, where there is one, a comparison beside it."""

    attribute: str
    part: "Filter"


Filter: TypeAlias = Comparison | Logical | Not | ValuePath


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


def parse(text: str, most: int = MOST) -> Filter:
    """Return a filter.

    Args:
        text: as it was sent.
        most: how many comparisons it may have.

    Raises:
        ScimError: it is none, or too long; the detail says where it stops being one.
    """
    if len(text) > LONGEST:
        raise _invalid(f"It is longer than {LONGEST} characters")
    parser = _Parser(_tokens(text), most)
    found = parser.either(DEEPEST)
    parser.expect_end()
    return found


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while not tokens or tokens[-1].kind != "end":
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise _invalid(f"A quotation mark at character {at + 1} is not closed")
        tokens.append(_Token(match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return tokens


class _Parser:
    """Reads tokens from left to right, each once."""

    def __init__(self, tokens: list[_Token], most: int) -> None:
        self._tokens = tokens
        self._most = most
        self._at = 0
        self._comparisons = 0

    def either(self, depth: int) -> Filter:
        return self._chain("or", lambda: self._both(depth))

    def _both(self, depth: int) -> Filter:
        return self._chain("and", lambda: self._single(depth))

    def _chain(self, word: str, single: Callable[[], Filter]) -> Filter:
        parts = [single()]
        while self._is_word(word):
            self._at += 1
            parts.append(single())
        return parts[0] if len(parts) == 1 else Logical(word, tuple(parts))

    def _single(self, depth: int) -> Filter:
        if not depth:
            raise _invalid(f"It is nested deeper than {DEEPEST}")
        if self._is_word("not") and self._tokens[self._at + 1].text == "(":
            self._at += 1
            return Not(self._enclosed("(", ")", depth))
        if self._is_sign("("):
            return self._enclosed("(", ")", depth)
        name = self._next("word", "the name of an attribute")
        if not self._is_sign("["):
            return self._comparison(name)
        inner = self._enclosed("[", "]", depth)
        token = self._tokens[self._at]
        if token.kind == "word" and token.text.startswith("."):
            self._at += 1
            return ValuePath(name, Logical("and", (inner, self._comparison(token.text[1:]))))
        return ValuePath(name, inner)

    def _enclosed(self, opening: str, closing: str, depth: int) -> Filter:
        self._sign(opening)
        inner = self.either(depth - 1)
        self._sign(closing)
        return inner

    def _comparison(self, name: str) -> Comparison:
        self._comparisons += 1
        if self._comparisons > self._most:
            raise _invalid(f"It has more than {self._most} comparisons")
        operator = self._next("word", "an operator").lower()
        if operator == "pr":
            return Comparison(name, operator)
        if operator not in OPERATORS:
            raise _invalid(f"{operator[:20]!r} is no operator")
        return Comparison(name, operator, self._value())

    def _value(self) -> Value:
        token = self._tokens[self._at]
        if token.kind not in ("text", "word"):
            raise _invalid("A comparison has no value")
        self._at += 1
        if token.kind == "text":
            return _text(token.text)
        known: dict[str, Value] = {"true": True, "false": False, "null": None}
        if token.text.lower() in known:
            return known[token.text.lower()]
        return token.text

    def _is_word(self, word: str) -> bool:
        return self._tokens[self._at].kind == "word" and self._tokens[self._at].text.lower() == word

    def _is_sign(self, sign: str) -> bool:
        return self._tokens[self._at] == _Token("sign", sign)

    def _sign(self, sign: str) -> None:
        if not self._is_sign(sign):
            raise _invalid(f"{sign} is missing")
        self._at += 1

    def _next(self, kind: str, what: str) -> str:
        token = self._tokens[self._at]
        if token.kind != kind:
            raise _invalid(f"Where {what} belongs there is {token.text[:20] or 'nothing'}")
        self._at += 1
        return token.text

    def expect_end(self) -> None:
        if self._tokens[self._at].kind != "end":
            raise _invalid(f"After its end there is {self._tokens[self._at].text[:20]}")


def _text(quoted: str) -> str:
    """Return what a quoted text says; a backslash that escapes nothing in JSON stands for itself."""
    try:
        return str(json.loads(quoted, strict=False))
    except ValueError:
        return _ESCAPED.sub(r"\1", quoted[1:-1])


def _invalid(why: str) -> ScimError:
    return ScimError(f'The filter cannot be read. {why}. Write such as userName eq "kim@example.com".', "invalidFilter")
