"""Which tests say of themselves that they cover a statement or a conformance test."""

import importlib
from collections import defaultdict
from dataclasses import dataclass, field

from tests.docs.documents import ROOT

MARKS = ("statement", "conformance")


@dataclass
class Test:
    """A test, and the parameters with which it covers something; none means that it does so in every case."""

    name: str
    cases: list = field(default_factory=list)


class Marked:
    """Tests by what they cover: ``by["statement"][23]`` are files, each with its tests."""

    def __init__(self):
        self.by = {mark: defaultdict(lambda: defaultdict(dict)) for mark in MARKS}
        for path in _files():
            self._read(path)

    def _read(self, path):
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        everywhere = _marks(module)
        for name, test in vars(module).items():
            if name.startswith("test_") and callable(test):
                for mark in everywhere + _marks(test):
                    self._note(path, name, mark)

    def _note(self, path, name, mark, case=None):
        if mark.name == "parametrize":
            for one in mark.args[1]:
                for inner in getattr(one, "marks", ()):
                    self._note(path, name, inner, str(one.id).partition(" ")[0])
        if mark.name in MARKS:
            for covered in mark.args:
                test = self.by[mark.name][covered][path].setdefault(name, Test(name))
                test.cases += [case] if case and case not in test.cases else []


def _files():
    """Return the test files that mark anything, without importing the others."""
    found = sorted((ROOT / "tests").rglob("test_*.py"))
    own = [path for path in found if "node_modules" not in path.parts]
    return [path for path in own if any(f"mark.{mark}" in path.read_text(encoding="utf-8") for mark in MARKS)]


def _marks(thing):
    marks = getattr(thing, "pytestmark", [])
    return list(marks) if isinstance(marks, list) else [marks]
