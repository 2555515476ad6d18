"""Which tests carry the numbers of SCIM's statements: in their name, such as ``test_e1_to_e4_…``, or their docstring."""

import ast
import re

from tests.docs.documents import ROOT, text_of

FILES = ("test_*scim*.py", "test_*directory*.py", "test_*provisioning.py")
NUMBER = re.compile(r"[A-NR]\d{1,2}")


def numbered_tests():
    """Return by number the tests that carry it, by their files."""
    found = {}
    for path in _files():
        for node in ast.parse(text_of(path)).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for number in {*in_name(node.name), *in_docstring(ast.get_docstring(node) or "")}:
                    found.setdefault(number, {}).setdefault(path, []).append(node.name)
    return found


def in_name(name):
    """Walk the numbers in a test's name; ``e1_to_e4`` are four."""
    words = name.upper().split("_")
    for index, word in enumerate(words):
        if NUMBER.fullmatch(word):
            yield word
            if words[index + 1 : index + 2] == ["TO"] and words[index + 2][0] == word[0]:
                yield from (f"{word[0]}{between}" for between in range(int(word[1:]), int(words[index + 2][1:])))


def in_docstring(text):
    """Walk the numbers in a docstring: behind ``Statements:``, or at its beginning, before a colon."""
    listed = re.findall(r"Statements: ([^.]*)\.", text) + re.findall(r"\A([A-NR]\d[A-NR\d, ]*):", text)
    for part in listed:
        yield from NUMBER.findall(part)


def _files():
    return sorted({path for pattern in FILES for path in (ROOT / "tests").rglob(pattern)})
