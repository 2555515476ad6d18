"""What a gateway compiles when it begins, compiled once for the hundreds of gateways that begin in one process of tests."""

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
import sqlalchemy
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from tests.databases import sharing_statements


def compiled_once(patched: pytest.MonkeyPatch) -> None:
    """Let all that begin from here on share what is compiled."""
    patched.setattr(Flask, "jinja_options", {**Flask.jinja_options, "bytecode_cache": _Templates()})
    patched.setattr(Rule, "_compile_builder", _when_written(Rule._compile_builder))
    patched.setattr(sqlalchemy, "create_engine", sharing_statements(sqlalchemy.create_engine))


class _Templates(BytecodeCache):
    """What templates are compiled to."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if known := self._known.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


def _when_written(at_once: Callable[..., Any]) -> Callable[..., Any]:
    """Compile how an address is written when one is: a test has few of them written, and all take half of a start."""

    def compile_builder(rule: Rule, *unknown: Any) -> Callable[..., Any]:
        compiled = cache(lambda: at_once(rule, *unknown))
        return lambda rule, /, **values: compiled()(rule, **values)

    return compile_builder
