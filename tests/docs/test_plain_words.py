"""Names, comments and documents use the field's own words, not the project's former private ones."""

import re

import pytest

from tests.docs.documents import ROOT, text_of

FOLDERS = ("gateway", "schemas", "sandbox", "bench", "docs", "deploy", "tests")
ENDINGS = {".py", ".md", ".html", ".lua", ".toml", ".yaml", ".conf", ".sh"}
PRIVATE = re.compile(
    r"(?i)(?<![a-z])(academ(y|ies)|houses?|deeds?|doors?|knobs?|verdicts?|errands?|neighbour(s|ing)?|blot(s|ted)?)(?![a-z])"
)
TITLES = re.compile(r"Intro to the academy|Runs the academy|Acme Academy")
"""A course and a person of the sandbox, and an example of a company's name."""


def files():
    found = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in ENDINGS]
    return sorted(path for path in [*found, *ROOT.glob("*.*")] if path.suffix in ENDINGS and _is_ours(path))


def _is_ours(path):
    return "node_modules" not in path.parts and path.name != "test_plain_words.py"


def private_words(text):
    return [found[0] for found in PRIVATE.finditer(TITLES.sub("", text))]


@pytest.mark.parametrize("top", [*FOLDERS, "."])
def test_no_private_word_is_used(top):
    here = [
        path for path in files() if (path.relative_to(ROOT).parts[0] == top or (top == "." and path.parent == ROOT))
    ]
    assert here
    assert {str(path.relative_to(ROOT)): words for path in here if (words := private_words(text_of(path)))} == {}


def test_a_private_word_is_found_inside_a_name_and_a_title_is_left_alone():
    assert private_words("def of_an_academy(): KNOBS, last_deed, warehouse, indeed, outdoors") == [
        "academy",
        "KNOBS",
        "deed",
    ]
    assert private_words("Intro to the academy") == []
