"""Nothing rests on what a library keeps to itself: neither a private module or name of one, nor a private attribute."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = [*sorted((ROOT / "gateway").rglob("*.py")), *sorted((ROOT / "schemas").rglob("*.py"))]
SOURCES += [ROOT / "app.py", ROOT / "gunicorn.conf.py"]
OWN = {"self", "cls"}
DOCUMENTED = {"_replace", "_serialize", "_deserialize"}
"""Named tuples' and marshmallow's fields', which their documentation names."""


def is_private(name):
    return name.startswith("_") and not name.endswith("__")


def is_owners(node):
    return isinstance(node, ast.Name) and node.id in OWN


def private_names(source):
    """Return what a source imports, takes or asks for by name that is private, but for what is its own."""
    nodes = list(ast.walk(ast.parse(source)))
    own = {node.attr for node in nodes if isinstance(node, ast.Attribute) and is_owners(node.value)}
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if any(map(is_private, alias.name.split("."))))
        elif isinstance(node, ast.ImportFrom):
            names = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            yield from filter(is_private, names)
        elif isinstance(node, ast.Attribute) and is_private(node.attr) and node.attr not in {*own, *DOCUMENTED}:
            yield node.attr
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"getattr", "setattr"}:
            asked = node.args[1]
            if isinstance(asked, ast.Constant) and is_private(str(asked.value)):
                yield asked.value


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_private_of_anybody_elses_is_used(path):
    assert sorted(private_names(path.read_text())) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import redis._parsers.base", "redis._parsers.base"),
        ("from urllib3._collections import HTTPHeaderDict", "_collections"),
        ("from gevent.pool import _Group", "_Group"),
        ("pool._created_connections", "_created_connections"),
        ('getattr(pool, "_lock")', "_lock"),
        ("super()._checkout()", "_checkout"),
    ],
)
def test_what_is_private_would_be_noticed(source, found):
    assert list(private_names(source)) == [found]
