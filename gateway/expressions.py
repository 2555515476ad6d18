"""JMESPath expressions over claims: compiled when the gateway starts, true or false when somebody signs in.

Two things are stricter than in JMESPath: ``contains`` looks through lists alone, so that no part of a text passes for a
group, and nothing but ``true`` is true.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import jmespath
from jmespath import exceptions, functions


class BadExpression(ValueError):
    """An expression that cannot be compiled, or whose value is neither true nor false; never says a claim's value."""


class _Functions(functions.Functions):  # type: ignore[misc]
    """JMESPath's functions, ``contains`` for lists alone."""

    @functions.signature({"types": ["array"]}, {"types": []})  # type: ignore[untyped-decorator]
    def _func_contains(self, where: list[Any], what: Any) -> bool:
        return any(type(one) is type(what) and one == what for one in where)


class Expression:
    """A condition.

    Args:
        text: in JMESPath.

    Raises:
        BadExpression: it cannot be compiled, or calls a function that there is not.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        try:
            self._compiled = jmespath.compile(text)
        except (exceptions.JMESPathError, RecursionError) as error:
            raise BadExpression(_one_line(error)) from None
        for name in _functions_of(self._compiled.parsed):
            if name not in _Functions.FUNCTION_TABLE:
                raise BadExpression(f"there is no function {name}()")
        self._options = jmespath.Options(custom_functions=_Functions())

    def __str__(self) -> str:
        return self.text

    def holds(self, claims: Mapping[str, Any]) -> bool:
        """Return whether it is true of claims.

        Raises:
            BadExpression: it cannot be evaluated, or its value is neither true nor false.
        """
        try:
            value = self._compiled.search(dict(claims), options=self._options)
        except exceptions.JMESPathTypeError as error:
            raise BadExpression(f"{error.function_name}() does not take {error.actual_type}") from None
        except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
            raise BadExpression(type(error).__name__) from None
        if not isinstance(value, bool):
            raise BadExpression("its value is neither true nor false")
        return value


def _functions_of(node: Any) -> Iterator[str]:
    """Walk the names of the functions that a part of an expression calls."""
    if isinstance(node, Mapping):
        if node.get("type") == "function_expression":
            yield str(node["value"])
        for part in node.get("children", ()):
            yield from _functions_of(part)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
