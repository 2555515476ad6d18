"""The shape of an answer: which keys in which order, and which type each value has.

A type stands for a value of it, a tuple of types for a value of any of them, a dict for an object with exactly these
keys in this order, a list for a list whose elements each have one of the shapes in it, ``MapOf`` for an object with
keys of its own.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class MapOf:
    shape: Any


def mismatch(value, shape, where="answer"):
    """Return what is wrong in words; the empty text if nothing is."""
    if isinstance(shape, MapOf):
        return _mapping(value, shape.shape, where)
    if isinstance(shape, dict):
        return _object(value, shape, where)
    if isinstance(shape, list):
        return _elements(value, shape, where)
    kinds = shape if isinstance(shape, tuple) else (shape,)
    return "" if type(value) in kinds else f"{where} is {value!r}, not of {kinds}"


def _mapping(value, shape, where):
    if not isinstance(value, dict):
        return f"{where} is no map"
    return _first(mismatch(one, shape, f"{where}.{key}") for key, one in value.items())


def _object(value, shape, where):
    if not isinstance(value, dict) or list(value) != list(shape):
        return f"{where} has {list(value) if isinstance(value, dict) else value!r}, not {list(shape)}"
    return _first(mismatch(value[key], shape[key], f"{where}.{key}") for key in shape)


def _elements(value, shapes, where):
    if not isinstance(value, list):
        return f"{where} is no list"
    return _first(_any(one, shapes, f"{where}[{place}]") for place, one in enumerate(value))


def _any(value, shapes, where):
    problems = [mismatch(value, shape, where) for shape in shapes]
    return "" if "" in problems or not problems else problems[0]


def _first(problems):
    return next((problem for problem in problems if problem), "")
